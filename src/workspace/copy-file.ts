import {
  type BigIntStats,
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { copyFile, lstat, open } from "node:fs/promises";

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as typeof constants & Partial<typeof constants>;
const READ = O_RDONLY | O_NOFOLLOW | O_NONBLOCK;
/** As much as is read and written in less time than it takes to have another thread do it. */
export const SMALL = 256 * 1024;

const BY_HANDLE = existsSync("/proc/self/fd");

/** Copies one regular file after the other; says how each new one is. Throws when there is something at `to` already. */
export type CopyFile = (from: string, to: string) => BigIntStats | Promise<BigIntStats>;

/**
 * Copies share their content with the original until one of them changes, where the file system can do that. Where it
 * cannot, small files are written at once: what `copyFile` makes, ext4 puts on the disk file by file, and waits for it.
 */
export function createFileCopier(): CopyFile {
  let clones: boolean | undefined;
  return (from, to) => {
    const source = openSource(from);
    try {
      const cloned = clones !== false && clone(selfOf(source, from), to);
      clones = cloned || clones === true; // not of every file: a part of the tree may lie on another disk
      if (cloned) return lstatSync(to, { bigint: true });
      const { size, mode } = fstatSync(source);
      return size <= SMALL ? write(source, to, mode & 0o777) : copyLarge(from, to);
    } finally {
      closeSync(source);
    }
  };
}

/** For reading the file itself, be there a link or a pipe by now. */
export function openSource(path: string): number {
  return openSync(path, READ);
}

/** A name for what was opened, whatever takes its own name meanwhile. */
function selfOf(file: number, path: string): string {
  return BY_HANDLE ? `/proc/self/fd/${file}` : path;
}

/** False: the file system, and not the file, is why it cannot be. */
function clone(from: string, to: string): boolean {
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL);
    return true;
  } catch (error) {
    const refusals = ["ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EXDEV", "EINVAL", "ENOTTY"];
    if (error instanceof Error && "code" in error && refusals.includes(String(error.code))) return false;
    throw error;
  }
}

function write(source: number, to: string, mode: number): BigIntStats {
  const target = openSync(to, "wx", mode);
  try {
    writeFileSync(target, readFileSync(source));
    fchmodSync(target, mode); // whatever the umask is
    return fstatSync(target, { bigint: true });
  } finally {
    closeSync(target);
  }
}

async function copyLarge(from: string, to: string): Promise<BigIntStats> {
  const source = await open(from, READ);
  try {
    await copyFile(selfOf(source.fd, from), to, constants.COPYFILE_EXCL);
    return await lstat(to, { bigint: true });
  } finally {
    await source.close();
  }
}
