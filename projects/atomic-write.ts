import { randomBytes } from "node:crypto";
import { constants, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { diskFault } from "./disk-fault.ts";
import { clipBytes } from "./layout.ts";

const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
const HOUR_MS = 3_600_000;

/**
 * Replaces a file in one step: readers see the old content or the new one, never a part. Resolves with whether it was
 * written: the same content again is not. A symbolic link at `path` is replaced, not followed. The folder must exist.
 * `durable`: on disk, power loss included, when this resolves. `mode` is for a new file; an old one keeps its own.
 */
export async function writeAtomic(
  path: string,
  content: string | Buffer,
  { durable = false, mode = 0o644 }: { durable?: boolean; mode?: number } = {},
): Promise<boolean> {
  const bytes = typeof content === "string" ? Buffer.from(content) : content;
  const temp = tempName(path);
  try {
    const old = await readFile(path).catch(() => undefined);
    if (old?.equals(bytes)) return false;
    const oldMode = old && (await stat(path)).mode & 0o777;
    const file = await open(temp, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY, oldMode ?? mode);
    try {
      await file.writeFile(bytes);
      if (oldMode !== undefined) await file.chmod(oldMode);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
    await rename(temp, path);
    if (durable) await syncDirectory(dirname(path));
    return true;
  } catch (error) {
    await rm(temp, { force: true }).catch(() => undefined);
    throw diskFault(error, "write", path);
  }
}

/** The same for what is nobody else's to read. */
export function writePrivate(path: string, content: string, options: { durable?: boolean } = {}): Promise<boolean> {
  return writeAtomic(path, content, { ...options, mode: 0o600 });
}

/** A name beside `path` that no other writer uses, and that `sweepTemp` recognises. */
export function tempName(path: string): string {
  const name = clipBytes(basename(path), 150);
  return join(dirname(path), `.${name}.${process.pid}.${randomBytes(6).toString("hex")}.tmp`);
}

/** Removes what writers that died left in `dir`: temporary files over an hour old whose process is gone. Returns how many. */
export async function sweepTemp(dir: string, now = Date.now()): Promise<number> {
  const names = await readdir(dir).catch(() => []);
  let swept = 0;
  for (const name of names) {
    const pid = /^\..+\.(\d+)\.[0-9a-f]{12}\.tmp$/.exec(name)?.[1];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const path = join(dir, name);
    const old = await stat(path).then(
      ({ mtimeMs }) => now - mtimeMs > HOUR_MS,
      () => false,
    );
    if (!old) continue;
    await rm(path, { force: true });
    swept++;
  }
  return swept;
}

/** Makes the names in a directory durable. Not every system can: then it does nothing. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, "r").catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
