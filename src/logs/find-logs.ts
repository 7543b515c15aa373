import { readdir, readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { massgenLogs } from "../../projects/layout.ts";
import { FaultError } from "../core/fault.ts";
import { StatusJson } from "../core/run/status-schema.ts";
import { findRoot, newestAttempt } from "./layout.ts";

/** A run by its log folder. `status` is the reason why it ended; "interrupted": nobody writes it any more. */
export type LoggedRun = {
  readonly root: string;
  readonly status: StatusJson["finish_reason"] | "interrupted";
  readonly content: StatusJson;
};

/** A run under way writes every two seconds. */
const SILENCE_MS = 10_000;

/** The runs of a directory, newest first; those of the home directory where it has none. Folders that hold no readable status are left out. */
export async function listLogs(cwd: string, limit: number, now = Date.now()): Promise<readonly LoggedRun[]> {
  for (const folder of [massgenLogs(cwd), massgenLogs(homedir())]) {
    const names = await readdir(folder).catch(() => undefined);
    if (!names) continue;
    const runs: LoggedRun[] = [];
    for (const name of names
      .filter((entry) => entry.startsWith("log_"))
      .toSorted()
      .toReversed()) {
      if (runs.length >= limit) break;
      const run = await readLog(join(folder, name), now).catch(() => undefined);
      if (run) runs.push(run);
    }
    return runs;
  }
  return [];
}

/** The run of a log folder, or the newest one of `cwd`. Throws FaultError. */
export async function findLog(folder: string | undefined, cwd: string): Promise<LoggedRun> {
  if (folder !== undefined) {
    const root = findRoot(folder);
    return readLog(root, Date.now()).catch((error: unknown) => {
      throw new FaultError(
        {
          code: "usage",
          message: `${join(newestAttempt(root), "status.json")} cannot be read`,
          hint: `Make it again: massgen logs rebuild ${folder}`,
        },
        { cause: error },
      );
    });
  }
  const [newest] = await listLogs(cwd, 1);
  if (newest) return newest;
  throw new FaultError({ code: "usage", message: "There is no run in this directory", hint: 'Start one: massgen "…"' });
}

/** metrics_summary.json as it is on the disk. A run has it once it is over. */
export async function readMetrics(root: string): Promise<string> {
  const path = join(newestAttempt(root), "metrics_summary.json");
  return readFile(path, "utf8").catch((error: unknown) => {
    throw new FaultError(
      { code: "usage", message: `There is no ${path} yet`, hint: `Make it: massgen logs rebuild ${root}` },
      { cause: error },
    );
  });
}

async function readLog(root: string, now: number): Promise<LoggedRun> {
  const text = await readFile(join(newestAttempt(root), "status.json"), "utf8");
  const content = StatusJson.parse(JSON.parse(text));
  const silent = !content.is_complete && now - content.meta.last_updated * 1000 > SILENCE_MS;
  return { root, status: silent ? "interrupted" : content.finish_reason, content };
}
