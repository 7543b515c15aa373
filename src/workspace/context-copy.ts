import type { Ignore } from "ignore";
import { type BigIntStats, lstatSync, mkdirSync, readlinkSync, symlinkSync } from "node:fs";
import { lstat, mkdir, readFile, readlink, rename, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Change, type Entry, type PatchPart, sameEntry } from "../core/patch.ts";
import type { Grant } from "../core/workspace.ts";
import type { Blobs } from "./blobs.ts";
import { createFileCopier } from "./copy-file.ts";
import { createPause } from "./pause.ts";
import { isProtected, matchers } from "./places.ts";
import { readEntry, type TreeEntry, walkTree } from "./tree.ts";

/** One writable context path and the copy of it that everybody starts from. */
export type ContextBase = {
  /** What the user granted, absolute and real. */
  readonly granted: string;
  /** The directory that patches are relative to: `granted`, or where that file lies. */
  readonly root: string;
  /** Set when a single file was granted. */
  readonly only: string | undefined;
  /** Absolute path of the untouched copy. */
  readonly path: string;
  readonly entries: ReadonlyMap<string, TreeEntry["kind"]>;
  /** Relative to the root: parts that stay as they are. */
  readonly closed: readonly string[];
  /** What is not to be written, and what only with the user's yes. */
  readonly never: Ignore | undefined;
  readonly asked: Ignore | undefined;
  readonly agreed: CopyRules["agreed"];
};

/** `agreed`: whether the user has said yes to this absolute path. */
export type CopyRules = Pick<Grant, "closed" | "asks"> & { readonly agreed: (path: string) => boolean };

/** How a file in a working copy was when the copy was made: as long as it is the same, so is the content. */
type Stamp = { readonly ino: bigint; readonly size: bigint; readonly mtimeNs: bigint; readonly ctimeNs: bigint };
export type Stamps = ReadonlyMap<string, Stamp>;

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
  if ((await stat(path).catch(() => undefined)) === undefined) {
    await mkdir(partial, { recursive: true });
    const isClosed = (below: string): boolean => unreadable?.ignores(below) === true;
    if (only === undefined) await copyTree(root, partial, isClosed);
    else if (!isClosed(only)) await createFileCopier()(granted, join(partial, only));
    await rename(partial, path);
  }
  const entries = new Map<string, TreeEntry["kind"]>();
  await walkTree(path, async (entry) => void entries.set(entry.path, entry.kind));
  return {
    granted,
    root,
    only,
    path,
    entries,
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
  const copyTo = createTreeCopier(partial);
  const pause = createPause();
  const stamps = new Map<string, Stamp>();
  // What is in the base is known, and nobody changes it: it is not searched again.
  for (const [below, kind] of base.entries) {
    stamps.set(below, await copyTo(join(base.path, below), below, kind));
    await pause();
  }
  await rename(partial, path);
  return stamps;
}

/** What an agent changed in its copy. The contents on both sides are in `blobs` afterwards. */
export async function findChanges(base: ContextBase, copy: string, stamps: Stamps, blobs: Blobs): Promise<PatchPart> {
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
      const before = base.entries.has(entry.path) ? await entryAt(join(base.path, entry.path), blobs) : null;
      const after = await entryOf(entry, blobs);
      if (after !== null && !sameEntry(before, after)) add(entry.path, before, after);
    },
    { known: base.entries.keys() },
  );
  for (const path of base.entries.keys()) {
    if (!seen.has(path)) add(path, await entryAt(join(base.path, path), blobs), null);
  }
  const sorted = <Item extends { path: string }>(items: Item[]): Item[] =>
    items.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { root: base.root, changes: sorted(changes), leftOut: sorted(leftOut) };
}

/** Why a change is not passed on to the user's files; undefined when it is. */
function whyNot(base: ContextBase, path: string, after: Entry | null): string | undefined {
  if (base.only !== undefined && path !== base.only) return "only one file was granted";
  const name = path.split("/").find((part) => isProtected(part, "write"));
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

/** Of the base, which nobody changes. */
async function entryAt(path: string, blobs: Blobs): Promise<Entry | null> {
  const stats = await lstat(path);
  if (stats.isSymbolicLink()) return { kind: "link", target: await readlink(path) };
  const content = await readFile(path);
  return { kind: "file", sha256: await blobs.put(content), bytes: content.length, mode: stats.mode & 0o777 };
}

/** All but what the user's .gitignore files and `leave` leave out. */
async function copyTree(from: string, to: string, leave: (path: string) => boolean): Promise<void> {
  const copyTo = createTreeCopier(to);
  await walkTree(from, async ({ path, kind, directory, name }) => {
    if (leave(path)) return;
    try {
      await copyTo(directory.child(name), path, kind);
    } catch (error) {
      if (!isUnreadable(error)) throw error; // nobody can change what nobody could read
    }
  });
}

/** Copies entries one by one into a tree that grows at `root`, and says how each of them is there. */
function createTreeCopier(root: string): (from: string, path: string, kind: TreeEntry["kind"]) => Promise<BigIntStats> {
  const copyFile = createFileCopier();
  const directories = new Set<string>();
  return async (from, path, kind) => {
    const target = join(root, path);
    const parent = dirname(target);
    if (!directories.has(parent)) mkdirSync(parent, { recursive: true });
    directories.add(parent);
    if (kind === "file") return copyFile(from, target);
    symlinkSync(readlinkSync(from), target);
    return lstatSync(target, { bigint: true });
  };
}

function isUnreadable(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "EACCES" || error.code === "ENOENT");
}
