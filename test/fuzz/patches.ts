import { existsSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  applyPatch,
  type ApplyPlace,
  type ApplyResult,
  readApplied,
  undoPatch,
} from "../../src/workspace/apply-patch.ts";
import type { Blobs } from "../../src/workspace/blobs.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { openRunBlobs, readPatch } from "../../src/workspace/working-copies.ts";
import { randomFrom } from "./erratic-model.ts";
import { editTree, growTree, readTree } from "./random-tree.ts";

type Tree = ReadonlyMap<string, string>;
type Scene = { readonly place: ApplyPlace; readonly user: string; readonly random: () => number };

/** A random tree, changed by one to three agents and by its user, patches applied and taken back. Throws when a byte is lost. */
export async function playPatches(seed: number): Promise<readonly string[]> {
  const base = await realpath(await mkdtemp(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "massgen-patch-")));
  try {
    return await playIn(base, seed);
  } finally {
    await rm(base, { recursive: true, force: true });
  }
}

async function playIn(base: string, seed: number): Promise<readonly string[]> {
  const random = randomFrom(seed);
  const [user, directory] = [join(base, "project"), join(base, "run")];
  await growTree(user, random);
  const start = await readTree(user);
  const agents = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) => ({
    id: `a${index}`,
    number: index + 1,
  }));
  const workspaces = await createRunWorkspaces({
    directory,
    agents,
    contextPaths: [{ path: user, permission: "write" }],
  });
  const isDirty = random() < 0.7;
  if (isDirty) await editTree(user, random);
  const endings: string[] = [];
  const undos: (() => Promise<void>)[] = [];
  for (const { id, number } of agents) {
    const copy = workspaces.filesOf(id).copies?.[0]?.path ?? "";
    await editTree(copy, random);
    const label = `agent${number}.1` as const;
    await workspaces.snapshot(id, label);
    const place: ApplyPlace = { blobs: openRunBlobs(directory), record: join(directory, `applied-${number}.json`) };
    const before = await readTree(user);
    const patch = (await readPatch(directory, label)) ?? { parts: [] };
    const scene = { place, user, random };
    const apply = (where: ApplyPlace): Promise<ApplyResult> => applyPatch(patch, { label, at: 0 }, where);
    const result = (await unlessFailed(apply, scene, before)) ?? (await apply(place));
    const after = await readTree(user);
    endings.push(result.kind);
    if (result.kind === "conflicts") same(before, after, "conflicts must change nothing");
    else nothingLost(start, before, after, !isDirty && number === 1 ? await readTree(copy) : undefined);
    const applied = await readApplied(place);
    if (applied === undefined) {
      same(before, after, "without a record nothing may have changed");
      continue;
    }
    undos.push(async () => {
      const undo = (where: ApplyPlace): Promise<ApplyResult> => undoPatch(applied, where);
      requireDone((await unlessFailed(undo, scene, await readTree(user))) ?? (await undo(place)));
      same(before, await readTree(user), "undo must bring back what was");
    });
  }
  for (const undo of undos.toReversed()) await undo();
  return endings;
}

/** The disk fails somewhere on the way, for good: what could not be taken back is taken back by the next look. */
async function unlessFailed(
  attempt: (place: ApplyPlace) => Promise<ApplyResult>,
  scene: Scene,
  before: Tree,
): Promise<ApplyResult | undefined> {
  try {
    return await attempt(failing(scene.place, scene.random));
  } catch (error) {
    if (!(error instanceof Error) || error.message !== "the disk failed") throw error;
    await readApplied(scene.place);
    same(before, await readTree(scene.user), "a failure must leave everything as it was");
    return undefined;
  }
}

/** Contents that cannot be read any more after a while. */
function failing({ blobs, record }: ApplyPlace, random: () => number): ApplyPlace {
  let left = Math.floor(random() * 6);
  const get: Blobs["get"] = async (sha256) => {
    if (left-- > 0) return blobs.get(sha256);
    throw new Error("the disk failed");
  };
  return { blobs: { ...blobs, get }, record };
}

function requireDone(result: ApplyResult): void {
  if (result.kind !== "done") throw new Error(`undo has conflicts: ${JSON.stringify(result.conflicts)}`);
}

/** What the user had changed since the start is still there: as it was, merged line by line, or under another name. */
function nothingLost(start: Tree, before: Tree, after: Tree, copy: Tree | undefined): void {
  const kept = new Set(after.values());
  for (const [path, mine] of before) {
    const now = after.get(path);
    if (now === mine || start.get(path) === mine || mine.startsWith("directory")) continue;
    if (kept.has(mine)) continue;
    const lines = new Set(now?.replace(/^file \d+ /, "").split("\n"));
    const own = mine.replace(/^file \d+ /, "").split("\n");
    const old = new Set(
      start
        .get(path)
        ?.replace(/^file \d+ /, "")
        .split("\n"),
    );
    const lost = own.filter((line) => !old.has(line) && !lines.has(line));
    if (now === undefined || lost.length > 0) throw new Error(`${path} lost ${JSON.stringify(lost)} of the user`);
  }
  if (copy === undefined) return;
  for (const [path, made] of copy) {
    if (made.startsWith("file") && !/\.env|build|\.bin|^lib/.test(path) && after.get(path) !== made) {
      throw new Error(`${path} is not as the agent left it`);
    }
  }
}

function same(expected: Tree, found: Tree, rule: string): void {
  const paths = new Set([...expected.keys(), ...found.keys()]);
  const differ = [...paths].filter((path) => expected.get(path) !== found.get(path));
  if (differ.length === 0) return;
  const [path = ""] = differ;
  throw new Error(
    `${rule}: ${differ.join(", ")}; ${path} was ${JSON.stringify(expected.get(path))}, is ${JSON.stringify(found.get(path))}`,
  );
}
