import type { EngineShell } from "./shell.ts";

/** Fires once after `ms` in which the run was not paused. Returns what cancels it. */
export function activeTimer({ log, clock }: EngineShell, ms: number, fire: () => void): () => void {
  let left = ms;
  let armedAt = 0;
  let cancel: (() => void) | undefined;
  const arm = (): void => {
    armedAt = clock.now();
    cancel = clock.timer(Math.max(0, left), fire);
  };
  const unsubscribe = log.subscribe(({ type }) => {
    if (type === "run_paused" && cancel) {
      cancel();
      cancel = undefined;
      left -= clock.now() - armedAt;
    }
    if (type === "run_continued" && !cancel) arm();
  });
  if (!log.get().paused) arm();
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
