import { lstatSync, readlinkSync, symlinkSync } from "node:fs";
import { lstat, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";
import { pause } from "../core/pause.ts";
import type { Base, Fill, Stamp } from "./base.ts";
import { createFileCopier } from "./copy-file.ts";
import { createDirectories } from "./directories.ts";
import { type TreeEntry, walkTree } from "./tree.ts";

/** Keeps a base as a directory that looks as the original did. */
export async function growTree(directory: string, fill: Fill): Promise<void> {
  const copy = createEntryCopier(directory);
  await fill(async (from, path, kind) => void (await copy(from, path, kind)));
}

export async function openTree(root: string): Promise<Base> {
  const entries = new Map<string, TreeEntry["kind"]>();
  await walkTree(root, async ({ path, kind }) => void entries.set(path, kind));
  return {
    entries,
    async copyTo(directory) {
      const copy = createEntryCopier(directory);
      const stamps = new Map<string, Stamp>();
      for (const [path, kind] of entries) {
        stamps.set(path, await copy(join(root, path), path, kind));
        await pause();
      }
      return stamps;
    },
    async entryAt(path, blobs) {
      const place = join(root, path);
      const stats = await lstat(place);
      if (stats.isSymbolicLink()) return { kind: "link", target: await readlink(place) };
      const content = await readFile(place);
      return { kind: "file", sha256: await blobs.put(content), bytes: content.length, mode: stats.mode & 0o777 };
    },
  };
}

/** Copies entries one by one into a tree that grows at `root`, and says how each of them is there. */
function createEntryCopier(root: string): (from: string, path: string, kind: TreeEntry["kind"]) => Promise<Stamp> {
  const copyFile = createFileCopier();
  const placeFor = createDirectories(root);
  return async (from, path, kind) => {
    const target = placeFor(path);
    if (kind === "file") return copyFile(from, target);
    symlinkSync(readlinkSync(from), target);
    return lstatSync(target, { bigint: true });
  };
}
