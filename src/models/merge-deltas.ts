import { setImmediate as nextTick } from "node:timers/promises";
import type { ModelEvent } from "../core/model.ts";

/** Nobody sees that text comes so much later: it is drawn ten times a second. */
const HOLD_MS = 20;

/**
 * Reads ahead, and passes on as one the pieces of text that came within a moment: a fast model sends hundreds of them a
 * second, and whoever shows, keeps or checks them works by the piece. Anything else is passed on at once.
 */
export async function* mergeDeltas(events: AsyncIterable<ModelEvent>): AsyncGenerator<ModelEvent> {
  const iterator = events[Symbol.asyncIterator]();
  const ready: ModelEvent[] = [];
  let wake = (): void => {};
  let hurry = (): void => {};
  let isUrgent = false;
  let isOver = false;
  const reading = read();
  // Whoever waits for it below hears of its failure; until then nobody does.
  reading.catch(() => {});
  try {
    for (;;) {
      if (ready.length === 0 && !isOver) await new Promise<void>((resolve) => void (wake = resolve));
      await moment();
      isUrgent = false;
      yield* ready.splice(0);
      if (isOver && ready.length === 0) return await reading;
    }
  } finally {
    // Not waited for: it comes to an end only when its connection is closed.
    void iterator.return?.().catch(() => {});
  }

  /** Until something comes that is no text; what one network read brings belongs together in any case. */
  async function moment(): Promise<void> {
    if (!isUrgent && !isOver) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, HOLD_MS);
        hurry = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    await nextTick();
  }

  async function read(): Promise<void> {
    try {
      for (;;) {
        const next = await iterator.next();
        if (next.done) return;
        add(next.value);
        wake();
      }
    } finally {
      isOver = true;
      wake();
      hurry();
    }
  }

  function add(event: ModelEvent): void {
    const last = ready.at(-1);
    if (event.type !== "text" && event.type !== "reasoning") {
      ready.push(event);
      isUrgent = true;
      hurry();
    } else if (last?.type === event.type) ready[ready.length - 1] = { ...last, delta: last.delta + event.delta };
    else ready.push(event);
  }
}
