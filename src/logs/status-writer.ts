import { join } from "node:path";
import { writePrivate } from "../../projects/atomic-write.ts";
import { statusJson, type StatusPlace } from "../core/run/status-json.ts";
import type { RunState } from "../core/run/state.ts";

const MIN_GAP_MS = 500;
/** Less than the two seconds that are promised, since timers and disks are late. */
const HEARTBEAT_MS = 1900;

export type StatusWriter = {
  /** Something has changed: it is on disk within half a second. */
  readonly changed: () => void;
  /** Writes what holds now, as the last that is said of it. Resolves when that is on disk. */
  readonly settle: () => Promise<void>;
  /** Writes what holds now and stops. */
  readonly close: () => Promise<void>;
};

export async function writeStatus(attempt: string, run: RunState, place: StatusPlace): Promise<void> {
  await writePrivate(join(attempt, "status.json"), `${JSON.stringify(statusJson(run, place), undefined, 2)}\n`);
}

/** Keeps status.json up to date: on every change, at most twice a second, at least every two seconds. */
export function openStatusWriter(options: {
  readonly attempt: () => string;
  readonly place: () => Omit<StatusPlace, "now">;
  readonly get: () => RunState;
  readonly now: () => number;
  readonly onFailure: (error: unknown) => void;
}): StatusWriter {
  let timer: NodeJS.Timeout | undefined;
  let lastAt = 0;
  let writing = Promise.resolve();

  function write(isLast = false): Promise<void> {
    clearTimeout(timer);
    lastAt = performance.now();
    writing = writing
      .then(async () => {
        const run = options.get();
        // What nobody drives any more stands still, and can be made again from its journal.
        const at = isLast ? run.lastEventAt : options.now();
        await writeStatus(options.attempt(), run, { ...options.place(), now: at });
      })
      .catch(options.onFailure);
    schedule(HEARTBEAT_MS);
    return writing;
  }

  function schedule(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void write(), ms);
    timer.unref();
  }

  return {
    changed() {
      const since = performance.now() - lastAt;
      if (since >= MIN_GAP_MS) void write();
      else schedule(MIN_GAP_MS - since);
    },
    settle: () => write(true),
    async close() {
      const last = write(true);
      clearTimeout(timer);
      await last;
    },
  };
}
