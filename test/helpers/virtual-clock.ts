import type { Clock } from "../../src/engine/agent.ts";

type Timer = { readonly at: number; readonly order: number; readonly fire: () => void };

export type VirtualClock = Clock & {
  /**
   * Runs until `done` resolves: whenever nothing else can happen, time jumps to the next timer. Rejects when there is
   * no timer left and `done` is still pending: then whatever waits would wait for ever.
   */
  readonly run: <Value>(done: Promise<Value>) => Promise<Value>;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
};

/** A clock whose time passes only when everybody waits for it. Starts at 0. */
export function virtualClock(): VirtualClock {
  let now = 0;
  let order = 0;
  const timers = new Set<Timer>();

  function timer(ms: number, fire: () => void): () => void {
    const entry: Timer = { at: now + ms, order: order++, fire };
    timers.add(entry);
    return () => timers.delete(entry);
  }

  function next(): Timer | undefined {
    let first: Timer | undefined;
    for (const entry of timers) {
      if (!first || entry.at < first.at || (entry.at === first.at && entry.order < first.order)) first = entry;
    }
    return first;
  }

  return {
    now: () => now,
    timer,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const abort = (): void => {
          cancel();
          reject(signal?.reason as Error);
        };
        const cancel = timer(ms, () => {
          signal?.removeEventListener("abort", abort);
          resolve();
        });
        signal?.addEventListener("abort", abort, { once: true });
      }),
    async run(done) {
      const waiting = { over: false };
      const finished = done.finally(() => {
        waiting.over = true;
      });
      finished.catch(() => {});
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve));
        if (waiting.over) break;
        const entry = next();
        if (!entry) throw new Error(`Nothing can happen any more at ${now} ms`);
        timers.delete(entry);
        now = Math.max(now, entry.at);
        entry.fire();
      }
      return finished;
    },
  };
}
