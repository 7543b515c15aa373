import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { changeLines, Patch, type PatchPart } from "../core/patch.ts";
import type { Grant, WorkingCopy } from "../core/workspace.ts";
import type { Stamps } from "./base.ts";
import { type Blobs, openBlobs } from "./blobs.ts";
import { type ContextBase, type CopyRules, findChanges, makeBase, makeCopy } from "./context-copy.ts";
import { partsBelow } from "./places.ts";

/** What an agent changed in its copies, kept under a label. */
export type KeptChanges = {
  readonly patch: Patch;
  /** "M src/a.ts": a line for each change that would reach the user's files. */
  readonly lines: readonly string[];
  /** Below the agent's root: the names of the copies, and in each the files that are not as they were. */
  readonly changed: ReadonlyMap<string, ReadonlySet<string>>;
};

export type WorkingCopies = {
  readonly copies: readonly WorkingCopy[];
  readonly grants: readonly Grant[];
  readonly keep: (label: string) => Promise<KeptChanges>;
};

/** Copies every writable context path once: what all agents of a run start from. `context`: real, absolute paths. */
export async function makeBases(
  directory: string,
  context: readonly Grant[],
  rules: CopyRules,
): Promise<readonly ContextBase[]> {
  const writable = context.filter(({ path, permission }) => permission === "write" && !isBelowAnother(path, context));
  const bases: ContextBase[] = [];
  if (writable.length > 0) await mkdir(join(directory, "base"), { recursive: true });
  for (const [index, { path: granted }] of writable.entries()) {
    const closed = context.flatMap(({ path, permission }) => {
      const below = permission === "read" ? partsBelow(granted, path) : undefined;
      return below === undefined || below.length === 0 ? [] : [below.join("/")];
    });
    const path = join(directory, "base", String(index + 1));
    bases.push(await makeBase(granted, { path, partial: join(directory, `.partial-${randomUUID()}`), closed, rules }));
  }
  return bases;
}

function isBelowAnother(path: string, context: readonly Grant[]): boolean {
  return context.some((other) => {
    const below = other.permission === "write" ? partsBelow(other.path, path) : undefined;
    return below !== undefined && below.length > 0;
  });
}

/** Gives one agent a copy of every base in its `root`, or finds them there. */
export async function makeCopies(
  directory: string,
  root: string,
  bases: readonly ContextBase[],
): Promise<WorkingCopies> {
  const blobs = openRunBlobs(directory);
  const made: { base: ContextBase; name: string; path: string; stamps: Stamps }[] = [];
  for (const base of bases) {
    const name = freeName(basename(base.root), new Set(made.map((one) => one.name)));
    const path = join(root, name);
    const stamps = await makeCopy(base, path, join(directory, `.partial-${randomUUID()}`));
    made.push({ base, name, path, stamps });
  }
  return {
    copies: made.map(({ base, path }) => ({ from: base.granted, path: join(path, base.only ?? "") })),
    grants: made.flatMap(({ base, path }) => [
      // Patterns are relative to what was granted, so the copy is a place of its own.
      { path, permission: "write" as const },
      ...base.closed.map((closed): Grant => ({ path: join(path, closed), permission: "read" })),
    ]),
    async keep(label) {
      const parts: PatchPart[] = [];
      const changed = new Map<string, ReadonlySet<string>>();
      for (const { base, name, path, stamps } of made) {
        const part = await findChanges(base, path, stamps, blobs);
        parts.push(part);
        changed.set(name, new Set(part.changes.map((change) => change.path)));
      }
      const patch: Patch = { parts };
      if (made.length > 0) await writePatch(directory, label, patch);
      return { patch, lines: parts.flatMap(changeLines), changed };
    },
  };
}

function freeName(wanted: string, taken: ReadonlySet<string>): string {
  const name = wanted === "" ? "context" : wanted;
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`;
    if (!taken.has(candidate)) return candidate;
  }
}

/** True for what a snapshot holds of a workspace: of a working copy only what is changed. */
export function isPartOfAnswer(changed: KeptChanges["changed"], path: string): boolean {
  const [name = "", ...rest] = path.split("/");
  const files = changed.get(name);
  if (files === undefined || rest.length === 0) return files === undefined || files.size > 0;
  const below = rest.join("/");
  return files.has(below) || [...files].some((file) => file.startsWith(`${below}/`));
}

/** The patch that was kept with an answer. Undefined: the run has no writable context paths, or it is gone. */
export async function readPatch(directory: string, label: string): Promise<Patch | undefined> {
  const text = await readFile(patchFile(directory, label), "utf8").catch(() => undefined);
  return text === undefined ? undefined : Patch.parse(JSON.parse(text));
}

/** Where the contents of a run's patches lie. */
export function openRunBlobs(directory: string): Blobs {
  return openBlobs(join(directory, "blobs"));
}

async function writePatch(directory: string, label: string, patch: Patch): Promise<void> {
  const path = patchFile(directory, label);
  await mkdir(join(directory, "patches"), { recursive: true });
  const temp = `${path}.${randomUUID()}.tmp`;
  await writeFile(temp, `${JSON.stringify(patch)}\n`, { mode: 0o600, flag: "wx", flush: true });
  await rename(temp, path);
}

function patchFile(directory: string, label: string): string {
  return join(directory, "patches", `${label}.json`);
}
