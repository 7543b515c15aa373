import type { Step } from "./next-step.ts";

export type Lane = {
  /** Goes on with the next step, if it does not work already. Safe to call from a store's listener. */
  readonly wake: () => void;
  /** Aborts the step under way; the next one gets a fresh signal. */
  readonly abort: (reason: Error) => void;
  /** Undefined while there is nothing to do. */
  readonly working: () => Promise<void> | undefined;
};

type Work = Exclude<Step, { do: "wait" }>;

/** Takes one step after the other until the next one is to wait. */
export function createLane(options: {
  readonly next: () => Step;
  readonly take: (step: Work, signal: AbortSignal) => Promise<void>;
  /** A step threw, not because it was aborted. Must change the state, or the same step comes again. */
  readonly fail: (step: Work, error: unknown) => void;
  readonly rest: () => void;
}): Lane {
  let controller = new AbortController();
  let working: Promise<void> | undefined;

  async function work(): Promise<void> {
    try {
      for (let step = options.next(); step.do !== "wait"; step = options.next()) await attempt(step);
    } finally {
      // In the same tick as the last look at the state: no event can slip in between and find nobody awake.
      working = undefined;
      options.rest();
    }
  }

  async function attempt(step: Work): Promise<void> {
    const { signal } = controller;
    try {
      await options.take(step, signal);
    } catch (error) {
      if (!signal.aborted) options.fail(step, error);
    }
  }

  return {
    wake() {
      working ??= Promise.resolve().then(work);
    },
    abort(reason) {
      controller.abort(reason);
      controller = new AbortController();
    },
    working: () => working,
  };
}
