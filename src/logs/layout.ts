import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { FaultError } from "../core/fault.ts";
import { timestamp } from "./timestamp.ts";

/** The log folder of one run. All paths are absolute. */
export type LogPlace = {
  /** "log_20261121_143022_123456" */
  readonly sessionId: string;
  readonly root: string;
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
      await mkdir(root);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") continue;
      throw unwritable(logsRoot, error);
    }
    const place = logPlace(root);
    await mkdir(place.attempt, { recursive: true }).catch((error: unknown) => {
      throw unwritable(root, error);
    });
    await Promise.all(
      OFFERED.map((name) => symlink(join("turn_1", "attempt_1", name), join(root, name)).catch(() => {})),
    );
    return place;
  }
}

/** The same place again, for a run that goes on. */
export function logPlace(root: string): LogPlace {
  const attempt = join(root, "turn_1", "attempt_1");
  return { sessionId: root.split(/[/\\]/).at(-1) ?? root, root, attempt, journal: join(attempt, "journal.jsonl") };
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
    await mkdir(path, { recursive: true });
    // What massgen keeps beside a repository is nobody's commit.
    await writeFile(join(path, "..", ".gitignore"), "*\n", { flag: "wx" }).catch((error: unknown) => {
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
