import * as z from "zod";
import type { ApprovalAsk } from "../core/chat/approval.ts";
import { formatDuration } from "../core/text.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { childEnvironment } from "../workspace/child-environment.ts";
import { runCommand, type CommandResult } from "../workspace/process-group.ts";
import type { Sandbox } from "../workspace/sandbox.ts";
import { brief } from "./tool-path.ts";

export type RunCommandOptions = {
  /** What to ask the user before this command runs, or undefined to let it run. Throws FaultError "denied" to refuse it. */
  readonly allow: (command: string) => ApprovalAsk | undefined;
  /** Default and upper limit of what the model may choose. Default: 120. */
  readonly timeoutSeconds?: number;
  /** Added to the few variables that commands see. */
  readonly env?: Readonly<Record<string, string>>;
  /** Absent: commands may do what the user may. */
  readonly sandbox?: Sandbox | undefined;
};

const MAX_OUTPUT_BYTES = 64 * 1024;

export function runCommandTool(
  files: AgentFiles,
  { allow, timeoutSeconds = 120, env, sandbox }: RunCommandOptions,
): Tool {
  return defineTool({
    name: "run_command",
    description: `Run a shell command in your working directory. Returns its output and exit code. It gets no input, and everything it leaves running is stopped when it ends. At most ${timeoutSeconds} seconds.${sandbox === undefined ? "" : ` ${sandbox.forModel}`}`,
    capability: "execute",
    input: z.object({
      command: z.string().min(1),
      timeout_seconds: z.number().positive().optional().describe(`Stop it after this long. Default: ${timeoutSeconds}`),
    }),
    summary: ({ command }) => `run ${brief(command)}`,
    approval: async ({ command }) => allow(command),
    async run({ command, timeout_seconds }, { signal, progress }) {
      const seconds = Math.min(timeout_seconds ?? timeoutSeconds, timeoutSeconds);
      const result = await runCommand({
        shell: command,
        cwd: files.root,
        env: childEnvironment(env),
        timeoutMs: seconds * 1000,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        signal,
        enclosure: await sandbox?.enclose(files),
        onOutput: (text) => progress(text.trimEnd().split("\n").at(-1) ?? ""),
      });
      const output = result.output.trimEnd();
      return `${output === "" ? "(no output)" : output}\n[${outcome(result, seconds)}]`;
    },
  });
}

function outcome(result: CommandResult, seconds: number): string {
  const duration = formatDuration(result.durationMs);
  if (result.timedOut) return `stopped after ${seconds} s: it took too long`;
  if (result.flooded) return `stopped after ${duration}: it wrote without end`;
  if (result.exitCode === null) return `ended by ${result.signal} after ${duration}`;
  return `exit code ${result.exitCode} after ${duration}`;
}
