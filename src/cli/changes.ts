import type { Command } from "commander";
import type { TaskOutcome } from "../app/run-task.ts";
import { FaultError } from "../core/fault.ts";
import { plain } from "../core/terminal-safe.ts";
import { plural } from "../core/text.ts";
import { writeError, writeOut } from "./output.ts";

type Flags = { readonly project?: string };

/** `massgen diff`, `massgen apply` and `massgen undo`: what a run changes in the user's files. */
export function addChangesCommands(program: Command): void {
  const add = (name: string, description: string, act: (run: string, flags: Flags) => Promise<void>): void => {
    program
      .command(name)
      .description(description)
      .argument("[run]", '"latest" (default), an id, a number, the name of a log folder, or a path')
      .option("--project <name>", "the project that the number is of")
      .action((run: string | undefined, _flags: Flags, command: Command) =>
        act(run ?? "latest", command.optsWithGlobals<Flags>()),
      );
  };
  add("diff", "what a run changes in your files, as git diff shows it", diff);
  add("apply", "put what a run changes into your files: all of it, or nothing", apply);
  add("undo", "take back what was applied; what you changed since stays", undo);
}

/** One line, on stderr: stdout is for the answer. */
export function reportChanges({ changes }: TaskOutcome): void {
  if (!changes) return;
  const files = plural(changes.lines.length, "file");
  const said = changes.applied
    ? `Changed ${files} of yours: ${changes.lines.join(", ")}. To take it back: massgen undo`
    : `Your files are as they were: ${files} would change. To look: massgen diff. To try again: massgen apply`;
  writeError(`${plain(said)}\n`);
}

async function diff(run: string, flags: Flags): Promise<void> {
  const { showChanges } = await import("../app/run-changes.ts");
  const { diff: text, leftOut, applied } = await showChanges(await find(run, flags));
  writeOut(process.stdout.isTTY ? plain(text) : text);
  for (const line of leftOut) writeError(`Left out: ${plain(line)}\n`);
  if (process.stdout.isTTY)
    writeError(applied ? "These changes are in your files.\n" : "To take them over: massgen apply\n");
}

async function apply(run: string, flags: Flags): Promise<void> {
  const { applyChanges, conflictFault } = await import("../app/run-changes.ts");
  const of = await find(run, flags);
  const { lines, leftOut, conflicts } = await applyChanges(of, process.env);
  if (conflicts !== undefined) throw conflictFault(of, "apply", conflicts);
  writeOut(`${plain(lines.join("\n"))}\n`);
  for (const line of leftOut) writeError(`Left out: ${plain(line)}\n`);
  writeError(`${plural(lines.length, "file")} changed. To take it back: massgen undo\n`);
}

async function undo(run: string, flags: Flags): Promise<void> {
  const { conflictFault, undoChanges } = await import("../app/run-changes.ts");
  const of = run === "latest" ? await findApplied(flags) : await find(run, flags);
  const { lines, conflicts } = await undoChanges(of, process.env);
  if (conflicts !== undefined) throw conflictFault(of, "undo", conflicts);
  writeOut(`${plain(lines.join("\n"))}\n`);
  writeError(`${plural(lines.length, "file")} as before.\n`);
}

async function find(run: string, { project }: Flags) {
  const { findRun } = await import("../app/find-runs.ts");
  return changesOf(await findRun(process.cwd(), run, project));
}

async function findApplied({ project }: Flags) {
  const { locateRuns } = await import("../app/find-runs.ts");
  const { readAppliedOf } = await import("../app/run-changes.ts");
  let last: { readonly at: number; readonly of: ReturnType<typeof changesOf> } | undefined;
  for (const of of (await locateRuns(process.cwd(), project)).map(changesOf)) {
    const at = (await readAppliedOf(of))?.at;
    if (at !== undefined && at > (last?.at ?? 0)) last = { at, of };
  }
  if (last) return last.of;
  throw new FaultError({
    code: "usage",
    message: "No changes of a run are in your files",
    hint: "massgen runs lists the runs of this directory.",
  });
}

function changesOf({
  number,
  id,
  journal,
  logDir,
}: {
  number: number | null;
  id: string;
  journal: string;
  logDir: string;
}) {
  return { name: number === null ? `Run ${id}` : `Run ${number}`, journal, logDir };
}
