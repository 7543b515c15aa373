import { constants, existsSync } from "node:fs";
import { cp, rename, rm } from "node:fs/promises";

/** Copies a folder that does not change any more. `to` appears complete or not at all; one that is there is left alone. */
export async function copyTree(from: string, to: string): Promise<void> {
  if (existsSync(to)) return;
  const partial = `${to}.partial`;
  await rm(partial, { recursive: true, force: true });
  // File by file, each off the main thread: a large tree holds up nobody.
  await cp(from, partial, { recursive: true, mode: constants.COPYFILE_FICLONE });
  await rename(partial, to);
}
