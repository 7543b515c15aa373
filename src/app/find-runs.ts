import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { lockHolder } from "../../projects/lock.ts";
import { massgenLogs, runDescription, runJournal } from "../../projects/layout.ts";
import { listProjects, openProject, type Project } from "../../projects/open.ts";
import { listRuns, type RunDescription } from "../../projects/run-history.ts";
import { FaultError } from "../core/fault.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { totalSpend } from "../core/run/spend.ts";
import { newRun } from "../core/run/state.ts";
import { clip, oneLine } from "../core/text.ts";
import { logPlace } from "../logs/layout.ts";
import { readRun } from "./read-journal.ts";
import { runLock } from "./start-run.ts";

/** Where a run lies, known without reading its journal. */
export type RunRef = {
  /** As its project calls it, or the name of its log folder. */
  readonly id: string;
  /** Within its project; null for a run without one. */
  readonly number: number | null;
  readonly project: Project | null;
  readonly description: RunDescription | null;
  readonly startedAt: number;
  /** Absolute. */
  readonly logDir: string;
  readonly journal: string;
};

export type KnownRun = RunRef & {
  readonly title: string;
  /** "running", "on hold", "answered", "failed", "cancelled", or "unreadable". */
  readonly status: string;
  /** Of the program that drives it. */
  readonly pid: number | null;
  readonly winner: string | null;
  /** US dollars; null when a price is not known. */
  readonly costUsd: number | null;
};

const AT_ONCE = 8;

/** The runs of a directory, those of its projects and those without one, or of one project; newest first. */
export async function locateRuns(cwd: string, project?: string): Promise<readonly RunRef[]> {
  const projects = project === undefined ? await listProjects(cwd) : [await openProject(cwd, project)];
  const ofProjects = await Promise.all(projects.map(refsOf));
  const alone = project === undefined ? await refsWithout(massgenLogs(cwd)) : [];
  return [...ofProjects.flat(), ...alone].toSorted((a, b) => b.startedAt - a.startedAt || (a.id < b.id ? 1 : -1));
}

async function refsOf(project: Project): Promise<readonly RunRef[]> {
  const runs = await listRuns(project);
  return runs.map((description) => ({
    id: description.id,
    number: description.number,
    project,
    description,
    startedAt: Date.parse(description.started) || 0,
    logDir: description.log_dir,
    journal: description.journal || runJournal(project.root, description.id),
  }));
}

/** Log folders that hold a journal: those of projects' runs do not. */
async function refsWithout(logs: string): Promise<readonly RunRef[]> {
  const names = (await readdir(logs).catch(() => [])).filter((name) => LOG_FOLDER.test(name));
  return names.map((name) => refOf(join(logs, name))).filter(({ journal }) => existsSync(journal));
}

const LOG_FOLDER = /^log_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)_(\d{3})/;

function refOf(root: string): RunRef {
  const place = logPlace(root);
  const [year = 0, month = 1, day = 1, hours = 0, minutes = 0, seconds = 0, ms = 0] = (
    LOG_FOLDER.exec(place.sessionId)?.slice(1) ?? []
  ).map(Number);
  const startedAt = new Date(year, month - 1, day, hours, minutes, seconds, ms).getTime();
  const none = { number: null, project: null, description: null };
  return { id: place.sessionId, ...none, startedAt, logDir: place.root, journal: place.journal };
}

/** What the journals, or the descriptions of runs that are over, say of them. */
export async function inspectRuns(refs: readonly RunRef[]): Promise<readonly KnownRun[]> {
  const runs: KnownRun[] = [];
  const next = refs.entries();
  const worker = async (): Promise<void> => {
    for (const [index, ref] of next) runs[index] = await inspect(ref);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return runs;
}

async function inspect(ref: RunRef): Promise<KnownRun> {
  const { description } = ref;
  const holder = await lockHolder(runLock(ref.journal));
  const pid = holder?.pid ?? null;
  // The description of a run under way may be from before a crash.
  if (description && pid === null && ["answered", "failed", "cancelled"].includes(description.status)) {
    const { title, status, winner, cost_usd: costUsd } = description;
    return { ...ref, title, status, pid, winner, costUsd };
  }
  try {
    const { lines } = await readRun(ref.journal, { repair: false });
    const state = lines.reduce(reduceRun, newRun);
    const { phase } = state;
    const spend = totalSpend(state);
    return {
      ...ref,
      title: clip(oneLine(state.title), 60),
      status: phase.kind === "ended" ? phase.outcome : pid === null ? "on hold" : "running",
      pid,
      winner: phase.kind === "ended" ? (phase.winner?.agent ?? null) : null,
      costUsd: spend.unpricedCalls > 0 ? null : spend.costUsd,
    };
  } catch {
    return { ...ref, title: description?.title ?? "", status: "unreadable", pid, winner: null, costUsd: null };
  }
}

/**
 * The run that the words mean: "latest", an id, a number within a project, the name of a log folder, or a path to that,
 * to the folder that a project keeps of it, or to its journal. Throws FaultError "usage" for none, or several.
 */
export async function findRun(cwd: string, words: string, project?: string): Promise<RunRef> {
  const wanted = words.trim();
  const byPath = /[/\\]/.test(wanted) || wanted === "." ? await refAt(resolve(cwd, wanted)) : undefined;
  if (byPath) return byPath;
  const refs = await locateRuns(cwd, project);
  const [latest] = refs;
  if (!latest) {
    throw new FaultError({
      code: "usage",
      message: `There are no runs in ${project === undefined ? cwd : `project ${project}`}`,
      hint: 'Start one: massgen "What does this project do?"',
    });
  }
  if (wanted === "latest") return latest;
  const exact = refs.find(({ id, logDir }) => id === wanted || basename(logDir) === wanted);
  if (exact) return exact;
  const number = /^#?(\d+)$/.exec(wanted)?.[1];
  const numbered = number === undefined ? [] : refs.filter((ref) => ref.number === Number(number));
  const [only] = numbered;
  if (only && numbered.length === 1) return only;
  if (only) {
    const names = numbered.map((ref) => ref.project?.name).join(", ");
    throw new FaultError({
      code: "usage",
      message: `Several projects have a run ${number}: ${names}`,
      hint: "Name one of them with --project.",
    });
  }
  throw new FaultError({
    code: "usage",
    message: `There is no run ${JSON.stringify(words)} here`,
    hint: `massgen runs lists them; the newest is ${latest.id}.`,
  });
}

/** A log folder, one of its parts, or the folder that a project keeps of a run. */
async function refAt(path: string): Promise<RunRef> {
  const directory = (await isDirectory(path)) ? path : dirname(path);
  const project = dirname(dirname(directory));
  if (existsSync(runDescription(project, basename(directory)))) {
    const ref = (
      await refsOf({ name: basename(project), root: project, cwd: dirname(dirname(dirname(project))) })
    ).find(({ id }) => id === basename(directory));
    if (ref) return ref;
  }
  for (const root of [directory, dirname(directory), dirname(dirname(directory))]) {
    const ref = refOf(root);
    if (existsSync(ref.journal)) return ref;
  }
  throw new FaultError({
    code: "usage",
    message: `There is no run at ${path}`,
    hint: "Name a log folder, or see massgen runs.",
  });
}

async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
