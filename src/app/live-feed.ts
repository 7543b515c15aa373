import type { Feed } from "../core/front-end.ts";

/** Tells its listeners at most once per `gapMs`, with the newest value; nothing runs while nothing changes. */
export function createFeed<Value>(
  initial: Value,
  gapMs: number,
): Feed<Value> & { readonly set: (value: Value) => void; readonly close: () => void } {
  let value = initial;
  let timer: NodeJS.Timeout | undefined;
  const listeners = new Set<() => void>();
  const tell = (): void => {
    timer = undefined;
    for (const listener of listeners) listener();
  };
  return {
    get: () => value,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(next) {
      value = next;
      if (gapMs === 0) tell();
      else timer ??= setTimeout(tell, gapMs);
    },
    close() {
      clearTimeout(timer);
      listeners.clear();
    },
  };
}
