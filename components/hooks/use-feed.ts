import { useState, useSyncExternalStore } from "react";

type Source<Value> = { readonly get: () => Value; readonly subscribe: (listener: () => void) => () => void };

/** Renders again when the value of a store or feed changes. `get` must return the same reference for the same state. */
export function useFeed<Value>(source: Source<Value>): Value {
  return useSyncExternalStore(source.subscribe, source.get);
}

/**
 * The same at most once per `gapMs`, for what changes with every word. A change of `kindOf` shows at once. The source
 * is the one of the first render.
 */
export function usePacedFeed<Value>(source: Source<Value>, gapMs: number, kindOf: (value: Value) => unknown): Value {
  const [paced] = useState(() => pace(source, gapMs, kindOf));
  return useFeed(paced);
}

function pace<Value>(source: Source<Value>, gapMs: number, kindOf: (value: Value) => unknown): Source<Value> {
  let shown = source.get();
  return {
    get: () => shown,
    subscribe(listener) {
      let timer: NodeJS.Timeout | undefined;
      const show = (): void => {
        clearTimeout(timer);
        timer = undefined;
        shown = source.get();
        listener();
      };
      const unsubscribe = source.subscribe(() => {
        if (kindOf(source.get()) === kindOf(shown)) timer ??= setTimeout(show, gapMs);
        else show();
      });
      return () => {
        clearTimeout(timer);
        unsubscribe();
      };
    },
  };
}
