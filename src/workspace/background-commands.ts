import { FaultError, toFault } from "../core/fault.ts";
import { createCappedOutput } from "./capped-output.ts";
import type { CommandOptions, CommandResult } from "./process-group.ts";

/** How a background command stands. `output`: what it wrote since it was last asked. */
export type CommandState = {
  readonly output: string;
  /** Undefined while it runs. */
  readonly ended: CommandResult | { readonly failed: string } | undefined;
};

/** The commands that one agent has left running. */
export type BackgroundCommands = {
  /** Begins what `run` does and returns a name for it. Throws FaultError "tool" when too many run already. */
  readonly start: (run: RunInBackground) => string;
  /** Waits up to `waitMs` for new output or the end. Throws FaultError "tool" for a name that nobody gave. */
  readonly read: (name: string, waitMs: number, signal: AbortSignal) => Promise<CommandState>;
  /** Ends it with everything that it started. */
  readonly stop: (name: string) => Promise<CommandState>;
  readonly close: () => Promise<void>;
};

export type RunInBackground = (watch: Pick<CommandOptions, "signal" | "onOutput">) => Promise<CommandResult>;

const MAX_RUNNING = 8;
const MAX_UNREAD_BYTES = 64 * 1024;

type Running = {
  readonly controller: AbortController;
  readonly finished: Promise<void>;
  output: ReturnType<typeof createCappedOutput>;
  ended: CommandState["ended"];
  wake: () => void;
};

export function openBackgroundCommands(): BackgroundCommands {
  const commands = new Map<string, Running>();
  return { start, read, stop, close };

  function start(run: RunInBackground): string {
    const running = [...commands.values()].filter(({ ended }) => ended === undefined).length;
    if (running >= MAX_RUNNING) {
      throw new FaultError({
        code: "tool",
        message: `${running} commands run in the background already`,
        hint: "Stop one with stop_command.",
      });
    }
    const name = `command-${commands.size + 1}`;
    const controller = new AbortController();
    const command: Running = {
      controller,
      finished: Promise.resolve(),
      output: createCappedOutput(MAX_UNREAD_BYTES),
      ended: undefined,
      wake: () => {},
    };
    const onOutput = (text: string): void => {
      command.output.add(Buffer.from(text));
      command.wake();
    };
    const finished = run({ signal: controller.signal, onOutput })
      .then(
        (result) => void (command.ended = result),
        (error: unknown) => void (command.ended = { failed: toFault(error).message }),
      )
      .then(() => command.wake());
    commands.set(name, Object.assign(command, { finished }));
    return name;
  }

  async function read(name: string, waitMs: number, signal: AbortSignal): Promise<CommandState> {
    const command = find(name);
    if (command.ended === undefined && command.output.text() === "" && waitMs > 0) await news(command, waitMs, signal);
    signal.throwIfAborted();
    return taken(command);
  }

  async function stop(name: string): Promise<CommandState> {
    const command = find(name);
    command.controller.abort(new FaultError({ code: "cancelled", message: "Stopped" }));
    await command.finished;
    return taken(command);
  }

  async function close(): Promise<void> {
    await Promise.all([...commands.keys()].map(stop));
  }

  function find(name: string): Running {
    const command = commands.get(name);
    if (command) return command;
    throw new FaultError({
      code: "tool",
      message: `There is no background command "${name}"`,
      hint: commands.size === 0 ? "None was started." : `There are ${[...commands.keys()].join(", ")}.`,
    });
  }
}

function taken(command: Running): CommandState {
  const output = command.output.text();
  command.output = createCappedOutput(MAX_UNREAD_BYTES);
  return { output, ended: command.ended };
}

async function news(command: Running, waitMs: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, waitMs);
    command.wake = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener("abort", command.wake, { once: true });
  });
  signal.removeEventListener("abort", command.wake);
  command.wake = () => {};
}
