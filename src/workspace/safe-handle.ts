import { constants, type Dirent, type Stats } from "node:fs";
import { mkdir, open, readdir, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { FaultError } from "../core/fault.ts";
import type { Grant } from "../core/workspace.ts";
import { pathFault } from "./path-fault.ts";
import { findPlaces, requireAccess, type Place } from "./places.ts";
import { pinPath, type Pin, type PinPath } from "./pin.ts";

/** The caller closes `handle`. `path` is where the file really lies, for showing; use the handle for everything else. */
export type OpenedFile = { readonly handle: FileHandle; readonly path: string; readonly stats: Stats };

/**
 * Opens a regular file for reading. Links are followed as long as the file they lead to is inside a grant.
 * Throws FaultError "denied" outside of them, "tool" when there is no such file.
 */
export async function openRead(path: string, grants: readonly Grant[], pin: PinPath = pinPath): Promise<OpenedFile> {
  return openReadIn(path, await findPlaces(grants, pin), pin);
}

/** The same for many files: the grants were looked up a moment ago. */
export async function openReadIn(path: string, places: readonly Place[], pin: PinPath = pinPath): Promise<OpenedFile> {
  return withPin(path, places, pin, async (pinned) => {
    requireRegular(pinned, path);
    return { handle: await pinned.open(constants.O_RDONLY), path: pinned.realPath, stats: pinned.stats };
  });
}

/** The entries of a directory, in no order, and where it really lies. Links among the entries are reported as links. */
export async function readDirectory(
  path: string,
  grants: readonly Grant[],
  pin: PinPath = pinPath,
): Promise<{ readonly path: string; readonly entries: readonly Dirent[] }> {
  return withPin(path, await findPlaces(grants, pin), pin, async (pinned) => ({
    path: pinned.realPath,
    entries: await readdir(pinned.self, { withFileTypes: true }),
  }));
}

/** What `path` is and where it really lies. Throws like `openRead`. */
export async function lookUp(
  path: string,
  places: readonly Place[],
): Promise<{ readonly path: string; readonly stats: Stats }> {
  return withPin(path, places, pinPath, async ({ realPath, stats }) => ({ path: realPath, stats }));
}

/**
 * Opens a regular file for reading and writing, its content untouched. With `create`, a missing file is made (and
 * `created` says so), and so are the directories above it. Links and files with several names are refused:
 * writing through them would change something elsewhere.
 */
export async function openWrite(
  path: string,
  grants: readonly Grant[],
  { create }: { readonly create: boolean },
  pin: PinPath = pinPath,
): Promise<OpenedFile & { readonly created: boolean }> {
  const target = checkedPath(path);
  if (/[/\\]$/.test(path))
    throw new FaultError({ code: "tool", message: `${path} names a directory`, hint: NAME_A_FILE });
  const places = await findPlaces(grants, pin);
  requireAccess(target, places, "write");
  try {
    const parent = await pinParent(dirname(target), places, create, pin);
    try {
      return await openBelow(parent, basename(target), places, create, pin);
    } finally {
      await parent.close();
    }
  } catch (error) {
    throw pathFault(error, target);
  }
}

/**
 * Replaces everything in an opened file. The new content is there before the rest of the old one is cut off.
 * Throws FaultError "disk" when it does not fit.
 */
export async function replaceContent({ handle, path }: OpenedFile, content: Uint8Array): Promise<void> {
  try {
    let written = 0;
    while (written < content.length) {
      const { bytesWritten } = await handle.write(content, written, content.length - written, written);
      written += bytesWritten;
    }
    await handle.truncate(content.length);
  } catch (error) {
    throw pathFault(error, path);
  }
}

const NAME_A_FILE = "Name a file.";
/** What Linux accepts; beyond it no file can be. */
const MAX_LENGTH = 4096;

async function withPin<Result>(
  path: string,
  places: readonly Place[],
  pin: PinPath,
  use: (pinned: Pin) => Promise<Result>,
): Promise<Result> {
  const target = checkedPath(path);
  requireAccess(target, places, "read"); // before the disk is asked: what exists elsewhere is nobody's business
  try {
    const pinned = await pin(target, { follow: true }).catch(async (error: unknown) => {
      requireAccess(await whereItWouldBe(target, pin), places, "read");
      throw error;
    });
    try {
      requireAccess(pinned.realPath, places, "read");
      return await use(pinned);
    } finally {
      await pinned.close();
    }
  } catch (error) {
    throw pathFault(error, target);
  }
}

/** The real path of the deepest directory that exists, and the rest of `path` as it is. */
async function whereItWouldBe(path: string, pin: PinPath): Promise<string> {
  const directory = dirname(path);
  if (directory === path) return path;
  try {
    const pinned = await pin(directory, { follow: true });
    await pinned.close();
    return join(pinned.realPath, basename(path));
  } catch {
    return join(await whereItWouldBe(directory, pin), basename(path));
  }
}

/** Pins `directory`, made step by step inside the grants when it is missing. What it holds is for the caller to check. */
async function pinParent(directory: string, places: readonly Place[], create: boolean, pin: PinPath): Promise<Pin> {
  try {
    return await pin(directory, { follow: true });
  } catch (error) {
    if (!create || !isMissing(error)) throw error;
  }
  const above = await pinParent(dirname(directory), places, create, pin);
  try {
    const name = basename(directory);
    requireAccess(join(above.realPath, name), places, "write");
    await mkdir(above.child(name)).catch((error: unknown) => {
      if (!hasCode(error, "EEXIST")) throw error;
    });
    const made = await pin(above.child(name), { follow: false });
    if (made.stats.isDirectory()) return made;
    await made.close();
    throw new FaultError({
      code: "denied",
      message: `${directory} is a link that leads nowhere`,
      hint: "Write to another directory.",
    });
  } finally {
    await above.close();
  }
}

async function openBelow(
  parent: Pin,
  name: string,
  places: readonly Place[],
  create: boolean,
  pin: PinPath,
): Promise<OpenedFile & { readonly created: boolean }> {
  const path = join(parent.realPath, name);
  requireAccess(path, places, "write");
  const made = create ? await createBelow(parent, name) : undefined;
  try {
    const pinned = await pin(parent.child(name), { follow: false });
    try {
      requireAccess(pinned.realPath, places, "write");
      requireRegular(pinned, path);
      const handle = made ?? (await pinned.open(constants.O_RDWR));
      const stats = await handle.stat();
      if (stats.nlink === 1 && stats.dev === pinned.stats.dev && stats.ino === pinned.stats.ino) {
        return { handle, path: pinned.realPath, stats, created: made !== undefined };
      }
      if (handle !== made) await handle.close();
      throw new FaultError({
        code: "denied",
        message: `${path} has other names (hard links), or was replaced while it was being opened`,
        hint: "Writing to it would change a file elsewhere. Write to a new file.",
      });
    } finally {
      await pinned.close();
    }
  } catch (error) {
    await made?.close();
    throw error;
  }
}

/** Undefined when the name is taken. */
async function createBelow(parent: Pin, name: string): Promise<FileHandle | undefined> {
  try {
    return await open(parent.child(name), constants.O_RDWR | constants.O_CREAT | constants.O_EXCL, 0o666);
  } catch (error) {
    if (hasCode(error, "EEXIST")) return undefined;
    throw error;
  }
}

function checkedPath(path: string): string {
  if (path.length > MAX_LENGTH) {
    const message = `The path is too long (${path.length} characters)`;
    throw new FaultError({ code: "tool", message, hint: "Use a shorter one." });
  }
  if (path !== "" && !path.includes("\0")) return resolve(path);
  throw new FaultError({
    code: "denied",
    message: path === "" ? "The path is empty" : "The path holds a NUL character",
    hint: NAME_A_FILE,
  });
}

function requireRegular({ stats }: Pin, path: string): void {
  if (stats.isFile()) return;
  if (stats.isDirectory()) {
    throw new FaultError({
      code: "tool",
      message: `${path} is a directory`,
      hint: "Name a file, or list the directory.",
    });
  }
  const kind = stats.isSymbolicLink() ? "a symbolic link" : "not a regular file";
  throw new FaultError({ code: "denied", message: `${path} is ${kind}`, hint: "Use the file itself." });
}

function isMissing(error: unknown): boolean {
  return hasCode(error, "ENOENT");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
