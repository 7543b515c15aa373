import { mkdirSync, writeFileSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { RunRecord } from "../../src/core/run/events.ts";
import type { StatusJson } from "../../src/core/run/status-schema.ts";
import type { Workspaces } from "../../src/core/workspace.ts";
import { createLogPlace, type LogPlace } from "../../src/logs/layout.ts";
import { openRunLogs, type RunLogs } from "../../src/logs/run-logs.ts";
import { play, type Played, type PlayOptions, type Script } from "../engine/play.ts";

/** A folder that is gone after the test. */
export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), "massgen-logs-"));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export type LoggedRun = Played & { readonly place: LogPlace; readonly logs: RunLogs; readonly workspaces: string };

/** Plays a run with a log folder on the disk. `place` and `past` as for a run that goes on. */
export async function playLogged(
  scripts: Readonly<Record<string, Script>>,
  options: PlayOptions & { readonly place?: LogPlace; readonly files?: Readonly<Record<string, string>> } = {},
): Promise<LoggedRun> {
  const dir = await tempDir();
  const workspaces = join(dir, "workspaces");
  const place = options.place ?? (await createLogPlace(join(dir, ".massgen", "massgen_logs"), Date.now()));
  const records: RunRecord[] = [...(options.past ?? [])];
  const opened: RunLogs[] = [];
  const played = await play(scripts, {
    ...options,
    workspaces: snapshotsIn(workspaces, options.files ?? {}),
    onLog(log) {
      log.subscribe((record) => records.push(record));
      opened.push(openRunLogs({ place, log, now: Date.now, workspaces, past: options.past }));
    },
  });
  const [logs] = opened;
  if (!logs) throw new Error("The run had no log");
  await logs.close();
  return { ...played, place, logs, workspaces };
}

/** Every answer comes with the same files. Written at once: virtual time does not wait for a disk. */
export function snapshotsIn(directory: string, files: Readonly<Record<string, string>>): Workspaces {
  return {
    filesOf: (agent) => ({ root: `/runs/1/${agent}`, snapshots: "/runs/1/snapshots", grants: [] }),
    async snapshot(_agent, label) {
      const path = `snapshots/${label}`;
      for (const [name, content] of Object.entries(files)) {
        mkdirSync(dirname(join(directory, path, name)), { recursive: true });
        writeFileSync(join(directory, path, name), `${content} in ${label}`);
      }
      return Object.keys(files).length === 0 ? { path: null, files: [] } : { path, files: Object.keys(files).sort() };
    },
  };
}

export async function readJson<Content = StatusJson>(...parts: string[]): Promise<Content> {
  return JSON.parse(await readFile(join(...parts), "utf8")) as Content;
}

/** Reads status.json again and again until `enough`. Throws when a reader ever sees a part of it. */
export async function pollStatus(
  folder: string,
  enough: (status: StatusJson, seen: readonly StatusJson[]) => boolean,
): Promise<readonly StatusJson[]> {
  const seen: StatusJson[] = [];
  for (;;) {
    const text = await readFile(join(folder, "status.json"), "utf8").catch(() => undefined);
    if (text !== undefined) {
      const status = JSON.parse(text) as StatusJson;
      if (seen.at(-1)?.meta.last_updated !== status.meta.last_updated) seen.push(status);
      if (enough(status, seen)) return seen;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
