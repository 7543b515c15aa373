import { basename, dirname, join } from "node:path";
import { massgenWorkspaces } from "../../projects/layout.ts";
import { acquireLock } from "../../projects/lock.ts";
import { FaultError } from "../core/fault.ts";
import { changeLines, type Patch } from "../core/patch.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { newRun } from "../core/run/state.ts";
import { plural } from "../core/text.ts";
import type { Applied } from "../workspace/apply-patch.ts";
import type { Blobs } from "../workspace/blobs.ts";
import type { Environment } from "./config-directory.ts";
import { readRun } from "./read-journal.ts";
import { readOrigin } from "./run-origin.ts";

/** Where a run lies, and how it is called to its user: "Run 3". */
export type ChangesOf = { readonly name: string; readonly journal: string; readonly logDir: string };

export type ShownChanges = {
  /** "M src/a.ts": a line for each change. */
  readonly lines: readonly string[];
  /** As `git diff` has it. */
  readonly diff: string;
  /** What the run changed and nobody gets, with the reason. */
  readonly leftOut: readonly string[];
  readonly applied: boolean;
};

export type AppliedChanges = {
  readonly lines: readonly string[];
  readonly leftOut: readonly string[];
  /** Set when nothing was done: where the changes and those of the user are in each other's way. */
  readonly conflicts: string | undefined;
};

/** What a run that is over would change, or has changed, in the user's files. Throws FaultError when there is nothing. */
export async function showChanges(of: ChangesOf): Promise<ShownChanges> {
  const { patch, label, blobs, place } = await open(of);
  const { patchText } = await import("../workspace/patch-text.ts");
  const { readApplied } = await import("../workspace/apply-patch.ts");
  const texts = await Promise.all(patch.parts.map((part) => patchText(part, blobs)));
  const applied = await readApplied(place);
  return { ...facts(patch), diff: texts.join(""), applied: applied?.state === "applied" && applied.label === label };
}

/** Puts a run's changes into the user's files: all of them, or none. Throws FaultError when there is nothing to apply. */
export async function applyChanges(of: ChangesOf, env: Environment): Promise<AppliedChanges> {
  return alone(of, env, async () => {
    const { patch, label, place } = await open(of);
    const { applyPatch, readApplied } = await import("../workspace/apply-patch.ts");
    const applied = await readApplied(place);
    if (applied?.state === "applied") {
      const isOther = applied.label !== label;
      throw new FaultError({
        code: "usage",
        message: `The changes of ${of.name}${isOther ? ", of the answer that had won before," : ""} are in your files already`,
        hint: `/undo, or massgen undo, takes them back.${isOther ? " Then these can be applied." : ""}`,
      });
    }
    const result = await applyPatch(patch, { label, at: Date.now() }, place);
    return { ...facts(patch), conflicts: await conflictsOf(result) };
  });
}

/** Takes back what `applyChanges` did. What the user changed since stays. Throws FaultError when nothing was applied. */
export async function undoChanges(of: ChangesOf, env: Environment): Promise<AppliedChanges> {
  return alone(of, env, async () => {
    const { readApplied, undoPatch } = await import("../workspace/apply-patch.ts");
    const place = await placeOf(of);
    const applied = await readApplied(place);
    if (applied?.state !== "applied") {
      throw new FaultError({
        code: "usage",
        message: `The changes of ${of.name} are not in your files`,
        hint: "Nothing has to be taken back.",
      });
    }
    // Another answer may have been made the winner since.
    const { patch } = await open(of, applied.label);
    return { ...facts(patch), leftOut: [], conflicts: await conflictsOf(await undoPatch(applied, place)) };
  });
}

export type AppliedNow = Applied & { readonly blobs: Blobs };

/** What a run has put into the user's files, if that is in there now. */
export async function readAppliedOf(of: ChangesOf): Promise<AppliedNow | undefined> {
  const { readApplied } = await import("../workspace/apply-patch.ts");
  const place = await placeOf(of);
  const applied = await readApplied(place);
  return applied?.state === "applied" ? { ...applied, blobs: place.blobs } : undefined;
}

type Opened = {
  readonly patch: Patch;
  readonly label: string;
  readonly blobs: Awaited<ReturnType<typeof placeOf>>["blobs"];
  readonly place: Awaited<ReturnType<typeof placeOf>>;
};

/** The changes with the final answer, or those that were kept under the name `kept`. */
async function open(of: ChangesOf, kept?: string): Promise<Opened> {
  const label = kept ?? (await readRun(of.journal, { repair: false })).lines.reduce(reduceRun, newRun).final?.patch;
  const { readPatch } = await import("../workspace/working-copies.ts");
  const patch = label === undefined ? undefined : await readPatch(workspacesOf(of), label);
  const place = await placeOf(of);
  if (label !== undefined && patch && patch.parts.some(({ changes }) => changes.length > 0)) {
    return { patch, label, blobs: place.blobs, place };
  }
  throw new FaultError({
    code: "usage",
    message: `${of.name} has no changes to your files`,
    hint: patch
      ? "Its agents left them as they are."
      : "Only a run that has a context path with permission: write, and that is over, can have some.",
  });
}

/** One program at a time, and only with runs that this user has started: a folder may bring others along. */
async function alone<Result>(of: ChangesOf, env: Environment, use: () => Promise<Result>): Promise<Result> {
  if (!(await readOrigin(of.journal, env))?.own) {
    throw new FaultError({
      code: "denied",
      message: `${of.name} was not started by you in this folder: its changes are not written anywhere`,
      hint: "massgen diff shows them. Have the work done again if you want it.",
    });
  }
  const lock = await acquireLock(join(workspacesOf(of), "changes.lock"), { owner: of.name });
  try {
    return await use();
  } finally {
    await lock.release();
  }
}

async function placeOf(of: ChangesOf) {
  const { openRunBlobs } = await import("../workspace/working-copies.ts");
  const directory = workspacesOf(of);
  return { blobs: openRunBlobs(directory), record: join(directory, "applied.json") };
}

/** Beside the logs, below the directory in which the run was started. */
function workspacesOf({ logDir }: ChangesOf): string {
  return join(massgenWorkspaces(dirname(dirname(dirname(logDir)))), basename(logDir));
}

function facts({ parts }: Patch): Pick<ShownChanges, "lines" | "leftOut"> {
  const several = parts.filter(({ changes }) => changes.length > 0).length > 1;
  return {
    lines: parts.flatMap((part) =>
      changeLines(part).map((line) => (several ? `${line} (${basename(part.root)})` : line)),
    ),
    leftOut: parts.flatMap(({ leftOut }) => leftOut.map(({ path, why }) => `${path}: ${why}`)),
  };
}

async function conflictsOf(
  result: Awaited<ReturnType<typeof import("../workspace/apply-patch.ts").applyPatch>>,
): Promise<string | undefined> {
  if (result.kind === "done") return undefined;
  const { conflictText } = await import("../workspace/patch-text.ts");
  return conflictText(result.conflicts);
}

/** "Run 3 was not applied: …", for whoever asked for it. */
export function conflictFault(of: ChangesOf, doing: "apply" | "undo", conflicts: string): FaultError {
  const files = conflicts.split("\n").filter((line) => !/^(?:@@|[-+])/.test(line));
  return new FaultError({
    code: "tool",
    message: `${doing === "apply" ? `The changes of ${of.name} do not fit` : `${of.name} cannot be taken back: it does not fit`} your files in ${plural(files.length, "place")}. Nothing was changed.\n${conflicts}`,
    hint:
      doing === "apply"
        ? "Lines with - are yours, with + the run's. Put yours aside (commit or move them) and apply again, or have the work done again."
        : "Lines with - are yours, with + what was there before. Take them back by hand.",
  });
}
