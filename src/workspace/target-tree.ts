import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, readlink, rename, rm, rmdir, symlink } from "node:fs/promises";
import { FaultError } from "../core/fault.ts";
import type { Entry } from "../core/patch.ts";
import { type Blobs, checksum } from "./blobs.ts";
import { pathFault } from "./path-fault.ts";
import { pinPath, type Pin } from "./pin.ts";
import { protectedPart } from "./places.ts";
import { parentsOf, readEntry } from "./tree.ts";

/** What lies at a path right now. "blocked": a part of the path above it, `by`, is no directory. */
export type Found =
  | { readonly kind: "entry"; readonly entry: Entry | null }
  | { readonly kind: "directory"; readonly files: readonly string[] }
  | { readonly kind: "blocked"; readonly by: string }
  | { readonly kind: "special" };

/** The user's directory that a patch is for. No step below it follows a link: what is looked at and written lies in it. */
export type TargetTree = {
  readonly look: (path: string) => Promise<Found>;
  /** The directories above `path` that are not there yet, the topmost last. */
  readonly missingAbove: (path: string) => Promise<readonly string[]>;
  /** Puts the entry in the place of what is there, whole or not at all. Makes the directories above it. */
  readonly write: (path: string, entry: Entry) => Promise<void>;
  readonly remove: (path: string) => Promise<void>;
  /**
   * Takes away what a broken-off `write` may have left at `path`, and the directories above it that are empty: all such,
   * or those of `only`. Resolves with them.
   */
  readonly prune: (
    path: string,
    only: "all" | ReadonlySet<string>,
  ) => Promise<readonly { readonly path: string; readonly mode: number }[]>;
  readonly setMode: (directory: string, mode: number) => Promise<void>;
  readonly close: () => Promise<void>;
};

/** `root` must be a real directory; it is held until `close`. Contents come from and go to `blobs`. */
export async function openTargetTree(root: string, blobs: Blobs): Promise<TargetTree> {
  const top = await pinPath(root, { follow: true }).catch((error: unknown) => {
    throw pathFault(error, root);
  });
  return { look, missingAbove, write, remove, prune, setMode, close: () => top.close() };

  /** Calls `use` with the directory right above `path`, held; undefined when a part above it is missing. */
  async function within<Result>(
    path: string,
    use: (directory: Pin, name: string) => Promise<Result>,
    onMissing: (directory: Pin, name: string, path: string) => Promise<"made" | Result>,
  ): Promise<Result> {
    const parts = path.split("/");
    requireBelow(parts, path);
    let directory = top;
    try {
      for (const [index, name] of parts.slice(0, -1).entries()) {
        let next = await pinPath(directory.child(name), { follow: false }).catch(() => undefined);
        if (!next?.stats.isDirectory()) {
          await next?.close();
          const outcome = await onMissing(directory, name, parts.slice(0, index + 1).join("/"));
          if (outcome !== "made") return outcome;
          next = await pinPath(directory.child(name), { follow: false });
        }
        if (directory !== top) await directory.close();
        directory = next;
      }
      return await use(directory, parts.at(-1) ?? "");
    } catch (error) {
      throw pathFault(error, `${root}/${path}`);
    } finally {
      if (directory !== top) await directory.close();
    }
  }

  /** What made the patch sees to that, too; but a patch is a file, and files can be changed. */
  function requireBelow(parts: readonly string[], path: string): void {
    const odd = parts.find((part) => ["", ".", ".."].includes(part) || part.includes("\0"));
    const name = odd ?? protectedPart(root, parts, "write");
    if (name === undefined) return;
    throw new FaultError({
      code: "denied",
      message: `Changes to ${root} name "${path}", and ${odd === undefined ? `"${name}" is protected` : "that is no path below it"}`,
      hint: "Nothing was changed. The record of this run was not written by massgen.",
    });
  }

  async function look(path: string): Promise<Found> {
    return within<Found>(
      path,
      async (directory, name) => lookAt(directory, name, path),
      async (directory, name, by) => {
        const there = await lstat(directory.child(name)).catch(() => undefined);
        return there === undefined ? { kind: "entry", entry: null } : { kind: "blocked", by };
      },
    );
  }

  async function lookAt(directory: Pin, name: string, path: string): Promise<Found> {
    const stats = await lstat(directory.child(name)).catch(() => undefined);
    if (stats === undefined) return { kind: "entry", entry: null };
    if (stats.isSymbolicLink()) {
      return { kind: "entry", entry: { kind: "link", target: await readlink(directory.child(name)) } };
    }
    if (stats.isDirectory()) return { kind: "directory", files: await filesBelow(directory, name, path) };
    const content = stats.isFile() ? await readEntry({ directory, name }) : undefined;
    if (content === undefined) return { kind: "special" };
    const sha256 = await blobs.put(content);
    return { kind: "entry", entry: { kind: "file", sha256, bytes: content.length, mode: stats.mode & 0o777 } };
  }

  /** Directories without anything in them end in "/". */
  async function filesBelow(directory: Pin, name: string, path: string): Promise<readonly string[]> {
    const pinned = await pinPath(directory.child(name), { follow: false });
    try {
      if (!pinned.stats.isDirectory()) return [path];
      const names = await readdir(pinned.self);
      const below = await Promise.all(names.map((one) => filesBelow(pinned, one, `${path}/${one}`)));
      return names.length === 0 ? [`${path}/`] : below.flat();
    } finally {
      await pinned.close();
    }
  }

  async function missingAbove(path: string): Promise<readonly string[]> {
    const found = await Promise.all(
      parentsOf(path).map((above) => look(above).then((there) => (there.kind === "directory" ? [] : [above]))),
    );
    return found.flat();
  }

  async function write(path: string, entry: Entry): Promise<void> {
    await within(
      path,
      async (directory, name) => {
        const temp = directory.child(tempName(path));
        try {
          await rm(temp, { force: true });
          await make(temp, entry);
          await rename(temp, directory.child(name));
        } catch (error) {
          await rm(temp, { force: true });
          throw error;
        }
      },
      async (directory, name) => {
        await mkdir(directory.child(name));
        return "made";
      },
    );
  }

  async function make(path: string, entry: Entry): Promise<void> {
    if (entry.kind === "link") return symlink(entry.target, path);
    const content = await blobs.get(entry.sha256);
    const handle = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
    try {
      await handle.writeFile(content);
      await handle.chmod(entry.mode);
      await handle.datasync();
    } finally {
      await handle.close();
    }
  }

  async function remove(path: string): Promise<void> {
    await within(
      path,
      async (directory, name) => rm(directory.child(name)),
      async () => undefined,
    );
  }

  async function prune(path: string, only: "all" | ReadonlySet<string>): Promise<{ path: string; mode: number }[]> {
    await within(
      path,
      async (directory) => rm(directory.child(tempName(path)), { force: true }),
      async () => undefined,
    );
    const removed: { path: string; mode: number }[] = [];
    for (const above of parentsOf(path)) {
      if (only !== "all" && !only.has(above)) break;
      const mode = await removeIfEmpty(above);
      if (mode === "stays") break;
      if (mode !== "missing") removed.push({ path: above, mode });
    }
    return removed;
  }

  /** The mode of what was taken away. */
  async function removeIfEmpty(path: string): Promise<number | "stays" | "missing"> {
    return within<number | "stays" | "missing">(
      path,
      async (directory, name) => {
        const stats = await lstat(directory.child(name)).catch(() => undefined);
        if (stats === undefined) return "missing";
        return rmdir(directory.child(name)).then(
          () => stats.mode & 0o777,
          () => "stays",
        );
      },
      async () => "missing",
    );
  }

  async function setMode(path: string, mode: number): Promise<void> {
    await within(
      path,
      async (directory, name) => {
        const pinned = await pinPath(directory.child(name), { follow: false });
        try {
          if (pinned.stats.isDirectory()) await chmod(pinned.self, mode);
        } finally {
          await pinned.close();
        }
      },
      async () => undefined,
    );
  }
}

/** The same for the same path: what a process leaves behind is found by the next one. */
function tempName(path: string): string {
  return `.massgen-${checksum(Buffer.from(path)).slice(0, 12)}.tmp`;
}
