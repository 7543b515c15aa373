import { createStore as createZustandStore } from "zustand/vanilla";

export type Store<State, Event> = {
  readonly get: () => State;
  /** Folds the event in, then tells every listener, in the order in which they subscribed. */
  readonly apply: (event: Event) => void;
  /** Returns the unsubscribe function. A listener must not apply events itself: that would reorder them. */
  readonly subscribe: (listener: (event: Event, state: State) => void) => () => void;
};

/** A value, the one function that changes it, and those who want to know. Throws when a listener applies an event. */
export function createStore<State, Event>(
  reduce: (state: State, event: Event) => State,
  initial: State,
): Store<State, Event> {
  const store = createZustandStore<{ state: State; event: Event | undefined }>(() => ({
    state: initial,
    event: undefined,
  }));
  let applying = false;
  return {
    get: () => store.getState().state,
    apply(event) {
      if (applying) throw new Error("A listener applied an event; schedule it instead");
      applying = true;
      try {
        store.setState({ state: reduce(store.getState().state, event), event }, true);
      } finally {
        applying = false;
      }
    },
    subscribe: (listener) => store.subscribe(({ state, event }) => listener(event as Event, state)),
  };
}
