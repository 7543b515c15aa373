import type { Log } from "../core/log.ts";
import type { RunEvent, RunRecord } from "../core/run/events.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { newRun, type RunState } from "../core/run/state.ts";

export type WrittenLog = Pick<Log<RunState, RunEvent>, "get" | "subscribe"> & {
  /** Resolves when everybody has been told of all that has happened so far. */
  readonly settled: () => Promise<void>;
};

/**
 * The run as its journal has it: nobody is shown a fact that a crash could still take back. What the disk refuses is
 * told all the same, since the run goes on. Of `past`, everything from `retold` on is told once more.
 */
export function createWrittenLog(
  log: Pick<Log<RunState, RunEvent>, "subscribe">,
  flush: () => Promise<void>,
  past: readonly RunRecord[],
  retold = past.length,
): WrittenLog {
  let state = past.slice(0, retold).reduce(reduceRun, newRun);
  let queue = Promise.resolve();
  const listeners = new Set<(record: RunRecord, state: RunState) => void>();
  const tell = (record: RunRecord, next: RunState): void => {
    state = next;
    for (const listener of listeners) listener(record, next);
  };
  log.subscribe((record, next) => {
    const written = flush().catch(() => {});
    queue = queue.then(() => written).then(() => tell(record, next));
  });
  queue = queue.then(() => {
    for (const record of past.slice(retold)) tell(record, reduceRun(state, record));
  });
  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    settled: () => queue,
  };
}
