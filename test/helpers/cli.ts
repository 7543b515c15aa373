import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The built program, as users start it. */
export const MASSGEN = fileURLToPath(new URL("../../dist/massgen.cjs", import.meta.url));
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export type Sandbox = {
  /** An empty directory to start massgen in. */
  readonly cwd: string;
  /** A home of its own and no keys: nothing of the machine's user shows. */
  readonly env: Readonly<Record<string, string>>;
  readonly remove: () => void;
};

export function makeSandbox(): Sandbox {
  const base = mkdtempSync(join(tmpdir(), "massgen-test-"));
  const [cwd, home] = [join(base, "work"), join(base, "home")];
  mkdirSync(cwd);
  mkdirSync(home);
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, TERM: "xterm-256color", LANG: "C.UTF-8" };
  return { cwd, env, remove: () => rmSync(base, { recursive: true, force: true, maxRetries: 5 }) };
}

export type Finished = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
};

export type Running = {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves with the output so far once it matches; rejects when the program ends without. */
  readonly saw: (pattern: RegExp) => Promise<string>;
};

/** Starts massgen without a terminal. */
export function startMassgen(args: readonly string[], { cwd, env }: Pick<Sandbox, "cwd" | "env">): Running {
  const child = spawn(process.execPath, [MASSGEN, ...args], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let out = "";
  let err = "";
  const listeners = new Set<() => void>();
  const hear = (): void => listeners.forEach((listener) => listener());
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
    hear();
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
    hear();
  });
  const finished = once(child, "close").then(([code, signal]) => {
    hear();
    return { code: code as number | null, signal: signal as string | null, out, err };
  });
  return {
    child,
    finished,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (pattern.test(out)) {
            listeners.delete(look);
            resolve(out);
          }
        };
        listeners.add(look);
        look();
        void finished.then(() => reject(new Error(`Ended without ${String(pattern)}:\n${out}\n${err}`)));
      }),
  };
}

export function massgen(args: readonly string[], sandbox: Pick<Sandbox, "cwd" | "env">): Promise<Finished> {
  return startMassgen(args, sandbox).finished;
}
