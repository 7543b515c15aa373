import { constants } from "node:fs";
import { appendFile, type FileHandle, mkdir, open, readFile, truncate, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import * as z from "zod";
import { type Fault, FaultError } from "../src/core/fault.ts";
import { syncDirectory } from "./atomic-write.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import {
  type Extent,
  goodExtent,
  headerLine,
  isTornHeader,
  type JournalKind,
  readHeader,
  seal,
  unseal,
  upcast,
} from "./journal-format.ts";

const { O_APPEND, O_CREAT, O_RDWR } = constants;

export type Journal<Line> = {
  /** Queues a line. Lines reach the disk in call order; those of one tick are written together. Never throws for the disk's sake. */
  readonly append: (line: Line) => void;
  /** Resolves when every line appended so far is written. Rejects with FaultError when one could not be: it stays queued. */
  readonly flush: () => Promise<void>;
  /** As `flush`, and the lines survive a power loss. After a failed sync every later one rejects: what is on disk is not known. */
  readonly sync: () => Promise<void>;
  /** Writes what is queued and lets go of the file. Rejects as `flush` does; nothing may be appended afterwards. */
  readonly close: () => Promise<void>;
  /** The lines that are not on disk yet, as they would stand there. */
  readonly unwritten: () => string;
  /** Why lines are not being saved at present. */
  readonly health: () => Fault | undefined;
  /** Tells when `health` changes. Returns the unsubscribe function. */
  readonly subscribe: (listener: (fault: Fault | undefined) => void) => () => void;
};

/**
 * An append-only JSONL file with a single writer. Nothing is created before the first line. A write that fails leaves
 * no part of it behind, and its lines are tried again, in order, with the next append or flush.
 */
export function openJournal<Line extends object>(path: string, kind: JournalKind): Journal<Line> {
  let file: FileHandle | undefined;
  /** Bytes on disk that are whole lines; 0 before the header is there. */
  let end = 0;
  let pending = "";
  /** The inode of the file in which the write under way, or a failed one, may leave a part after `end`. */
  let torn: number | undefined;
  /** The file's name is durable too. */
  let named = false;
  let closed = false;
  let scheduled = false;
  let fault: Fault | undefined;
  let syncFault: FaultError | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  const listeners = new Set<(fault: Fault | undefined) => void>();

  function enqueue(task: () => Promise<void>): Promise<void> {
    const done = queue.then(task);
    queue = done.catch(() => undefined);
    return done;
  }

  function setFault(next: Fault | undefined): void {
    const changed = fault?.message !== next?.message;
    fault = next;
    if (changed) for (const listener of listeners) listener(next);
  }

  async function ready(): Promise<FileHandle> {
    if (end === 0) await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    file ??= await open(path, O_APPEND | O_RDWR | (end === 0 ? O_CREAT : 0), 0o600).catch((error: unknown) => {
      throw end > 0 && errorCode(error) === "ENOENT" ? interfered(path) : error;
    });
    const { size, nlink, ino } = await file.stat();
    if (torn === ino && size > end) await file.truncate(end);
    else if (end === 0 && size > 0) end = await continueFrom(file, path, kind);
    else if (size !== end || nlink === 0) throw interfered(path);
    torn = ino;
    return file;
  }

  async function write(): Promise<void> {
    if (pending === "") return;
    const batch = pending;
    try {
      const handle = await ready();
      const bytes = Buffer.from(end === 0 ? headerLine(kind) + batch : batch);
      await handle.appendFile(bytes);
      torn = undefined;
      end += bytes.length;
      pending = pending.slice(batch.length);
      setFault(syncFault?.fault);
    } catch (error) {
      await giveUp();
      setFault(diskFault(error, "write", path).fault);
    }
  }

  /** Takes back what a failed write left. The next try opens the path anew: what was wrong with it may be mended by then. */
  async function giveUp(): Promise<void> {
    const handle = file;
    file = undefined;
    if (handle === undefined) return;
    if (torn !== undefined) {
      await handle.truncate(end).then(
        () => (torn = undefined),
        () => undefined,
      );
    }
    await handle.close().catch(() => undefined);
  }

  async function writeAll(): Promise<void> {
    await write();
    if (pending !== "" && fault) throw new FaultError(fault);
  }

  async function syncAll(): Promise<void> {
    await writeAll();
    if (syncFault) throw syncFault;
    try {
      await file?.datasync();
      if (file && !named) await syncDirectory(dirname(path));
      named = file !== undefined;
    } catch (error) {
      syncFault = diskFault(error, "sync", path);
      setFault(syncFault.fault);
      throw syncFault;
    }
  }

  return {
    append(line) {
      if (closed) throw new Error(`${path}: appended to a closed journal`);
      pending += seal(line);
      if (scheduled) return;
      scheduled = true;
      void enqueue(async () => {
        scheduled = false;
        await write();
      });
    },
    flush: () => enqueue(writeAll),
    sync: () => enqueue(syncAll),
    close() {
      closed = true;
      return enqueue(async () => {
        try {
          await writeAll();
        } finally {
          await file?.close();
          file = undefined;
        }
      });
    },
    unwritten: () => pending,
    health: () => fault,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export type JournalContent<Line> = {
  readonly lines: Line[];
  /** What a crash left at the end was not a whole line: it was left out, and cut off the file. */
  readonly repaired: boolean;
  /** Lines of types that this version does not know. */
  readonly skipped: number;
};

/**
 * Reads a journal. An unfinished end is cut off and kept beside it as `<path>.torn-<n>`, so that appending can go on;
 * `repair: false` leaves the file alone, for a journal that another program may be writing. A damaged line anywhere
 * else throws FaultError: a history with a hole must not be taken for the whole.
 */
export async function readJournal<Line>(
  path: string,
  kind: JournalKind,
  schema: z.ZodType<Line>,
  { repair: mayRepair = true }: { repair?: boolean } = {},
): Promise<JournalContent<Line>> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw diskFault(error, "read", path);
  });
  const extent = goodExtent(bytes);
  const { end } = extent;
  const repaired = end < bytes.length;
  const version = end === 0 && isTornHeader(bytes) ? 1 : readHeader(bytes.subarray(0, end), path, kind).version;
  // A disk that cannot be written to is no reason not to read it: whoever appends will say so.
  if (mayRepair) await repair(path, bytes, extent).catch(() => undefined);

  const lines: Line[] = [];
  let skipped = 0;
  const texts = bytes.toString("utf8", 0, end).split("\n");
  for (const [index, text] of texts.entries()) {
    if (index === 0 || text === "") continue;
    const value = unseal(text);
    if (value === undefined) throw unreadable(`${path}:${index + 1} is damaged`);
    const parsed = schema.safeParse(upcast(value, version));
    if (parsed.success) lines.push(parsed.data);
    else if (isUnknownType(parsed.error)) skipped++;
    else throw unreadable(`${path}:${index + 1} does not fit: ${z.prettifyError(parsed.error)}`);
  }
  return { lines, repaired, skipped };
}

/** Where to go on in a journal that an earlier program wrote. */
async function continueFrom(file: FileHandle, path: string, kind: JournalKind): Promise<number> {
  const bytes = await file.readFile();
  const extent = goodExtent(bytes);
  if (extent.end > 0 || !isTornHeader(bytes)) readHeader(bytes.subarray(0, extent.end), path, kind);
  await repair(path, bytes, extent);
  return extent.end + (extent.newline ? 1 : 0);
}

/** Makes the file end with the last good line; what came after it is kept beside it. */
async function repair(path: string, bytes: Buffer, { end, newline }: Extent): Promise<void> {
  if (end < bytes.length) {
    await keepTorn(path, bytes.subarray(end));
    await truncate(path, end);
  }
  if (newline) await appendFile(path, "\n");
}

async function keepTorn(path: string, tail: Buffer): Promise<void> {
  for (let n = 1; ; n++) {
    try {
      return await writeFile(`${path}.torn-${n}`, tail, { flag: "wx", mode: 0o600 });
    } catch (error) {
      if (errorCode(error) !== "EEXIST") throw error;
    }
  }
}

/** The only problem is a `type` that the union does not have: a newer massgen wrote it. */
function isUnknownType({ issues }: z.ZodError): boolean {
  return issues.every(
    (issue) => issue.code === "invalid_union" && "discriminator" in issue && issue.errors.length === 0,
  );
}

function unreadable(message: string): FaultError {
  return new FaultError({
    code: "disk",
    message,
    hint: "Restore the file from a copy, or delete that line to go on without it.",
  });
}

function interfered(path: string): FaultError {
  return new FaultError({
    code: "disk",
    message: `Cannot write ${path}: it was deleted or changed by someone else while in use`,
    hint: "Put it back as it was, or start a new session.",
  });
}
