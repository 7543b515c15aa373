import { spawn } from "@lydell/node-pty";
import type { Stage } from "./stage.ts";

/** A pseudo-terminal without an emulator: what the program writes is counted, and costs nothing else. */
export type RawTerminal = {
  readonly pid: number;
  readonly type: (text: string) => void;
  /** Bytes written so far. */
  readonly bytes: () => number;
  /** How often the whole screen or the scrollback was cleared. */
  readonly clears: () => number;
  /** Resolves with the time at which something came that holds the text; asked before it can come. */
  readonly heard: (text: string) => Promise<number>;
  readonly kill: () => Promise<void>;
};

/** What is looked for may be cut in two by a read. */
const KEPT = 200;

export function openRaw(stage: Stage, cwd: string, argv: readonly string[]): RawTerminal {
  const env = Object.fromEntries(Object.entries(stage.env).filter((entry): entry is [string, string] => !!entry[1]));
  const size = { cols: 100, rows: 30, name: "xterm-256color" };
  const pty = spawn(process.execPath, [...argv], { ...size, cwd, env: { ...env, TERM: size.name } });
  const waiting = new Map<string, (at: number) => void>();
  let [bytes, clears, tail] = [0, 0, ""];
  let gone = false;
  const exited = new Promise<void>((resolve) => {
    pty.onExit(() => {
      gone = true;
      resolve();
    });
  });
  pty.onData((chunk) => {
    const at = performance.now();
    bytes += Buffer.byteLength(chunk);
    clears += chunk.match(/\u001b\[[23]J/g)?.length ?? 0;
    const seen = tail + chunk;
    for (const [text, tell] of waiting) {
      if (!seen.includes(text)) continue;
      waiting.delete(text);
      tell(at);
    }
    tail = seen.slice(-KEPT);
  });
  return {
    pid: pty.pid,
    type: (text) => pty.write(text),
    bytes: () => bytes,
    clears: () => clears,
    heard: (text) =>
      new Promise((resolve, reject) => {
        tail = "";
        waiting.set(text, resolve);
        void exited.then(() => reject(new Error(`The program ended before it wrote ${JSON.stringify(text)}`)));
      }),
    async kill() {
      if (!gone) pty.kill("SIGKILL");
      await exited;
    },
  };
}

/** Starts the chat and resolves when it reads keys. */
export async function openChat(stage: Stage, cwd: string, argv: readonly string[]): Promise<RawTerminal> {
  const terminal = openRaw(stage, cwd, argv);
  await Promise.all([terminal.heard("\u001b[?2004h"), terminal.heard("❯")]);
  return terminal;
}
