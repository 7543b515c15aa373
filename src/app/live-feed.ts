import type { Feed } from "../core/front-end.ts";

/** A value that is told of at once. */
export function createFeed<Value>(
  initial: Value,
): Feed<Value> & { readonly set: (value: Value) => void; readonly close: () => void } {
  let value = initial;
  const { subscribe, tell, close } = createAudience();
  return {
    get: () => value,
    subscribe,
    set(next) {
      value = next;
      tell();
    },
    close,
  };
}

/**
 * A picture of something that changes faster than anybody looks: it is made when it is asked for, and told of at most
 * once per `gapMs`, of the last one however soon it closes. Nothing runs while nothing changes or nobody listens.
 */
export function createPicture<Value>(
  make: () => Value,
  gapMs: number,
): Feed<Value> & { readonly changed: () => void; readonly close: () => void } {
  let made: { readonly value: Value } | undefined;
  let timer: NodeJS.Timeout | undefined;
  const audience = createAudience();
  return {
    get: () => (made ??= { value: make() }).value,
    subscribe: audience.subscribe,
    changed() {
      made = undefined;
      if (audience.isEmpty()) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        audience.tell();
      }, gapMs);
    },
    close() {
      if (timer !== undefined) {
        clearTimeout(timer);
        timer = undefined;
        audience.tell();
      }
      audience.close();
    },
  };
}

function createAudience() {
  const listeners = new Set<() => void>();
  return {
    isEmpty: () => listeners.size === 0,
    subscribe: (listener: () => void): (() => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell: (): void => {
      for (const listener of listeners) listener();
    },
    close: (): void => listeners.clear(),
  };
}
