import { expect, test } from "vitest";
import { pause } from "../../src/core/pause.ts";

/** Holds everything up. */
function work(ms: number): void {
  const from = performance.now();
  while (performance.now() - from < ms);
}

test("a pause comes only when it is time for one, and is one for everybody", async () => {
  work(5);
  const paused = pause();
  expect(paused).toBeInstanceOf(Promise);
  let isTurnOver = false;
  setImmediate(() => (isTurnOver = true));
  await paused;
  expect(pause(), "just now").toBeUndefined();
  work(5);
  await pause();
  expect(isTurnOver, "others had their turn").toBe(true);
});
