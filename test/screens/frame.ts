import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import type { ReactNode } from "react";
import { mount as show } from "../../components/mount.tsx";

const require = createRequire(import.meta.url);
// It is CommonJS and hides its names from an import.
const { Terminal: Xterm } = require("@xterm/headless") as typeof import("@xterm/headless");

export type Frame = {
  /** Everything on the terminal, what was scrolled out of the window first; no colours, no blanks at line ends. */
  readonly text: () => Promise<string>;
  /** Rows that were wider than the terminal, which went on with them in the next one. */
  readonly tooWide: () => readonly string[];
  /** All bytes that were ever written. */
  readonly raw: () => string;
  readonly type: (bytes: string) => void;
  readonly unmount: () => void;
  /** Resolves when the component ended the screen by itself. */
  readonly ended: Promise<unknown>;
};

/** Shows a component on a terminal emulator of that size, in this process. */
export function mount(node: ReactNode, size: { readonly columns: number; readonly rows: number }): Frame {
  const term = new Xterm({ cols: size.columns, rows: size.rows, scrollback: 100_000, allowProposedApi: true });
  let raw = "";
  const write = (bytes: string): void => {
    raw += bytes;
    term.write(bytes);
  };
  const stdout = Object.assign(new EventEmitter(), { ...size, write });
  const queue: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: () => undefined,
    setEncoding: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
    read: () => queue.shift() ?? null,
  });
  const app = show(node, { stdout, stdin: stdin as unknown as NodeJS.ReadStream, takesConsole: false });
  return {
    async text() {
      await app.waitUntilRenderFlush();
      await new Promise<void>((written) => term.write("", written));
      const { length } = term.buffer.active;
      const lines = Array.from({ length }, (_, y) => term.buffer.active.getLine(y)?.translateToString(true) ?? "");
      return lines.join("\n").trimEnd();
    },
    tooWide() {
      const { active } = term.buffer;
      const rest = Array.from({ length: active.length }, (_, y) => active.getLine(y)).filter((line) => line?.isWrapped);
      return rest.map((line) => line?.translateToString(true) ?? "");
    },
    raw: () => raw,
    type(bytes) {
      queue.push(bytes);
      stdin.emit("readable");
    },
    unmount: () => app.unmount(),
    ended: app.waitUntilExit(),
  };
}
