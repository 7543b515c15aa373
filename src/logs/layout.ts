import { existsSync, readdirSync } from "node:fs";
import { mkdir, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { FaultError } from "../core/fault.ts";
import { timestamp } from "./timestamp.ts";

/** The log folder of one run. All paths are absolute. */
export type LogPlace = {
  /** "log_20261121_143022_123456" */
  readonly sessionId: string;
  readonly root: string;
  /** The folder of one attempt: the first unless said otherwise. */
  readonly attempt: string;
  /** Where the run's journal lies unless a project keeps it. */
  readonly journal: string;
};

/** What the root of a log folder offers of the current attempt, so that both documented paths work. */
const OFFERED = ["status.json", "final", "final_output", "massgen.log"] as const;

/**
 * Makes a new log folder below `logsRoot` (absolute), named after the time in local time and microseconds. Never the
 * folder of another run: a taken name counts the microseconds up.
 */
export async function createLogPlace(logsRoot: string, now: number): Promise<LogPlace> {
  await makeDirectory(logsRoot);
  for (let extra = Math.floor(Math.random() * 1000); ; extra++) {
    const sessionId = `log_${timestamp(now + Math.floor(extra / 1000), extra % 1000)}`;
    const root = join(logsRoot, sessionId);
    try {
      await mkdir(root, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw unwritable(logsRoot, error);
    }
    const place = logPlace(root);
    await openAttempt(place).catch((error: unknown) => {
      throw unwritable(root, error);
    });
    return place;
  }
}

/** The same place again, for a run that goes on. */
export function logPlace(root: string): LogPlace {
  const attempt = join(root, "turn_1", "attempt_1");
  return { sessionId: root.split(/[/\\]/).at(-1) ?? root, root, attempt, journal: join(attempt, "journal.jsonl") };
}

/** The place of attempt `number` (from 1). The journal stays where it is. */
export function attemptPlace<Place extends Pick<LogPlace, "attempt">>(place: Place, number: number): Place {
  return { ...place, attempt: join(dirname(place.attempt), `attempt_${number}`) };
}

/** Makes the folder of an attempt, and lets the root offer its files. */
export async function openAttempt({ root, attempt }: Pick<LogPlace, "root" | "attempt">): Promise<void> {
  await mkdir(attempt, { recursive: true, mode: 0o700 });
  const folder = relative(root, attempt);
  for (const name of OFFERED) {
    // In one step: whoever reads at this moment finds the old or the new one.
    const fresh = join(root, `.${name}-${process.pid}`);
    await symlink(join(folder, name), fresh)
      .then(() => rename(fresh, join(root, name)))
      .catch(() => rm(fresh, { force: true }));
  }
}

/** The folder of the newest attempt of the run whose log folder `root` is. */
export function newestAttempt(root: string): string {
  const { attempt } = logPlace(root);
  const turn = dirname(attempt);
  const numbers = existsSync(turn) ? readdirSync(turn).map((name) => Number(/^attempt_(\d+)$/.exec(name)?.[1])) : [];
  return join(turn, `attempt_${Math.max(1, ...numbers.filter((number) => number > 0))}`);
}

/** The folder of one answer or vote, by the agent and the time (Unix milliseconds) of its event. */
export function submissionFolder({ attempt }: Pick<LogPlace, "attempt">, agent: string, at: number): string {
  return join(attempt, agent, timestamp(at));
}

/** The folder of the final answer. */
export function finalFolder({ attempt }: Pick<LogPlace, "attempt">, winner: string): string {
  return join(attempt, "final", winner);
}

/** The log folder that `folder` is, or that it is the attempt of. */
export function findRoot(folder: string): string {
  const path = resolve(folder);
  for (const root of [path, dirname(dirname(path)), dirname(path)]) {
    if (existsSync(logPlace(root).attempt)) return root;
  }
  throw new FaultError({
    code: "usage",
    message: `${folder} is no log folder`,
    hint: "massgen logs list shows those of this directory.",
  });
}

async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
    // What massgen keeps beside a repository is nobody's commit.
    await writeFile(join(path, "..", ".gitignore"), "*\n", { flag: "wx", mode: 0o600 }).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    });
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): FaultError {
  const reason = (error as NodeJS.ErrnoException).code ?? String(error);
  return new FaultError(
    {
      code: "config",
      message: `Cannot write the log folder ${path} (${reason})`,
      hint: "Start massgen in a directory that you may write to, or free some disk space.",
    },
    { cause: error },
  );
}
