import { constants } from "node:fs";
import { copyFile, mkdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Base, Fill } from "./base.ts";
import { growPacked, openPacked } from "./packed-base.ts";
import { growTree, openTree } from "./tree-base.ts";

/**
 * Opens the base that is kept at `path`, or keeps one there. Where the file system lets copies share their content, it is
 * a tree that all copies share; elsewhere it takes half as long to keep all small files in one. `partial`: where it grows.
 */
export async function openBase(path: string, partial: string, fill: Fill): Promise<Base> {
  const packed = `${path}.packed`;
  if (await isThere(path)) return openTree(path);
  if (await isThere(packed)) return openPacked(packed);
  await mkdir(partial, { recursive: true });
  try {
    const shares = await sharesContent(partial);
    await (shares ? growTree : growPacked)(partial, fill);
    await rename(partial, shares ? path : packed);
    return await (shares ? openTree(path) : openPacked(packed));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function sharesContent(directory: string): Promise<boolean> {
  const [from, to] = [join(directory, ".from"), join(directory, ".to")];
  await writeFile(from, "x");
  const shares = await copyFile(from, to, constants.COPYFILE_FICLONE_FORCE).then(
    () => true,
    () => false,
  );
  await Promise.all([rm(from), rm(to, { force: true })]);
  return shares;
}
