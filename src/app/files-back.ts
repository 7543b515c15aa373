import { listRuns, type RunDescription } from "../../projects/run-history.ts";
import type { Project } from "../../projects/open.ts";
import type { ChatEvent } from "../core/chat/events.ts";
import { FaultError, toFault } from "../core/fault.ts";
import type { FilesBack } from "../core/front-end.ts";
import { type Change, changeLines, sameEntry } from "../core/patch.ts";
import type { Environment } from "./config-directory.ts";
import { changesOf } from "./review-changes.ts";
import { type ChangesOf, conflictFault, type AppliedNow, readAppliedOf, undoChanges } from "./run-changes.ts";

type Back = { readonly run: RunDescription; readonly of: ChangesOf; readonly applied: AppliedNow };

/**
 * What it means for the user's files to take back all that runs of the project have put into them after `since` (Unix
 * milliseconds). Refused as soon as one of those files is not as the run left it: there is no one state to go back to.
 */
export async function filesBack(project: Project, since: number): Promise<FilesBack> {
  const newest = await appliedSince(await listRuns(project), since);
  const { changes, edited } = composed(newest);
  const touched = edited.length > 0 ? edited : await notAsLeft(changes, newest);
  return {
    runs: newest.map(({ run }) => run.number),
    lines: [...byRoot(changes)].flatMap(([root, list]) => changeLines({ root, changes: [...list], leftOut: [] })),
    refusal: touched.length === 0 ? undefined : `${touched.slice(0, 3).join("; ")}${touched.length > 3 ? "; …" : ""}`,
  };
}

/** Takes it back, run by run, the newest first, and tells of each. Throws FaultError; the runs after that one stay. */
export async function takeFilesBack(
  project: Project,
  since: number,
  env: Environment,
  tell: (event: ChatEvent) => void,
): Promise<void> {
  const { refusal, runs } = await filesBack(project, since);
  if (refusal !== undefined) {
    const hint = `/undo takes back one run and keeps what you changed: ${runs.map((number) => `/undo ${number}`).join(", ")}`;
    throw new FaultError({ code: "usage", message: `The files stay as they are: ${refusal}`, hint });
  }
  for (const { run, of } of await appliedSince(await listRuns(project), since)) {
    const { lines, conflicts } = await undoChanges(of, env);
    if (conflicts !== undefined) throw conflictFault(of, "undo", conflicts);
    tell({
      type: "changes_reviewed",
      action: "undone",
      number: run.number,
      lines: [...lines],
      leftOut: [],
      diff: "",
    });
  }
}

/** The newest first. */
async function appliedSince(runs: readonly RunDescription[], since: number): Promise<readonly Back[]> {
  const found = await Promise.all(
    runs.map(async (run): Promise<Back[]> => {
      const of = changesOf(run);
      const applied = run.journal === "" ? undefined : await readAppliedOf(of);
      return applied && applied.at > since ? [{ run, of, applied }] : [];
    }),
  );
  return found.flat().sort((a, b) => b.applied.at - a.applied.at);
}

type FileBack = Change & { readonly root: string; readonly run: number };

/** From how the newest run left each file to how it was before the oldest one. */
function composed(newest: readonly Back[]): {
  readonly changes: readonly FileBack[];
  readonly edited: readonly string[];
} {
  const files = new Map<string, FileBack>();
  const edited: string[] = [];
  for (const { run, applied } of newest) {
    for (const { root, path, was, becomes } of applied.steps) {
      const key = `${root}\0${path}`;
      const later = files.get(key);
      if (later && !sameEntry(later.after, becomes))
        edited.push(`${path} was edited between run ${run.number} and run ${later.run}`);
      files.set(key, { root, path, before: later ? later.before : becomes, after: was, run: later?.run ?? run.number });
    }
  }
  return { changes: [...files.values()].filter(({ before, after }) => !sameEntry(before, after)), edited };
}

/** Files that somebody has changed since, as words. */
async function notAsLeft(changes: readonly FileBack[], newest: readonly Back[]): Promise<readonly string[]> {
  const [first] = newest;
  if (!first) return [];
  const { openTargetTree } = await import("../workspace/target-tree.ts");
  const edited: string[] = [];
  for (const [root, list] of byRoot(changes)) {
    try {
      const tree = await openTargetTree(root, first.applied.blobs);
      try {
        for (const { path, before, run } of list) {
          const found = await tree.look(path);
          const now = found.kind === "entry" ? found.entry : undefined;
          if (now === undefined || !sameEntry(now, before))
            edited.push(`${path} was edited after run ${run} was applied`);
        }
      } finally {
        await tree.close();
      }
    } catch (error) {
      edited.push(toFault(error).message);
    }
  }
  return edited;
}

function byRoot(changes: readonly FileBack[]): ReadonlyMap<string, readonly FileBack[]> {
  const roots = new Map<string, FileBack[]>();
  for (const change of changes) roots.set(change.root, [...(roots.get(change.root) ?? []), change]);
  return roots;
}
