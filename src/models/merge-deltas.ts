import { setImmediate as nextTick } from "node:timers/promises";
import type { ModelEvent } from "../core/model.ts";

/**
 * Reads ahead, and passes on as one the pieces of text that came together: a network read brings dozens of them, and
 * whoever shows, keeps or checks them works by the piece.
 */
export async function* mergeDeltas(events: AsyncIterable<ModelEvent>): AsyncGenerator<ModelEvent> {
  const iterator = events[Symbol.asyncIterator]();
  const ready: ModelEvent[] = [];
  let wake = (): void => {};
  let isOver = false;
  const reading = read();
  // Whoever waits for it below hears of its failure; until then nobody does.
  reading.catch(() => {});
  try {
    for (;;) {
      if (ready.length === 0 && !isOver) await new Promise<void>((resolve) => void (wake = resolve));
      // Until then everything that one network read brought is there.
      await nextTick();
      yield* ready.splice(0);
      if (isOver && ready.length === 0) return await reading;
    }
  } finally {
    // Not waited for: it comes to an end only when its connection is closed.
    void iterator.return?.().catch(() => {});
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
    }
  }

  function add(event: ModelEvent): void {
    const last = ready.at(-1);
    const isMore = (event.type === "text" || event.type === "reasoning") && last?.type === event.type;
    if (isMore) ready[ready.length - 1] = { ...last, delta: last.delta + event.delta };
    else ready.push(event);
  }
}
