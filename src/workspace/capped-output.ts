/** Collects a command's output: all of it while it is short, else its beginning and its end. */
export type CappedOutput = {
  readonly add: (chunk: Uint8Array) => void;
  readonly text: () => string;
  readonly truncated: () => boolean;
};

/** Keeps about `maxBytes` bytes, half of them from the start. Memory stays within twice that, whatever is added. */
export function createCappedOutput(maxBytes: number): CappedOutput {
  const half = Math.floor(maxBytes / 2);
  let head = Buffer.alloc(0);
  let tail = Buffer.alloc(0);
  let dropped = 0;
  return {
    add(chunk) {
      const room = Math.max(0, half - head.length);
      if (room > 0) head = Buffer.concat([head, chunk.subarray(0, room)]);
      if (chunk.length <= room) return;
      const grown = Buffer.concat([tail, chunk.subarray(room)]);
      const excess = Math.max(0, grown.length - (maxBytes - half));
      dropped += excess;
      tail = grown.subarray(excess);
    },
    text() {
      if (dropped === 0) return Buffer.concat([head, tail]).toString("utf8");
      // A character that was cut in two shows as U+FFFD at the seam.
      const start = head.toString("utf8").replace(/\uFFFD+$/, "");
      const end = tail.toString("utf8").replace(/^\uFFFD+/, "");
      return `${start}\n[… ${dropped} bytes left out …]\n${end}`;
    },
    truncated: () => dropped > 0,
  };
}
