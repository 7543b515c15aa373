import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { type Readable, Writable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { FaultError } from "../core/fault.ts";
import { createCappedOutput } from "./capped-output.ts";
import type { Enclosure } from "./enclosure.ts";
import { COMMAND_ID, endOutside, killEscaped, signalGroup, watchGroup } from "./reaper.ts";

export type CommandOptions = (
  | { readonly argv: readonly [program: string, ...args: string[]] }
  /** A line for the shell. */
  | { readonly shell: string }
) & {
  readonly cwd: string;
  /** The whole environment: `childEnvironment()`, usually. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Of standard output and standard error together; beyond that the middle is left out. */
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
  readonly onOutput?: (text: string) => void;
  readonly enclosure?: Enclosure | undefined;
};

export type CommandResult = {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly output: string;
  readonly truncated: boolean;
  readonly timedOut: boolean;
  /** It was stopped because it wrote without end. */
  readonly flooded: boolean;
  readonly durationMs: number;
};

type Child = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

/**
 * A shell, or a sandbox, begins only when it is told to, over a pipe that ends with us: whoever is to kill it after us
 * has to be there first, and starting that takes milliseconds in which we may die.
 */
const GATE = 'read -r _ <&3 || exit 125; exec 3<&-; exec "$@"';

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 2000;
/** How long to wait for the rest of the output of a command whose processes have all been killed. */
const DRAIN_MS = 500;
const FLOOD_BYTES = 64 * 1024 * 1024;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Runs a command in a process group of its own, without standard input, and resolves once the command has ended and every
 * process that it started has been killed, background ones too. They also die when this process does, however that happens.
 * An exit code other than 0 is a result. Throws FaultError "tool" when it cannot be started, the signal's reason when aborted.
 */
export async function runCommand(options: CommandOptions): Promise<CommandResult> {
  options.signal.throwIfAborted();
  const startedAt = performance.now();
  const id = randomUUID();
  const child = start(options, id);
  const ended = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>; // rejects on "error"
  const closed = once(child, "close").catch(() => undefined);
  const reaper = child.pid === undefined ? undefined : watchGroup(child.pid, id, options.enclosure?.end);
  openGate(child);
  const stop = stopper(child);
  const output = collect(child, options, stop.now);
  let timedOut = false;
  const timer = setTimeout(
    () => {
      timedOut = true;
      stop.now();
    },
    Math.min(options.timeoutMs, LONGEST_TIMER_MS),
  );
  options.signal.addEventListener("abort", stop.now);
  try {
    const [exitCode, signal] = await ended;
    signalGroup(child, "SIGKILL");
    await Promise.all([killEscaped(id), endOutside(options.enclosure?.end)]);
    await Promise.race([closed, delay(DRAIN_MS, undefined, { ref: false })]);
    options.signal.throwIfAborted();
    const durationMs = Math.round(performance.now() - startedAt);
    return { exitCode, signal, timedOut, durationMs, ...output.result() };
  } catch (error) {
    options.signal.throwIfAborted();
    throw notStarted(error, options);
  } finally {
    options.signal.removeEventListener("abort", stop.now);
    clearTimeout(timer);
    stop.done();
    child.stdout.destroy();
    child.stderr.destroy();
    await reaper?.dismiss();
  }
}

function start(options: CommandOptions, id: string): Child {
  const { cwd, enclosure } = options;
  const command = "argv" in options ? options.argv : shellCommand(options.shell);
  const isGated = process.platform !== "win32" && ("shell" in options || enclosure !== undefined);
  const [program = "", ...args] = [
    ...(isGated ? ["/bin/sh", "-c", GATE, "sh"] : []),
    ...(enclosure?.around(command) ?? command),
  ];
  try {
    return spawn(program, args, {
      cwd,
      env: { ...options.env, ...enclosure?.env, [COMMAND_ID]: id },
      detached: process.platform !== "win32", // a group of its own
      stdio: ["ignore", "pipe", "pipe", ...(isGated ? (["pipe"] as const) : [])],
      windowsHide: true,
    }) as Child;
  } catch (error) {
    throw notStarted(error, options);
  }
}

/** bash where it is: models write it, whatever they are told. */
function shellCommand(line: string): readonly string[] {
  if (process.platform === "win32") return [process.env["COMSPEC"] ?? "cmd.exe", "/d", "/s", "/c", line];
  return [existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh", "-c", line];
}

function openGate(child: Child): void {
  const [, , , gate] = child.stdio;
  if (!(gate instanceof Writable)) return;
  gate.on("error", () => undefined); // it has ended already, or never began
  gate.end("\n", () => void gate.destroy());
}

/** Asks the group to end, and makes it end if it does not. */
function stopper(child: Child): { readonly now: () => void; readonly done: () => void } {
  let force: NodeJS.Timeout | undefined;
  return {
    now() {
      if (force !== undefined) return;
      signalGroup(child, "SIGTERM");
      force = setTimeout(() => signalGroup(child, "SIGKILL"), GRACE_MS);
    },
    done: () => clearTimeout(force),
  };
}

function collect(child: Child, { maxOutputBytes, onOutput }: CommandOptions, stop: () => void) {
  const output = createCappedOutput(maxOutputBytes);
  let bytes = 0;
  for (const stream of [child.stdout, child.stderr]) {
    const decoder = new TextDecoder();
    stream.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      output.add(chunk);
      if (bytes > FLOOD_BYTES) stop();
      const text = decoder.decode(chunk, { stream: true });
      if (text !== "") onOutput?.(text);
    });
  }
  return {
    result: () => ({ output: output.text(), truncated: output.truncated(), flooded: bytes > FLOOD_BYTES }),
  };
}

function notStarted(error: unknown, options: CommandOptions): FaultError {
  if (error instanceof FaultError) return error;
  const what = "argv" in options ? options.argv[0] : "The shell";
  const reason = error instanceof Error ? error.message : String(error);
  return new FaultError(
    {
      code: "tool",
      message: `${what} could not be started in ${options.cwd}: ${reason}`,
      hint: "Check that the program is installed and that the directory exists.",
    },
    { cause: error },
  );
}
