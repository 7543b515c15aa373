import { useSyncExternalStore } from "react";

type Source<Value> = { readonly get: () => Value; readonly subscribe: (listener: () => void) => () => void };

/** Renders again when the value of a store or feed changes. `get` must return the same reference for the same state. */
export function useFeed<Value>(source: Source<Value>): Value {
  return useSyncExternalStore(source.subscribe, source.get);
}
