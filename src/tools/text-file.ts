import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import { FaultError } from "../core/fault.ts";

/** More than anybody reads or edits as text; a larger file is searched instead. */
const MAX_BYTES = 10 * 1024 * 1024;

/** The whole file as text, a byte order mark included. Throws FaultError "tool" when it is too large or not UTF-8 text. */
export async function readText(handle: FileHandle, shown: string): Promise<string> {
  return asText(await readBytes(handle, shown), shown);
}

export async function readBytes(handle: FileHandle, shown: string): Promise<Buffer> {
  const { size } = await handle.stat();
  if (size > MAX_BYTES) {
    throw new FaultError({
      code: "tool",
      message: `${shown} is too large to be read as a whole (${size} bytes, at most ${MAX_BYTES})`,
      hint: "Find the part that matters with search_files.",
    });
  }
  return handle.readFile();
}

export function asText(bytes: Buffer, shown: string): string {
  if (isText(bytes)) return bytes.toString("utf8");
  throw new FaultError({
    code: "tool",
    message: `${shown} is a binary file (${bytes.length} bytes)`,
    hint: "Only UTF-8 text can be read and edited.",
  });
}

export function isText(bytes: Buffer): boolean {
  return isUtf8(bytes) && !bytes.includes(0);
}
