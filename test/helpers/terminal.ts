import { createRequire } from "node:module";
import { spawn } from "@lydell/node-pty";
import type { Terminal as XtermTerminal } from "@xterm/headless";

const require = createRequire(import.meta.url);
// Both are CommonJS and hide their names from an import.
const { Terminal: Xterm } = require("@xterm/headless") as typeof import("@xterm/headless");
const { Unicode11Addon } = require("@xterm/addon-unicode11") as typeof import("@xterm/addon-unicode11");

export type Terminal = {
  /** What a person sees: the rows of the window, blanks at line ends and empty rows at the end cut off. */
  readonly screen: () => string;
  /** All rows, those scrolled out of the window first. */
  readonly scrollback: () => string;
  /** Every byte that the program wrote. */
  readonly raw: () => string;
  readonly cursor: () => { readonly x: number; readonly y: number };
  /**
   * Resolves with the screen as soon as it shows the text, matches, or the function says yes. Looks whenever the
   * program wrote something; rejects with the last screen when the program ended or `timeoutMs` (30 s) is over.
   */
  readonly waitFor: (
    wanted: string | RegExp | ((screen: string) => boolean),
    options?: { readonly timeoutMs?: number },
  ) => Promise<string>;
  /**
   * Resolves when the program reads keys, which it shows by asking for bracketed paste. Bytes that come before are
   * echoed by the terminal, and their Enter arrives as a line feed.
   */
  readonly inputReady: () => Promise<void>;
  /** Exactly these bytes, in one write. */
  readonly type: (text: string) => void;
  readonly press: (key: keyof typeof KEYS) => void;
  /** As terminals do with bracketed paste on. */
  readonly paste: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly exited: Promise<{ readonly exitCode: number; readonly signal: number }>;
  /** Ends the program (SIGHUP, as a closed window does, unless named) and resolves when it is gone. Safe to call twice. */
  readonly kill: (signal?: string) => Promise<void>;
  readonly pid: number;
};

export const KEYS = {
  enter: "\r",
  "shift+enter": "\u001b[13;2u",
  escape: "\u001b",
  tab: "\t",
  "shift+tab": "\u001b[Z",
  space: " ",
  backspace: "\u007f",
  delete: "\u001b[3~",
  up: "\u001b[A",
  down: "\u001b[B",
  right: "\u001b[C",
  left: "\u001b[D",
  home: "\u001b[H",
  end: "\u001b[F",
  pageup: "\u001b[5~",
  pagedown: "\u001b[6~",
  "ctrl+a": "\u0001",
  "ctrl+c": "\u0003",
  "ctrl+d": "\u0004",
  "ctrl+e": "\u0005",
  "ctrl+j": "\n",
  "ctrl+k": "\u000b",
  "ctrl+l": "\u000c",
  "ctrl+o": "\u000f",
  "ctrl+r": "\u0012",
  "ctrl+u": "\u0015",
  "ctrl+w": "\u0017",
  "ctrl+y": "\u0019",
  "ctrl+z": "\u001a",
  "ctrl+_": "\u001f",
  "alt+b": "\u001bb",
  "alt+f": "\u001bf",
} as const;

/** Starts a program in a real pseudo-terminal, seen through a real terminal emulator. */
export async function openTerminal(options: {
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** Added to the environment of the tests; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cols?: number;
  readonly rows?: number;
}): Promise<Terminal> {
  const { command, args = [], cwd = process.cwd(), cols = 100, rows = 30 } = options;
  const term = new Xterm({ cols, rows, scrollback: 100_000, allowProposedApi: true });
  term.loadAddon(new Unicode11Addon());
  term.unicode.activeVersion = "11";
  const pty = spawn(command, [...args], { cwd, cols, rows, name: "xterm-256color", env: environment(options.env) });
  const listeners = new Set<() => void>();
  const notify = (): void => listeners.forEach((listener) => listener());
  let raw = "";
  let gone: { readonly exitCode: number; readonly signal: number } | undefined;
  term.onData((answer) => pty.write(answer));
  pty.onData((chunk) => {
    raw += chunk;
    term.write(chunk, notify);
  });
  const exited = new Promise<{ readonly exitCode: number; readonly signal: number }>((resolve) => {
    pty.onExit(({ exitCode, signal = 0 }) => {
      gone = { exitCode, signal };
      // What it wrote last may still be on its way through the emulator.
      term.write("", () => {
        notify();
        resolve({ exitCode, signal });
      });
    });
  });
  const screen = (): string => text(term, term.buffer.active.baseY, rowsOf(term));
  const waitFor: Terminal["waitFor"] = async (wanted, { timeoutMs = 30_000 } = {}) =>
    new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        listeners.delete(look);
        finish();
      };
      const fail = (why: string): void =>
        settle(() => reject(new Error(`${why} before the screen showed ${String(wanted)}. It showed:\n${screen()}`)));
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs);
      const look = (): void => {
        const shown = screen();
        if (shows(shown, wanted)) return settle(() => resolve(shown));
        if (gone) fail(`The program ended (${gone.exitCode}, signal ${gone.signal})`);
      };
      listeners.add(look);
      look();
    });
  return {
    screen,
    scrollback: () => text(term, 0, term.buffer.active.baseY + rowsOf(term)),
    raw: () => raw,
    cursor: () => ({ x: term.buffer.active.cursorX, y: term.buffer.active.cursorY }),
    waitFor,
    inputReady: async () => void (await waitFor(() => raw.includes("\u001b[?2004h"))),
    type: (bytes) => pty.write(bytes),
    press: (key) => pty.write(KEYS[key]),
    paste: (pasted) => pty.write(`\u001b[200~${pasted.replaceAll("\n", "\r")}\u001b[201~`),
    resize(columns, lines) {
      term.resize(columns, lines);
      pty.resize(columns, lines);
    },
    exited,
    async kill(signal = "SIGHUP") {
      if (!gone) pty.kill(signal);
      await exited;
      term.dispose();
    },
    pid: pty.pid,
  };
}

function shows(screen: string, wanted: string | RegExp | ((screen: string) => boolean)): boolean {
  if (typeof wanted === "string") return screen.includes(wanted);
  return wanted instanceof RegExp ? wanted.test(screen) : wanted(screen);
}

function rowsOf(term: XtermTerminal): number {
  return term.rows;
}

/** What is beyond the last column is kept by the emulator, but nobody sees it. */
function text(term: XtermTerminal, from: number, count: number): string {
  const lines = Array.from(
    { length: count },
    (_, index) =>
      term.buffer.active
        .getLine(from + index)
        ?.translateToString(true, 0, term.cols)
        .trimEnd() ?? "",
  );
  return lines.join("\n").trimEnd();
}

function environment(extra: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  // With CI set, even to nothing, Ink draws only the last frame; COLUMNS and LINES would hide the real size.
  const { CI: _ci, COLUMNS: _columns, LINES: _lines, NO_COLOR: _noColor, ...inherited } = process.env;
  const merged = { ...inherited, TERM: "xterm-256color", ...extra };
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}
