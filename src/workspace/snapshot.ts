import { constants } from "node:fs";
import { chmod, copyFile, mkdir, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { FaultError } from "../core/fault.ts";
import { pinPath, type Pin } from "./pin.ts";
import { isLeftOut } from "./tree.ts";

/** What a snapshot may hold at most. */
export type SnapshotLimits = { readonly files: number; readonly bytes: number };

const LIMITS: SnapshotLimits = { files: 20_000, bytes: 200 * 1024 * 1024 };

/**
 * Copies the directory `from` to `to`, files made read-only, and resolves with their paths: relative, sorted, "/" between
 * parts. `to` appears complete or not at all; `partial` is where it grows: on the same disk, and used by nobody else. What
 * lay at `to` is replaced; without any file nothing is there afterwards. Links, pipes and devices are skipped.
 * Throws FaultError "disk" when there is more than `limits` allow.
 */
export async function takeSnapshot(options: {
  readonly from: string;
  readonly to: string;
  readonly partial: string;
  readonly limits?: SnapshotLimits;
  /** Whether a file or directory belongs to it; by its path relative to `from`. Default: all do. */
  readonly keeps?: (path: string) => boolean;
}): Promise<readonly string[]> {
  const { from, to, partial, limits = LIMITS, keeps = () => true } = options;
  try {
    const copy: Copy = { files: [], bytes: 0, limits, keeps };
    await copyDirectory(await pinPath(from, { follow: true }), partial, "", copy);
    await discard(to, `${partial}-old`);
    if (copy.files.length === 0) return [];
    const isInPlace = await rename(partial, to).then(
      () => true,
      () => false,
    );
    if (isInPlace) return copy.files.sort();
    throw new FaultError({
      code: "disk",
      message: `The snapshot ${to} could not be put in its place`,
      hint: "Check that the directory of the run is still there and may be written.",
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

type Copy = {
  readonly files: string[];
  bytes: number;
  readonly limits: SnapshotLimits;
  readonly keeps: (path: string) => boolean;
};

/** Closes `source`. The directory at `target` is made with its first file: empty ones are not kept. */
async function copyDirectory(source: Pin, target: string, prefix: string, copy: Copy): Promise<void> {
  try {
    for (const name of await readdir(source.self)) {
      if (isLeftOut(name) || !copy.keeps(`${prefix}${name}`)) continue;
      const entry = await pinPath(source.child(name), { follow: false });
      if (entry.stats.isDirectory()) {
        await copyDirectory(entry, join(target, name), `${prefix}${name}/`, copy);
        continue;
      }
      try {
        if (entry.stats.isFile()) await copyOne(entry, target, name, prefix, copy);
      } finally {
        await entry.close();
      }
    }
  } finally {
    await source.close();
  }
}

async function copyOne(source: Pin, target: string, name: string, prefix: string, copy: Copy): Promise<void> {
  copy.bytes += source.stats.size;
  if (copy.files.length >= copy.limits.files || copy.bytes > copy.limits.bytes) {
    throw new FaultError({
      code: "disk",
      message: `The workspace is too large to keep: more than ${copy.limits.files} files or ${Math.round(copy.limits.bytes / 1024 / 1024)} MB`,
      hint: "Delete what is not part of the result: build output, downloads, caches.",
    });
  }
  await mkdir(target, { recursive: true });
  const path = join(target, name);
  await copyFile(source.self, path, constants.COPYFILE_FICLONE);
  await chmod(path, source.stats.mode & 0o111 ? 0o555 : 0o444);
  copy.files.push(prefix + name);
}

/** Takes what lies at `path` out of the way in one step, then deletes it. */
async function discard(path: string, aside: string): Promise<void> {
  try {
    await rename(path, aside);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
    throw error;
  }
  await rm(aside, { recursive: true, force: true });
}
