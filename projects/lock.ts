import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { link, readdir, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { crc32 } from "node:zlib";
import * as z from "zod";
import { FaultError } from "../src/core/fault.ts";
import { tempName } from "./atomic-write.ts";
import { diskFault, errorCode } from "./disk-fault.ts";

/** Who has a lock. A process is known by more than its pid: pids are reused, and start anew with the machine. */
const Holder = z.object({
  pid: z.int().positive(),
  /** When the process started, in the system's own notation; "" where that cannot be found out. */
  starttime: z.string(),
  boot_id: z.string(),
  host: z.string(),
  nonce: z.string().regex(/^[0-9a-f]{16}$/),
  /** For people: "massgen session 20260721-…". */
  owner: z.string(),
  since: z.string(),
});
type Holder = z.infer<typeof Holder>;

export type Lock = {
  /** Gives the lock back. A second call does nothing. */
  readonly release: () => Promise<void>;
};

/**
 * Takes a lock that lasts until it is released or this process dies. Throws FaultError "disk" that says who has it.
 * The file's folder must exist. A lock of a dead process is taken over; one from another host never is.
 */
export async function acquireLock(path: string, { owner }: { owner: string }): Promise<Lock> {
  const got = await tryLock(path, owner);
  if ("release" in got) return got;
  throw heldBy(got, path);
}

/** The process that has the lock at this moment; undefined when nobody has, or only a dead one. */
export async function lockHolder(path: string): Promise<Pick<Holder, "pid" | "owner"> | undefined> {
  const found = await readLock(path).catch(() => undefined);
  return found?.holder && (await isAlive(found.holder)) ? found.holder : undefined;
}

/** Runs `work` while holding the lock. Waits up to `waitMs` for others to be done, then throws as `acquireLock` does. */
export async function withLock<Result>(path: string, work: () => Promise<Result>, waitMs = 10_000): Promise<Result> {
  const giveUpAt = performance.now() + waitMs;
  for (let delay = 2; ; delay = Math.min(delay * 2, 50)) {
    const got = await tryLock(path, "massgen, for a moment");
    if ("release" in got) {
      try {
        return await work();
      } finally {
        await got.release();
      }
    }
    if (performance.now() > giveUpAt) throw heldBy(got, path);
    await sleep(delay * (0.5 + Math.random()));
  }
}

/**
 * link(2) makes the lock appear at once and complete, or fails because there is one. A dead holder's lock may be
 * removed only by whoever holds a second lock that is named after the dead one's nonce. That nonce never comes back,
 * so whoever gets that right too late finds another lock in its place and leaves it alone.
 */
async function tryLock(path: string, owner: string): Promise<Lock | Holder> {
  const me = await myself(owner);
  const temp = tempName(path);
  try {
    await writeFile(temp, JSON.stringify(me), { flag: "wx", mode: 0o600 });
    for (let first = true; ; first = false) {
      if (await linked(temp, path)) {
        if (!first) await sweepRights(path);
        return { release: () => release(path, me.nonce) };
      }
      const found = await readLock(path);
      if (found === undefined) continue;
      if (found.holder && (await isAlive(found.holder))) return found.holder;
      await removeDead(path, found.nonce, owner);
    }
  } catch (error) {
    throw diskFault(error, "lock", path);
  } finally {
    await rm(temp, { force: true }).catch(() => undefined);
  }
}

async function removeDead(path: string, nonce: string, owner: string): Promise<void> {
  const right = await tryLock(rightToRemove(path, nonce), owner);
  if (!("release" in right)) {
    await sleep(5); // somebody else is about to remove it
    return;
  }
  try {
    if ((await readLock(path))?.nonce === nonce) await unlink(path);
  } finally {
    await right.release();
  }
}

function rightToRemove(path: string, nonce: string): string {
  return `${path}.after-${nonce}`;
}

/** What processes left that died while removing a dead lock. Those locks are gone, since another one stands there now. */
async function sweepRights(path: string): Promise<void> {
  const prefix = basename(rightToRemove(path, ""));
  const names = await readdir(dirname(path)).catch(() => []);
  for (const name of names) if (name.startsWith(prefix)) await rm(join(dirname(path), name), { force: true });
}

async function release(path: string, nonce: string): Promise<void> {
  try {
    if ((await readLock(path))?.nonce === nonce) await unlink(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw diskFault(error, "unlock", path);
  }
}

async function linked(temp: string, path: string): Promise<boolean> {
  try {
    await link(temp, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** A file that no massgen can have written has no holder, and a nonce made from its content. Undefined: there is no file. */
async function readLock(path: string): Promise<{ holder: Holder | undefined; nonce: string } | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  try {
    const holder = Holder.parse(JSON.parse(text));
    return { holder, nonce: holder.nonce };
  } catch {
    return { holder: undefined, nonce: crc32(text).toString(16) };
  }
}

async function isAlive({ pid, starttime, boot_id, host }: Holder): Promise<boolean> {
  if (host !== hostname()) return true; // cannot be known from here
  if (boot_id !== (await bootId())) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (errorCode(error) === "ESRCH") return false;
  }
  const now = await startTime(pid);
  return now === undefined || starttime === "" || now === starttime;
}

async function myself(owner: string): Promise<Holder> {
  return {
    pid: process.pid,
    starttime: (await startTime(process.pid)) ?? "",
    boot_id: await bootId(),
    host: hostname(),
    nonce: randomBytes(8).toString("hex"),
    owner,
    since: new Date().toISOString(),
  };
}

async function bootId(): Promise<string> {
  return (await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "")).trim();
}

/** Linux: clock ticks after boot. Elsewhere what `ps` says. "dead" for a zombie, undefined where it cannot be found out. */
async function startTime(pid: number): Promise<string | undefined> {
  if (process.platform === "win32") return undefined;
  if (process.platform !== "linux") {
    const ps = await promisify(execFile)("ps", ["-o", "lstart=", "-p", String(pid)]).catch(() => undefined);
    return ps?.stdout.trim() || undefined;
  }
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  // The command's name, in parentheses, may hold anything: fields are counted from its end. The state is the third, this the 22nd.
  const [state = "", ...rest] = stat?.slice(stat.lastIndexOf(")") + 2).split(" ") ?? [];
  return "ZX".includes(state) && state !== "" ? "dead" : rest[18];
}

function heldBy({ owner, pid, host, since }: Holder, path: string): FaultError {
  const here = host === hostname();
  return new FaultError({
    code: "disk",
    message: `${path} is in use by ${owner} (process ${pid}${here ? "" : ` on ${host}`}, since ${since})`,
    hint: here ? "Close that program first." : `Close it there. If ${host} is gone for good, delete that file.`,
  });
}
