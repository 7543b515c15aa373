import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { onTestFinished } from "vitest";

/** Bundles a file of children/ once, so that each start costs milliseconds. Resolves with the path to run. */
export async function bundleChild(entry: URL, dir: string): Promise<string> {
  const outfile = join(dir, "child.mjs");
  await build({
    entryPoints: [entry.pathname],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "silent",
  });
  return outfile;
}

export type Child = {
  readonly process: ChildProcess;
  /** What it prints, line by line, up to its end. */
  readonly lines: AsyncIterable<string>;
  readonly exit: Promise<{ code: number | null; signal: string | null }>;
};

/** A node process, or with `shell` a command line in which "$@" is one. It does not outlive the test. */
export function startChild(args: readonly string[], shell?: string): Child {
  const node = [process.execPath, ...args];
  const [command = "", ...rest] = shell === undefined ? node : ["/bin/sh", "-c", shell, "sh", ...node];
  const child = spawn(command, rest, { stdio: ["ignore", "pipe", "inherit"] });
  const exit = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return { process: child, lines: createInterface({ input: child.stdout }), exit };
}
