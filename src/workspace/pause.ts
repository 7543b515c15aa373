/** Milliseconds; less than a frame. */
const LONGEST = 5;

/** To be awaited between pieces of work that hold everything else up: now and then it lets keys be heard. */
export function createPause(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < LONGEST) return undefined;
    return new Promise((resolve) => {
      setImmediate(() => {
        since = performance.now();
        resolve();
      });
    });
  };
}
