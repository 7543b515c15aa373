import type { Feed } from "../../core/front-end.ts";

/** Whether the terminal has the focus. One that never says so has it: whoever types is there. */
export type Focus = Feed<boolean> & { readonly end: () => void };

const REPORT = /\u001b\[([IO])/g;

/** Listens for focus reports in what is read from the terminal; the reader gets all of it as before. */
export function watchFocus(stdin: { read: (size?: number) => unknown }): Focus {
  const listeners = new Set<() => void>();
  const read = stdin.read;
  let focused = true;
  let tail = "";
  const look = (chunk: string): void => {
    const text = tail + chunk;
    // A report may come in two reads; one that was seen must not be seen again.
    const last = [...text.matchAll(REPORT)].at(-1);
    tail = text.endsWith("\u001b") || text.endsWith("\u001b[") ? text.slice(-2) : "";
    const now = last === undefined ? focused : last[1] === "I";
    if (now === focused) return;
    focused = now;
    listeners.forEach((listener) => listener());
  };
  stdin.read = function tapped(size?: number): unknown {
    const chunk: unknown = read.call(this, size);
    if (typeof chunk === "string") look(chunk);
    else if (chunk instanceof Uint8Array) look(Buffer.from(chunk).toString("latin1"));
    return chunk;
  };
  return {
    get: () => focused,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    end() {
      stdin.read = read;
      listeners.clear();
    },
  };
}
