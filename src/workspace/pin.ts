import { constants, existsSync, type Stats } from "node:fs";
import { lstat, open, readlink, realpath, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { FaultError } from "../core/fault.ts";

/** A file or directory that is held, so that nobody can put another one in its place between a check and its use. */
export type Pin = {
  /** Where it really lies, with no symbolic link left in it. */
  readonly realPath: string;
  readonly stats: Stats;
  /** A path that leads to exactly this, for reading a directory or copying a file. Valid until `close`. */
  readonly self: string;
  /** A path for `name` right below this directory. The last part is not resolved: a link there stays a link. */
  readonly child: (name: string) => string;
  /** Opens the very file that was looked at. `O_NOFOLLOW` is not wanted here: a pin is never a link's target by accident. */
  readonly open: (flags: number) => Promise<FileHandle>;
  readonly close: () => Promise<void>;
};

/** `follow` is about the last part of the path; links before it are followed, and `realPath` tells where they led. */
export type PinPath = (path: string, options: { readonly follow: boolean }) => Promise<Pin>;

// The kernel's number on every Linux that Node is built for; Node does not name it.
const O_PATH = 0x20_0000;
const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;

/** Linux: an `O_PATH` handle. It has no effect on what it is opened on, be it a pipe or a device, and cannot be raced. */
export const pinByHandle: PinPath = async (path, { follow }) => {
  const handle = await open(path, O_PATH | (follow ? 0 : O_NOFOLLOW));
  try {
    const self = `/proc/self/fd/${handle.fd}`;
    return {
      realPath: await readlink(self),
      stats: await handle.stat(),
      self,
      child: (name) => `${self}/${name}`,
      open: (flags) => open(self, flags | O_NONBLOCK),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
};

/** Everywhere else: names, compared by device and inode before and after. Narrows the race, does not close it. */
export const pinByName: PinPath = async (path, { follow }) => {
  const place = async (): Promise<string> =>
    follow ? realpath(path) : join(await realpath(dirname(path)), basename(path));
  const realPath = await place();
  const stats = await (follow ? stat(realPath) : lstat(realPath));
  return {
    realPath,
    stats,
    self: realPath,
    child: (name) => join(realPath, name),
    async open(flags) {
      const handle = await open(realPath, flags | O_NOFOLLOW | O_NONBLOCK);
      const opened = await handle.stat();
      if (opened.dev === stats.dev && opened.ino === stats.ino && (await place()) === realPath) return handle;
      await handle.close();
      throw new FaultError({
        code: "denied",
        message: `${realPath} was replaced while it was being opened`,
        hint: "Something else changes this path right now. Look at it again before the next try.",
      });
    },
    close: async () => undefined,
  };
};

export const pinPath: PinPath = existsSync("/proc/self/fd") ? pinByHandle : pinByName;
