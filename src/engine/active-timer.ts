import { openAsks } from "../core/run/permission-asks.ts";
import type { RunState } from "../core/run/state.ts";
import type { EngineShell } from "./shell.ts";

/**
 * Fires once after `ms` in which the run was not paused and `agent`, if one is named, did not wait for the user. Returns
 * what cancels it.
 */
export function activeTimer({ log, clock }: EngineShell, ms: number, fire: () => void, agent?: string): () => void {
  const rests = (run: RunState): boolean => run.paused || openAsks(run).some((ask) => ask.agent === agent);
  let left = ms;
  let armedAt = 0;
  let isOver = false;
  let cancel: (() => void) | undefined;
  const arm = (): void => {
    armedAt = clock.now();
    cancel = clock.timer(Math.max(0, left), () => {
      isOver = true;
      fire();
    });
  };
  const unsubscribe = log.subscribe((_, run) => {
    if (isOver) return;
    const isResting = rests(run);
    if (isResting && cancel) {
      cancel();
      cancel = undefined;
      left -= clock.now() - armedAt;
    }
    if (!isResting && !cancel) arm();
  });
  if (!rests(log.get())) arm();
  return () => {
    unsubscribe();
    cancel?.();
  };
}

/** Resolves at once unless the run is paused, then when it goes on. Rejects when the signal aborts. */
export function whileRunning({ log }: Pick<EngineShell, "log">, signal: AbortSignal): Promise<void> {
  if (!log.get().paused) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const end = (): void => {
      unsubscribe();
      signal.removeEventListener("abort", abort);
    };
    const abort = (): void => {
      end();
      reject(signal.reason as Error);
    };
    const unsubscribe = log.subscribe((_, { paused }) => {
      if (paused) return;
      end();
      resolve();
    });
    signal.addEventListener("abort", abort, { once: true });
  });
}
