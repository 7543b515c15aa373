import * as z from "zod";
import { SHELL } from "../core/chat/user-tools.ts";
import { FaultError } from "../core/fault.ts";
import { formatDuration } from "../core/text.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import { createCappedOutput } from "../workspace/capped-output.ts";
import { type CommandResult, runCommand } from "../workspace/process-group.ts";

export type UserShell = {
  readonly tool: Tool;
  /** Ends the command under way; what it has written so far is its result. */
  readonly stop: () => void;
};

/** Of standard output and standard error together: what the lead is told, and what the journal keeps. */
const MAX_OUTPUT_BYTES = 48 * 1024;
const SHOWN_CHARACTERS = 2_000;

/** Commands that the user types: in their own environment, without approval, for as long as they take. */
export function userShell(cwd: string, env: Readonly<Record<string, string | undefined>>): UserShell {
  let running: AbortController | undefined;
  const tool = defineTool({
    name: SHELL,
    description: "Run a command of the user.",
    capability: "execute",
    input: z.object({ command: z.string().trim().min(1) }),
    summary: ({ command }) => command,
    async run({ command }, { signal, progress }) {
      const stopped = new AbortController();
      running = stopped;
      const startedAt = performance.now();
      const output = createCappedOutput(MAX_OUTPUT_BYTES);
      let tail = "";
      const hear = (text: string): void => {
        output.add(Buffer.from(text));
        tail = (tail + text).slice(-SHOWN_CHARACTERS);
        progress(tail);
      };
      const ended = await runCommand({
        shell: command,
        cwd,
        env: Object.fromEntries(
          Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
        ),
        timeoutMs: Infinity,
        maxOutputBytes: SHOWN_CHARACTERS,
        signal: AbortSignal.any([signal, stopped.signal]),
        onOutput: hear,
      }).catch((error: unknown) => {
        if (stopped.signal.aborted) return "stopped by the user" as const;
        throw error;
      });
      const took = formatDuration(performance.now() - startedAt);
      const text = [output.text().trimEnd(), `[${outcome(ended)} after ${took}]`]
        .filter((part) => part !== "")
        .join("\n");
      if (ended !== "stopped by the user" && ended.exitCode === 0) return text;
      throw new FaultError({ code: "tool", message: text });
    },
  });
  return { tool, stop: () => running?.abort() };
}

function outcome(ended: CommandResult | "stopped by the user"): string {
  if (ended === "stopped by the user") return ended;
  if (ended.flooded) return "stopped, because it wrote without end,";
  return ended.exitCode === null ? `ended by ${ended.signal}` : `exit code ${ended.exitCode}`;
}
