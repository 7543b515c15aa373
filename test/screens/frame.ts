import { EventEmitter } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { render } from "ink";
import type { ReactNode } from "react";

export type Frame = {
  /** Everything printed so far and the live region below it, without colours and blanks at line ends. */
  readonly text: () => Promise<string>;
  readonly type: (bytes: string) => void;
  readonly unmount: () => void;
  /** Resolves when the component ended the screen by itself. */
  readonly ended: Promise<unknown>;
};

/** Renders into a terminal of that size that is none: component tests, no escape codes. */
export function mount(node: ReactNode, size: { readonly columns: number; readonly rows: number }): Frame {
  let last = "";
  const stdout = Object.assign(new EventEmitter(), {
    ...size,
    isTTY: true,
    write(chunk: string, ...rest: readonly unknown[]) {
      const written = rest.at(-1);
      if (typeof written === "function") written();
      // Modes of the terminal are written on their own; a frame never begins with one.
      if (chunk !== "" && !/^\u001b\[[?<>]/.test(chunk)) last = chunk;
      return true;
    },
  });
  const queue: string[] = [];
  const stdin = Object.assign(new EventEmitter(), {
    isTTY: true,
    setRawMode: () => undefined,
    setEncoding: () => undefined,
    ref: () => undefined,
    unref: () => undefined,
    read: () => queue.shift() ?? null,
  });
  const app = render(node, {
    stdout: stdout as unknown as NodeJS.WriteStream,
    stdin: stdin as unknown as NodeJS.ReadStream,
    debug: true,
    interactive: true,
    exitOnCtrlC: false,
    patchConsole: false,
  });
  return {
    async text() {
      await app.waitUntilRenderFlush();
      return stripVTControlCharacters(last)
        .split("\n")
        .map((line) => line.trimEnd())
        .join("\n");
    },
    type(bytes) {
      queue.push(bytes);
      stdin.emit("readable");
    },
    unmount: () => app.unmount(),
    ended: app.waitUntilExit(),
  };
}
