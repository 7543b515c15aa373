import {
  type BigIntStats,
  closeSync,
  constants,
  copyFileSync,
  fchmodSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { copyFile, lstat } from "node:fs/promises";

const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as typeof constants & Partial<typeof constants>;
/** As much as is read and written in less time than it takes to have another thread do it. */
const SMALL = 256n * 1024n;

/** Copies one regular file after the other; says how each new one is. Throws when there is something at `to` already. */
export type CopyFile = (from: string, to: string) => BigIntStats | Promise<BigIntStats>;

/**
 * Copies share their content with the original until one of them changes, where the file system can do that. Where it
 * cannot, small files are written at once: what `copyFile` makes, ext4 puts on the disk file by file, and waits for it.
 */
export function createFileCopier(): CopyFile {
  let clones: boolean | undefined;
  return (from, to) => {
    if (clones !== false) {
      clones = clone(from, to) || clones === true;
      if (clones) return lstatSync(to, { bigint: true });
      clones = false;
    }
    const source = openSync(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const { size, mode } = fstatSync(source, { bigint: true });
      return size <= SMALL ? write(source, to, Number(mode & 0o777n)) : copyLarge(from, to);
    } finally {
      closeSync(source);
    }
  };
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
  await copyFile(from, to, constants.COPYFILE_EXCL);
  return lstat(to, { bigint: true });
}
