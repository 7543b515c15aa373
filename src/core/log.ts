import { replay } from "./replay.ts";
import { createStore } from "./store.ts";

/** What makes an event a journal line: its place in the order, from 0, and when it happened (Unix milliseconds). */
export type Stamp = { readonly seq: number; readonly at: number };

/** A state that only events change, and everyone who wants to know of them. */
export type Log<State, Event> = {
  readonly get: () => State;
  readonly apply: (event: Event) => void;
  /** Listeners are called in the order in which they subscribed, and must not apply events themselves. */
  readonly subscribe: (listener: (record: Event & Stamp, state: State) => void) => () => void;
};

/**
 * The one place where events get their number and time. `past` is what the journal held; the time never goes
 * backwards, whatever the clock does.
 */
export function createLog<State, Event>(options: {
  readonly reduce: (state: State, record: Event & Stamp) => State;
  readonly initial: State;
  readonly past: readonly (Event & Stamp)[];
  readonly now: () => number;
  /** The one door to journals, logs, screens and model requests: what it takes out of an event is in none of them. */
  readonly clean?: ((event: Event) => Event) | undefined;
}): Log<State, Event> {
  const store = createStore(
    options.reduce,
    replay(() => options.past.reduce(options.reduce, options.initial)),
  );
  const last = options.past.at(-1);
  let seq = last ? last.seq + 1 : 0;
  let at = last?.at ?? 0;
  return {
    get: store.get,
    apply(event) {
      at = Math.max(at, options.now());
      const record = { ...(options.clean?.(event) ?? event), seq, at };
      seq += 1;
      store.apply(record);
    },
    subscribe: store.subscribe,
  };
}
