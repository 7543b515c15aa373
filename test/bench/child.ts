import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openTerminal, type Terminal } from "../helpers/terminal.ts";
import type { Stage } from "./stage.ts";

/** The kernel counts CPU time in hundredths of a second, whatever the machine. */
const TICK_MS = 10;

export type Ran = { readonly wallMs: number; readonly cpuMs: number };

/** Runs a program without a terminal to its end, which must be a good one. */
export async function runToEnd(stage: Stage, cwd: string, argv: readonly string[]): Promise<Ran> {
  const report = join(cwd, "cpu-ms");
  const started = performance.now();
  const child = spawn(process.execPath, ["-r", stage.cpuReport, ...argv], {
    cwd,
    env: { ...stage.env, BENCH_CPU: report },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  const hear = (text: Buffer): void => void (said += text.toString());
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const [code] = (await once(child, "close")) as [number | null];
  const wallMs = performance.now() - started;
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${String(code)}:\n${said}`);
  return { wallMs, cpuMs: Number(readFileSync(report, "utf8")) };
}

/** The same in a terminal. */
export async function runInTerminal(stage: Stage, cwd: string, argv: readonly string[]): Promise<Ran> {
  const report = join(cwd, "cpu-ms");
  const started = performance.now();
  const terminal = await openTerminal({
    command: process.execPath,
    args: ["-r", stage.cpuReport, ...argv],
    cwd,
    env: { ...stage.env, BENCH_CPU: report },
  });
  const { exitCode } = await terminal.exited;
  const wallMs = performance.now() - started;
  if (exitCode !== 0) throw new Error(`${argv.join(" ")} ended with ${exitCode}:\n${terminal.screen()}`);
  await terminal.kill();
  return { wallMs, cpuMs: Number(readFileSync(report, "utf8")) };
}

/** Starts a program that shows a prompt, and resolves when it does. */
export async function openPrompt(stage: Stage, argv: readonly string[]): Promise<Terminal> {
  const terminal = await openTerminal({ command: process.execPath, args: argv, cwd: stage.place(), env: stage.env });
  await terminal.waitFor(/^❯\s*$/m);
  return terminal;
}

/** CPU time of a process so far, all its threads, in steps of 10 ms. */
export function cpuMsOf(pid: number): number {
  const line = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name of the program may hold blanks; what follows its closing bracket does not.
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}

/** Memory of a process that is in use now, in MB of a million bytes. */
export function residentMbOf(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kib) * 1024) / 1e6;
}
