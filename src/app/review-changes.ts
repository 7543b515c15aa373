import { listRuns, type RunDescription } from "../../projects/run-history.ts";
import type { Project } from "../../projects/open.ts";
import type { ChatEvent } from "../core/chat/events.ts";
import type { ChangesAction } from "../core/command.ts";
import { FaultError } from "../core/fault.ts";
import type { Environment } from "./config-directory.ts";
import { applyChanges, type ChangesOf, conflictFault, readAppliedOf, showChanges, undoChanges } from "./run-changes.ts";

const DIFF_CHARS = 60_000;

/** What a person asked for with /diff, /apply or /undo, as the event that the chat hears of. Throws as those do, and for conflicts. */
export async function reviewChanges(
  action: ChangesAction,
  words: string,
  { project, env }: { readonly project: Project; readonly env: Environment },
): Promise<ChatEvent> {
  const run = await findRun(action, words, await listRuns(project));
  const { number } = run;
  const of = changesOf(run);
  if (action === "show") {
    const { lines, leftOut, diff } = await showChanges(of);
    const cut = diff.length > DIFF_CHARS ? `${diff.slice(0, DIFF_CHARS).toWellFormed()}\n` : diff;
    return { type: "changes_reviewed", action: "shown", number, lines: [...lines], leftOut: [...leftOut], diff: cut };
  }
  const done = await (action === "apply" ? applyChanges(of, env) : undoChanges(of, env));
  if (done.conflicts !== undefined) throw conflictFault(of, action, done.conflicts);
  return {
    type: "changes_reviewed",
    action: action === "apply" ? "applied" : "undone",
    number,
    lines: [...done.lines],
    leftOut: [...done.leftOut],
    diff: "",
  };
}

export function changesOf({ number, journal, log_dir: logDir }: RunDescription): ChangesOf {
  return { name: `Run ${number}`, journal, logDir };
}

async function findRun(action: ChangesAction, words: string, runs: readonly RunDescription[]): Promise<RunDescription> {
  const given = /^(?:run)?[ #]*(\d+)$/i.exec(words.trim())?.[1];
  const wanted = given === undefined ? undefined : Number(given);
  const found =
    words.trim() !== ""
      ? runs.find(({ number }) => number === wanted)
      : action === "undo"
        ? await lastApplied(runs)
        : runs.findLast(({ ended }) => ended !== null);
  if (found) return found;
  throw new FaultError({
    code: "usage",
    message:
      words.trim() !== ""
        ? `There is no run ${words.trim()} in this project`
        : action === "undo"
          ? "No changes of a run are in your files"
          : "No run of this project is over yet",
    hint: "/runs lists them.",
  });
}

async function lastApplied(runs: readonly RunDescription[]): Promise<RunDescription | undefined> {
  const applied = await Promise.all(runs.map((run) => readAppliedOf(changesOf(run))));
  const times = applied.map((one) => one?.at ?? 0);
  const last = Math.max(...times, 0);
  return last === 0 ? undefined : runs[times.indexOf(last)];
}
