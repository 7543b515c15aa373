/** Milliseconds; less than a frame. */
const LONGEST = 4;

let since = performance.now();

/**
 * To be awaited between pieces of work that hold everything else up: when nothing else has had its turn for a while, it
 * lets keys be heard. One clock for all: one who pauses has paused for everybody.
 */
export function pause(): Promise<void> | undefined {
  if (performance.now() - since < LONGEST) return undefined;
  return new Promise((resolve) => {
    setImmediate(() => {
      since = performance.now();
      resolve();
    });
  });
}
