import { randomBytes } from "node:crypto";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import { FaultError } from "../src/core/fault.ts";
import { writePrivate } from "./atomic-write.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import { runDescription, runDir, runsDir } from "./layout.ts";
import { withLock } from "./lock.ts";
import { ensureProject, type Project } from "./open.ts";

/** runs/<id>/run_description.json: what a run was, without its journal. */
export const RunDescription = z.object({
  id: z.string(),
  /** 1, 2, … within the project. */
  number: z.int().positive(),
  title: z.string(),
  purpose: z.string(),
  task: z.string(),
  /** "running", "answered", "failed", "cancelled", …; "unknown" when the description could not be read. */
  status: z.string(),
  winner: z.string().nullable(),
  /** Null: not known. */
  cost_usd: z.number().nullable(),
  /** ISO times. */
  started: z.string(),
  ended: z.string().nullable(),
  log_dir: z.string(),
  journal: z.string(),
  /** Files in the project's deliverables folder. */
  deliverables: z.array(z.string()),
  /** How many agents took part, and whether they refined: what makes two runs alike in cost. */
  agents: z.int().positive().optional(),
  refinement: z.boolean().optional(),
});
export type RunDescription = z.infer<typeof RunDescription>;

const RUN_ID = /^run-(\d{4,})-[0-9a-f]{6}$/;

/** A new run's id and number, and its folder. No other run of the project ever gets the number, whatever program asks. */
export async function nextRun(project: Project): Promise<{ id: string; number: number }> {
  await ensureProject(project);
  const dir = runsDir(project.root);
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw diskFault(error, "create", dir);
  });
  return withLock(join(dir, ".number.lock"), async () => {
    const numbers = (await runIds(project)).map(({ number }) => number);
    const number = Math.max(0, ...numbers) + 1;
    const id = `run-${String(number).padStart(4, "0")}-${randomBytes(3).toString("hex")}`;
    await mkdir(runDir(project.root, id), { mode: 0o700 });
    return { id, number };
  });
}

/** Writes the run's description, in place of an earlier one. */
export async function describeRun(project: Project, description: RunDescription): Promise<void> {
  const dir = runDir(project.root, description.id);
  await mkdir(dir, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw diskFault(error, "create", dir);
  });
  const path = runDescription(project.root, description.id);
  await writePrivate(path, `${JSON.stringify(RunDescription.parse(description), null, 2)}\n`);
}

/** Every run of the project, newest last. One whose description is missing or broken is there with status "unknown". */
export async function listRuns(project: Project): Promise<RunDescription[]> {
  const ids = await runIds(project);
  return Promise.all(ids.map(({ id, number }) => describe(project, id, number)));
}

/** One run, by its id or number: "run-0007-3fa91c", "7", "#7", "run 7". Throws FaultError when there is none. */
export async function readRunDescription(project: Project, run: string): Promise<RunDescription> {
  const ids = await runIds(project);
  const wanted = Number(/^(?:run[- ])?#?(\d+)$/.exec(run.trim())?.[1]);
  const found = ids.find(({ id }) => id === run.trim()) ?? ids.find(({ number }) => number === wanted);
  if (found) return describe(project, found.id, found.number);
  const last = ids.at(-1);
  throw new FaultError({
    code: "usage",
    message: `The project ${project.name} has no run ${JSON.stringify(run)}`,
    hint: last ? `Its runs are 1 to ${last.number}; the last one is ${last.id}.` : "It has no runs yet.",
  });
}

/** By number. Ids are folder names, so a run is known even if its description is lost. */
async function runIds(project: Project): Promise<{ id: string; number: number }[]> {
  const dir = runsDir(project.root);
  const names = await readdir(dir).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw diskFault(error, "list runs in", dir);
  });
  return names
    .flatMap((id) => {
      const number = Number(RUN_ID.exec(id)?.[1]);
      return number > 0 ? [{ id, number }] : [];
    })
    .sort((a, b) => a.number - b.number);
}

async function describe(project: Project, id: string, number: number): Promise<RunDescription> {
  try {
    const text = await readFile(runDescription(project.root, id), "utf8");
    return { ...RunDescription.parse(JSON.parse(text)), id, number };
  } catch {
    return {
      id,
      number,
      title: `Run ${number}`,
      purpose: "execution",
      task: "",
      status: "unknown",
      winner: null,
      cost_usd: null,
      started: "",
      ended: null,
      log_dir: "",
      journal: "",
      deliverables: [],
    };
  }
}
