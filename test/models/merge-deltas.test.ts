import { expect, test } from "vitest";
import type { ModelEvent } from "../../src/core/model.ts";
import { mergeDeltas } from "../../src/models/merge-deltas.ts";

const text = (delta: string): ModelEvent => ({ type: "text", delta });
const thought = (delta: string): ModelEvent => ({ type: "reasoning", delta });
/** Lets whoever listens take what there is. */
const pause = (): Promise<void> => new Promise((resolve) => void setTimeout(resolve, 5));

async function collect(events: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const collected: ModelEvent[] = [];
  for await (const event of events) collected.push(event);
  return collected;
}

test("pieces of text that come together are passed on as one, in their order", async () => {
  async function* model(): AsyncGenerator<ModelEvent> {
    yield* [thought("Let "), thought("me see. "), text("So"), text("cket"), thought("Hm."), text(".IO")];
  }
  expect(await collect(mergeDeltas(model()))).toEqual([
    thought("Let me see. "),
    text("Socket"),
    thought("Hm."),
    text(".IO"),
  ]);
});

test("pieces that follow each other closely are one; what is no text hurries them on", async () => {
  const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
  const again: ModelEvent = {
    type: "retry",
    attempt: 2,
    maxAttempts: 3,
    delayMs: 0,
    fault: { code: "network", message: "cut off" },
  };
  async function* model(): AsyncGenerator<ModelEvent> {
    yield text("So");
    await turn();
    yield text("cket");
    await turn();
    yield again;
    await new Promise(() => {}); // a connection that is left open
  }
  const heard: ModelEvent[] = [];
  for await (const event of mergeDeltas(model())) {
    heard.push(event);
    if (event.type === "retry") break;
  }
  expect(heard).toEqual([text("Socket"), again]);
});

test("a piece is passed on before the next one comes", async () => {
  const heard: string[] = [];
  async function* model(): AsyncGenerator<ModelEvent> {
    yield text("So");
    while (heard.length === 0) await pause();
    yield text("cket");
  }
  for await (const event of mergeDeltas(model())) if (event.type === "text") heard.push(event.delta);
  expect(heard).toEqual(["So", "cket"]);
});

test("what came before a failure is passed on before it is thrown", async () => {
  async function* model(): AsyncGenerator<ModelEvent> {
    yield text("Sock");
    throw new Error("cut off");
  }
  const heard: ModelEvent[] = [];
  const listening = (async () => {
    for await (const event of mergeDeltas(model())) heard.push(event);
  })();
  await expect(listening).rejects.toThrow("cut off");
  expect(heard).toEqual([text("Sock")]);
});

test("who stops listening ends the stream", async () => {
  let end = (): void => {};
  const ended = new Promise<void>((resolve) => void (end = resolve));
  async function* model(): AsyncGenerator<ModelEvent> {
    try {
      for (;;) {
        yield text("more ");
        await pause();
      }
    } finally {
      end();
    }
  }
  const stream = mergeDeltas(model());
  await stream.next();
  await stream.return(undefined);
  await ended;
});
