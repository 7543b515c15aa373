import { randomUUID } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import { Entry, type Patch, sameEntry } from "../core/patch.ts";
import type { Blobs } from "./blobs.ts";
import { type Conflict, type Plan, planPatch, type Step } from "./plan-patch.ts";
import { openTargetTree, type TargetTree } from "./target-tree.ts";

const At = z.object({ root: z.string(), path: z.string() });
const StepRecord = z.object({ ...At.shape, was: Entry.nullable(), becomes: Entry.nullable() });

/** What was done to the user's files, and everything that is needed to take it back. */
export const Applied = z.object({
  label: z.string(),
  at: z.number(),
  /** The first and third: it was being done when the process ended. */
  state: z.enum(["applying", "applied", "undoing", "undone"]),
  steps: z.array(StepRecord),
  makes: z.array(At),
  removed: z.array(z.object({ ...At.shape, mode: z.number() })),
  /** What undoing does. */
  undo: z.object({ steps: z.array(StepRecord), makes: z.array(At) }).optional(),
});
export type Applied = z.infer<typeof Applied>;

export type ApplyResult =
  | { readonly kind: "done"; readonly steps: readonly Step[] }
  | { readonly kind: "conflicts"; readonly conflicts: readonly Conflict[] };

/** Where the contents and the record of what was applied are kept. */
export type ApplyPlace = { readonly blobs: Blobs; readonly record: string };

/**
 * Applies a patch to the user's files: all of it, or nothing. What the user changed meanwhile is merged with it, or is a
 * conflict. Throws FaultError when it could not be written; all is as before then.
 */
export async function applyPatch(
  patch: Patch,
  { label, at }: { readonly label: string; readonly at: number },
  place: ApplyPlace,
): Promise<ApplyResult> {
  return withTrees(
    patch.parts.map(({ root }) => root),
    place.blobs,
    async (treeOf) => {
      const plan = await planPatch(patch, treeOf, place.blobs);
      if (plan.conflicts.length > 0) return { kind: "conflicts", conflicts: plan.conflicts };
      if (plan.steps.length === 0) return { kind: "done", steps: [] };
      const applied: Applied = {
        label,
        at,
        state: "applying",
        steps: [...plan.steps],
        makes: [...plan.makes],
        removed: [],
      };
      await save(place, applied);
      const removed = await perform(plan, "all", treeOf, () => rm(place.record, { force: true }));
      await save(place, { ...applied, state: "applied", removed });
      return { kind: "done", steps: plan.steps };
    },
  );
}

/** Takes back what was applied last. What the user changed since then stays, or is a conflict. */
export async function undoPatch(applied: Applied, place: ApplyPlace): Promise<ApplyResult> {
  const roots = [...new Set(applied.steps.map(({ root }) => root))];
  const patch: Patch = {
    parts: roots.map((root) => ({
      root,
      changes: applied.steps
        .filter((step) => step.root === root)
        .map(({ path, was, becomes }) => ({ path, before: becomes, after: was })),
      leftOut: [],
    })),
  };
  return withTrees(roots, place.blobs, async (treeOf) => {
    const plan = await planPatch(patch, treeOf, place.blobs);
    if (plan.conflicts.length > 0) return { kind: "conflicts", conflicts: plan.conflicts };
    const undo = { steps: [...plan.steps], makes: [...plan.makes] };
    await save(place, { ...applied, state: "undoing", undo });
    await perform(plan, applied.makes, treeOf, () => save(place, applied));
    for (const { root, path, mode } of applied.removed) await treeOf(root).setMode(path, mode);
    await save(place, { ...applied, state: "undone" });
    return { kind: "done", steps: plan.steps };
  });
}

/** The record of what was applied, after what a process left half done has been taken back. Undefined: nothing was. */
export async function readApplied(place: ApplyPlace): Promise<Applied | undefined> {
  const text = await readFile(place.record, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const applied = Applied.parse(JSON.parse(text));
  if (applied.state === "applied" || applied.state === "undone") return applied;
  const half = applied.state === "applying" ? applied : (applied.undo ?? { steps: [], makes: [] });
  const roots = [...new Set(half.steps.map(({ root }) => root))];
  await withTrees(roots, place.blobs, async (treeOf) => rollBack(half.steps, half.makes, [], treeOf));
  if (applied.state === "applying") {
    await rm(place.record, { force: true });
    return undefined;
  }
  const restored: Applied = { ...applied, state: "applied", undo: undefined };
  await save(place, restored);
  return restored;
}

type TreeOf = (root: string) => TargetTree;
type Removed = Applied["removed"];
type Places = readonly { readonly root: string; readonly path: string }[];

/** Does the steps in their order. When one fails, takes all of them back and says so; where even that fails the record stays. */
async function perform(
  plan: Plan,
  prune: "all" | Places,
  treeOf: TreeOf,
  onTakenBack: () => Promise<void>,
): Promise<Removed> {
  const removed: Removed = [];
  const done: Step[] = [];
  try {
    for (const step of plan.steps) {
      const tree = treeOf(step.root);
      await requireUnchanged(step, tree);
      done.push(step);
      if (step.becomes !== null) {
        await tree.write(step.path, step.becomes);
        continue;
      }
      await tree.remove(step.path);
      removed.push(...(await pruneAbove(tree, step, prune)));
    }
    return removed;
  } catch (error) {
    await rollBack(done, plan.makes, removed, treeOf);
    await onTakenBack();
    throw error;
  }
}

async function pruneAbove(tree: TargetTree, { root, path }: Step, prune: "all" | Places): Promise<Removed> {
  const only = prune === "all" ? prune : new Set(prune.filter((one) => one.root === root).map((one) => one.path));
  return (await tree.prune(path, only)).map((one) => ({ root, ...one }));
}

/** Somebody may save a file between the plan and its deed. */
async function requireUnchanged({ path, was }: Step, tree: TargetTree): Promise<void> {
  const found = await tree.look(path);
  const now = found.kind === "entry" ? found.entry : found.kind === "blocked" ? null : undefined;
  if (now !== undefined && sameEntry(now, was)) return;
  throw new FaultError({
    code: "tool",
    message: `${path} was changed just now, while the changes were being applied`,
    hint: "Nothing was changed. Try again.",
  });
}

/** Puts back what was there, wherever a step has been done and nobody has touched the result. */
async function rollBack(steps: readonly Step[], makes: Places, removed: Removed, treeOf: TreeOf): Promise<void> {
  for (const step of steps.toReversed()) {
    const tree = treeOf(step.root);
    const found = await tree.look(step.path);
    const now = found.kind === "entry" ? found.entry : null;
    const isDone = sameEntry(now, step.becomes);
    if (step.was !== null && isDone) await tree.write(step.path, step.was);
    if (step.was === null && isDone) await tree.remove(step.path);
    await pruneAbove(tree, step, makes);
  }
  for (const { root, path, mode } of removed) await treeOf(root).setMode(path, mode);
}

async function withTrees<Result>(
  roots: readonly string[],
  blobs: Blobs,
  use: (treeOf: TreeOf) => Promise<Result>,
): Promise<Result> {
  const trees = new Map<string, TargetTree>();
  try {
    for (const root of new Set(roots)) trees.set(root, await openTargetTree(root, blobs));
    return await use((root) => {
      const tree = trees.get(root);
      if (tree) return tree;
      throw new FaultError({ code: "bug", message: `No tree for ${root}` });
    });
  } finally {
    for (const tree of trees.values()) await tree.close();
  }
}

async function save({ record }: ApplyPlace, applied: Applied): Promise<void> {
  const temp = `${record}.${randomUUID()}.tmp`;
  await writeFile(temp, `${JSON.stringify(applied)}\n`, { mode: 0o600, flag: "wx", flush: true });
  await rename(temp, record);
}
