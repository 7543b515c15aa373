import { isUtf8 } from "node:buffer";
import { type Change, type Entry, type Patch, renamesIn, sameEntry } from "../core/patch.ts";
import type { Blobs } from "./blobs.ts";
import { mergeText, type TextConflict } from "./merge-text.ts";
import type { Found, TargetTree } from "./target-tree.ts";

/** One thing to do: at `path` below `root` lies `was`, and `becomes` is to lie there. */
export type Step = {
  readonly root: string;
  readonly path: string;
  readonly was: Entry | null;
  readonly becomes: Entry | null;
};

export type Conflict = {
  readonly root: string;
  readonly path: string;
  readonly why: string;
  /** The stretches of text that both sides changed. */
  readonly texts: readonly TextConflict[];
};

export type Plan = {
  readonly steps: readonly Step[];
  /** Directories that have to be made. */
  readonly makes: readonly { readonly root: string; readonly path: string }[];
  /** With any of them nothing may be done. */
  readonly conflicts: readonly Conflict[];
};

/** What the patch comes to on the files as they are now: what the user changed meanwhile stays, or is a conflict. */
export async function planPatch(patch: Patch, treeOf: (root: string) => TargetTree, blobs: Blobs): Promise<Plan> {
  const steps: Step[] = [];
  const conflicts: Conflict[] = [];
  const makes = new Map<string, { root: string; path: string }>();
  for (const { root, changes } of patch.parts) {
    const tree = treeOf(root);
    const gone = new Set(changes.flatMap(({ path, after }) => (after === null ? [path] : [])));
    const conflict = (path: string, why: string, texts: readonly TextConflict[] = []): void =>
      void conflicts.push({ root, path, why, texts });
    for (const change of await withMoves(tree, changes)) {
      const { path } = change;
      const now = entryAmong(gone, await tree.look(path));
      if (typeof now === "string") {
        conflict(path, now);
        continue;
      }
      const next = await decide(change, now, blobs);
      if ("why" in next) conflict(path, next.why, next.texts);
      else if (!sameEntry(now, next.entry)) steps.push({ root, path, was: now, becomes: next.entry });
    }
    for (const { path, becomes } of steps.filter((step) => step.root === root)) {
      if (becomes === null) continue;
      for (const above of await tree.missingAbove(path)) makes.set(`${root}\0${above}`, { root, path: above });
    }
  }
  // Deletes first: a directory may take the place of a file, and the other way round.
  steps.sort((a, b) => Number(a.becomes !== null) - Number(b.becomes !== null));
  return { steps, makes: [...makes.values()], conflicts };
}

/** A file that the user changed and the patch moves: the user's version is what moves. */
async function withMoves(tree: TargetTree, changes: readonly Change[]): Promise<readonly Change[]> {
  const replaced = new Map<Change, Change>();
  for (const { from, to } of renamesIn(changes)) {
    const [old, there] = [await tree.look(from.path), await tree.look(to.path)];
    if (old.kind !== "entry" || old.entry?.kind !== "file" || sameEntry(old.entry, from.before)) continue;
    if (there.kind !== "entry" || there.entry !== null) continue;
    replaced.set(from, { ...from, before: old.entry });
    replaced.set(to, { ...to, after: old.entry });
  }
  return changes.map((change) => replaced.get(change) ?? change);
}

/** What is to be taken as lying there, once the files that the patch deletes are gone; or why nothing can be put there. */
function entryAmong(gone: ReadonlySet<string>, found: Found): Entry | null | string {
  switch (found.kind) {
    case "entry":
      return found.entry;
    case "blocked":
      return gone.has(found.by) ? null : `${found.by} is no directory`;
    case "directory":
      return found.files.length > 0 && found.files.every((file) => gone.has(file))
        ? null
        : "there is a directory in its place";
    case "special":
      return "what is there is no file that can be read";
  }
}

type Decision = { readonly entry: Entry | null } | { readonly why: string; readonly texts?: readonly TextConflict[] };

async function decide({ before, after }: Change, now: Entry | null, blobs: Blobs): Promise<Decision> {
  if (sameEntry(now, after)) return { entry: now };
  if (sameEntry(now, before)) return { entry: after };
  if (now === null) return { why: "you deleted it, and it was changed" };
  if (before === null) return { why: "you made a file of that name, too" };
  if (after === null) return { why: "you changed it, and it was deleted" };
  if (before.kind !== "file" || after.kind !== "file" || now.kind !== "file") {
    return { why: "it is a link on one side and not on the other, or leads elsewhere" };
  }
  if (now.mode !== before.mode && after.mode !== before.mode && now.mode !== after.mode) {
    return { why: "both sides changed who may read, write and run it" };
  }
  const mode = now.mode === before.mode ? after.mode : now.mode;
  if (now.sha256 === before.sha256) return { entry: { ...after, mode } };
  if (after.sha256 === before.sha256 || after.sha256 === now.sha256) return { entry: { ...now, mode } };
  const contents = await Promise.all([before, now, after].map(({ sha256 }) => blobs.get(sha256)));
  const [base, ours, theirs] = contents.map((content) => (isText(content) ? content.toString("utf8") : undefined));
  if (base === undefined || ours === undefined || theirs === undefined) {
    return { why: "both sides changed it, and it is no text" };
  }
  const merged = await mergeText(base, ours, theirs);
  if ("text" in merged) {
    const content = Buffer.from(merged.text);
    return { entry: { kind: "file", sha256: await blobs.put(content), bytes: content.length, mode } };
  }
  if (merged.conflicts === "too different") return { why: "both sides changed nearly all of it" };
  return { why: "both sides changed the same lines", texts: merged.conflicts };
}

function isText(content: Buffer): boolean {
  return isUtf8(content) && !content.includes(0);
}
