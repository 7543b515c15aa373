import type { Command } from "commander";
import { formatUsd, plural } from "../core/text.ts";
import { printJson, writeOut } from "./output.ts";
import { printTable } from "./table.ts";

type Flags = {
  readonly json?: true;
  readonly limit?: string;
  readonly all?: true;
  readonly automation?: true;
  readonly outputFile?: string;
  readonly config?: string;
  readonly project?: string;
  readonly strict?: true;
  readonly debug?: true;
};

const SHOWN = 20;

/** `massgen runs` and `massgen resume RUN`. `exit` takes the exit code of a run that went on. */
export function addRunCommands(program: Command, version: string, exit: (code: number) => void): void {
  program
    .command("runs")
    .description("the runs of this directory, newest first: those of its projects and those without one")
    .option("--all", `not only the newest ${SHOWN}`)
    .option("--project <name>", "those of one project: a name, or a folder")
    .option("--json", "as JSON, all of them")
    .action(async (_flags: Flags, command: Command) => list(command.optsWithGlobals<Flags>()));
  program
    .command("resume")
    .description("go on with a run that was interrupted, stopped or put on hold, where it was")
    .argument("<run>", '"latest", an id, a number, the name of a log folder, or a path')
    .option("--automation", "fixed lines on stdout, as for a new run; with --json and --output-file")
    .option("--config <file>", "in place of the configuration that the run was started with")
    .option("--project <name>", "the project that the number is of")
    .action(async (run: string, _flags: Flags, command: Command) =>
      exit(await resume(run, command.optsWithGlobals<Flags>(), version)),
    );
}

async function resume(run: string, flags: Flags, version: string): Promise<number> {
  const { resumeTask } = await import("../app/resume-task.ts");
  const place = { cwd: process.cwd(), env: process.env };
  const launch = { version, args: { ...flags, resume: run }, debug: flags.debug ?? false };
  const { project, strict, config: configRef } = flags;
  const start = () => resumeTask({ ...place, run, project, strict, configRef, launch });
  const output = { cwd: place.cwd, outputFile: flags.outputFile };
  if (flags.automation) {
    const { runAutomation } = await import("./automation.ts");
    return runAutomation(await start(), { ...output, json: flags.json ?? false });
  }
  const { runOnce } = await import("./run-once.ts");
  return runOnce(await start(), output);
}

async function list({ all, json, project }: Flags): Promise<void> {
  const { inspectRuns, locateRuns } = await import("../app/find-runs.ts");
  const refs = await locateRuns(process.cwd(), project);
  const runs = await inspectRuns(all || json ? refs : refs.slice(0, SHOWN));
  if (json) {
    const rows = runs.map((run) => ({
      id: run.id,
      number: run.number,
      project: run.project?.name ?? null,
      title: run.title,
      status: run.status,
      pid: run.pid,
      winner: run.winner,
      cost_usd: run.costUsd,
      started: new Date(run.startedAt).toISOString(),
      log_dir: run.logDir,
      journal: run.journal,
    }));
    return printJson(rows);
  }
  if (runs.length === 0) return writeOut("There are no runs here yet.\n");
  const { lastHere } = await import("../app/last-here.ts");
  const rows = runs.map((run) => [
    run.id,
    run.project === null ? "–" : `${run.project.name} ${run.number}`,
    run.pid === null ? run.status : `${run.status} (process ${run.pid})`,
    run.winner ?? "–",
    run.status === "unreadable" ? "–" : formatUsd(run.costUsd),
    run.startedAt === 0 ? "–" : lastHere(run.startedAt, Date.now()),
    run.title,
  ]);
  printTable(["run", "project", "status", "winner", "cost", "when", "title"], rows);
  if (refs.length > runs.length) writeOut(`… ${plural(refs.length - runs.length, "older run")}: massgen runs --all\n`);
  const open = runs.find(({ status }) => status === "on hold");
  if (open) writeOut(`To go on with one: massgen resume ${open.id}\n`);
}
