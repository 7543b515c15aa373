import { useSyncExternalStore } from "react";

const TICK_MS = 1000;

/** Reads the time, and ticks once a second while somebody looks: no timer runs when nothing is alive. */
export type Clock = {
  readonly now: () => number;
  readonly subscribe: (listener: () => void) => () => void;
};

export function createClock(now: () => number = Date.now): Clock {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    now,
    subscribe(listener) {
      listeners.add(listener);
      timer ??= setInterval(() => listeners.forEach((each) => each()), TICK_MS);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

/** Renders again at every tick while `alive`. */
export function useTick(clock: Clock, alive: boolean): void {
  const subscribe = alive ? clock.subscribe : never;
  useSyncExternalStore(subscribe, () => (alive ? Math.floor(clock.now() / TICK_MS) : 0));
}

const never = (): (() => void) => () => undefined;
