import type { Ignore } from "ignore";
import { mkdir, readlink, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Change, type Entry, type PatchPart, sameEntry } from "../core/patch.ts";
import type { Grant } from "../core/workspace.ts";
import type { Base, Fill, Stamp, Stamps } from "./base.ts";
import type { Blobs } from "./blobs.ts";
import { openBase } from "./open-base.ts";
import { matchers, protectedPart } from "./places.ts";
import { readEntry, type TreeEntry, walkTree } from "./tree.ts";

/** One writable context path and the copy of it that everybody starts from. */
export type ContextBase = {
  /** What the user granted, absolute and real. */
  readonly granted: string;
  /** The directory that patches are relative to: `granted`, or where that file lies. */
  readonly root: string;
  /** Set when a single file was granted. */
  readonly only: string | undefined;
  readonly start: Base;
  /** Relative to the root: parts that stay as they are. */
  readonly closed: readonly string[];
  /** What is not to be written, and what only with the user's yes. */
  readonly never: Ignore | undefined;
  readonly asked: Ignore | undefined;
  readonly agreed: CopyRules["agreed"];
};

/** `agreed`: whether the user has said yes to this absolute path. */
export type CopyRules = Pick<Grant, "closed" | "asks"> & { readonly agreed: (path: string) => boolean };

/** Copies the context path to `path`, or finds the copy there. `partial`: where it grows, on the same disk. */
export async function makeBase(
  granted: string,
  {
    path,
    partial,
    closed,
    rules,
  }: {
    readonly path: string;
    readonly partial: string;
    readonly closed: readonly string[];
    readonly rules: CopyRules;
  },
): Promise<ContextBase> {
  const never = matchers(rules.closed);
  const unreadable = never?.read;
  const isFile = (await stat(granted)).isFile();
  const root = isFile ? dirname(granted) : granted;
  const only = isFile ? basename(granted) : undefined;
  const isClosed = (below: string): boolean => unreadable?.ignores(below) === true;
  const start = await openBase(path, partial, async (keep) => {
    if (only === undefined) await keepTree(root, keep, isClosed);
    else if (!isClosed(only)) await keep(granted, only, "file");
  });
  return {
    granted,
    root,
    only,
    start,
    closed,
    never: never?.write,
    asked: matchers(rules.asks)?.write,
    agreed: rules.agreed,
  };
}

/** Gives an agent its working copy at `path`, or finds it there; then nothing is known of what is unchanged in it. */
export async function makeCopy(base: ContextBase, path: string, partial: string): Promise<Stamps> {
  if (await stat(path).catch(() => undefined)) return new Map();
  await mkdir(partial, { recursive: true });
  const stamps = await base.start.copyTo(partial);
  await rename(partial, path);
  return stamps;
}

/** What an agent changed in its copy. The contents on both sides are in `blobs` afterwards. */
export async function findChanges(base: ContextBase, copy: string, stamps: Stamps, blobs: Blobs): Promise<PatchPart> {
  const { start } = base;
  const changes: Change[] = [];
  const leftOut: { path: string; why: string }[] = [];
  const seen = new Set<string>();
  const add = (path: string, before: Entry | null, after: Entry | null): void => {
    const why = whyNot(base, path, after) ?? whyNotAsked(base, path, copy);
    if (why === undefined) changes.push({ path, before, after });
    else leftOut.push({ path, why });
  };
  await walkTree(
    copy,
    async (entry) => {
      seen.add(entry.path);
      if (isUntouched(stamps.get(entry.path), entry)) return;
      const before = start.entries.has(entry.path) ? await start.entryAt(entry.path, blobs) : null;
      const after = await entryOf(entry, blobs);
      if (after !== null && !sameEntry(before, after)) add(entry.path, before, after);
    },
    { known: start.entries.keys() },
  );
  for (const path of start.entries.keys()) {
    if (!seen.has(path)) add(path, await start.entryAt(path, blobs), null);
  }
  const sorted = <Item extends { path: string }>(items: Item[]): Item[] =>
    items.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { root: base.root, changes: sorted(changes), leftOut: sorted(leftOut) };
}

/** Why a change is not passed on to the user's files; undefined when it is. */
function whyNot(base: ContextBase, path: string, after: Entry | null): string | undefined {
  if (base.only !== undefined && path !== base.only) return "only one file was granted";
  const name = protectedPart(base.root, path.split("/"), "write");
  if (name !== undefined) return `"${name}" is protected`;
  if (base.closed.some((closed) => path === closed || path.startsWith(`${closed}/`))) return "this part is read-only";
  if (base.never?.ignores(path)) return "a rule of your permissions closes it";
  return after?.kind === "link" && leadsOut(path, after.target) ? "the link leads out of the directory" : undefined;
}

function whyNotAsked({ asked, agreed }: ContextBase, path: string, copy: string): string | undefined {
  return asked?.ignores(path) && !agreed(join(copy, path))
    ? "a rule of your permissions wants it asked for"
    : undefined;
}

function leadsOut(path: string, target: string): boolean {
  if (/^(?:[/\\]|[a-z]:)/i.test(target) || target.includes("\0")) return true;
  let depth = path.split("/").length - 1;
  return target.split(/[/\\]/).some((part) => {
    depth += part === ".." ? -1 : part === "" || part === "." ? 0 : 1;
    return depth < 0;
  });
}

function isUntouched(stamp: Stamp | undefined, { stats }: TreeEntry): boolean {
  return (
    stamp !== undefined &&
    stamp.ino === stats.ino &&
    stamp.size === stats.size &&
    stamp.mtimeNs === stats.mtimeNs &&
    stamp.ctimeNs === stats.ctimeNs
  );
}

/** Null for what is no file or link any more. */
async function entryOf(entry: TreeEntry, blobs: Blobs): Promise<Entry | null> {
  if (entry.kind === "link") {
    const target = await readlink(entry.directory.child(entry.name)).catch(() => undefined);
    return target === undefined ? null : { kind: "link", target };
  }
  const content = await readEntry(entry);
  if (content === undefined) return null;
  const mode = Number(entry.stats.mode & 0o777n);
  return { kind: "file", sha256: await blobs.put(content), bytes: content.length, mode };
}

/** All but what the user's .gitignore files and `leave` leave out. */
async function keepTree(root: string, keep: Parameters<Fill>[0], leave: (path: string) => boolean): Promise<void> {
  await walkTree(root, async ({ path, kind, directory, name }) => {
    if (leave(path)) return;
    try {
      await keep(directory.child(name), path, kind);
    } catch (error) {
      if (!isUnreadable(error)) throw error; // nobody can change what nobody could read
    }
  });
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "ENOENT");
}
