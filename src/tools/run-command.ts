import { dirname } from "node:path";
import * as z from "zod";
import type { ApprovalAsk } from "../core/chat/approval.ts";
import { formatDuration } from "../core/text.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import type { BackgroundCommands, CommandState } from "../workspace/background-commands.ts";
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
  /** Absent: every command is waited for. */
  readonly background?: BackgroundCommands | undefined;
};

const MAX_OUTPUT_BYTES = 64 * 1024;
const BACKGROUND_SECONDS = 1800;
const MAX_WAIT_SECONDS = 60;

/** run_command, and what belongs to commands that go on in the background. */
export function commandTools(files: AgentFiles, options: RunCommandOptions): readonly Tool[] {
  const { background } = options;
  return [
    runCommandTool(files, options),
    ...(background ? [commandOutputTool(background), stopCommandTool(background)] : []),
  ];
}

export function runCommandTool(
  files: AgentFiles,
  { allow, timeoutSeconds = 120, env, sandbox, background }: RunCommandOptions,
): Tool {
  const inBackground = background
    ? ` With background it goes on (at most ${BACKGROUND_SECONDS / 60} minutes): read what it writes with command_output, end it with stop_command.`
    : "";
  return defineTool({
    name: "run_command",
    description: `Run a shell command in your working directory. Returns its output and exit code. It gets no input, and everything it leaves running is stopped when it ends. At most ${timeoutSeconds} seconds.${inBackground}${sandbox === undefined ? "" : ` ${sandbox.forModel}`}`,
    capability: "execute",
    input: z.object({
      command: z.string().min(1),
      timeout_seconds: z.number().positive().optional().describe(`Stop it after this long. Default: ${timeoutSeconds}`),
      ...(background ? { background: z.boolean().optional().describe("Do not wait for it: a server, a watcher") } : {}),
    }),
    summary: ({ command }) => `run ${brief(command)}`,
    approval: async ({ command }) => allow(command),
    async run(input, { signal, progress }) {
      const { command, timeout_seconds: wished } = input;
      const isBackground = background !== undefined && "background" in input && input.background === true;
      const limit = isBackground ? BACKGROUND_SECONDS : timeoutSeconds;
      const seconds = Math.min(wished ?? limit, limit);
      const options = {
        shell: command,
        cwd: files.root,
        // The workspace may lie in the user's repository, which is not the agent's.
        env: childEnvironment({
          ...(files.isUsers !== true && { GIT_CEILING_DIRECTORIES: dirname(files.root) }),
          ...env,
        }),
        timeoutMs: seconds * 1000,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        enclosure: await sandbox?.enclose(files),
      };
      if (isBackground) {
        const name = background.start((watch) => runCommand({ ...options, ...watch }));
        return `Started as ${name}. command_output reads what it writes.`;
      }
      const onOutput = (text: string): void => progress(text.trimEnd().split("\n").at(-1) ?? "");
      return report(await runCommand({ ...options, signal, onOutput }), seconds);
    },
  });
}

function commandOutputTool(background: BackgroundCommands): Tool {
  return defineTool({
    name: "command_output",
    description: "What a background command wrote since you last asked, and whether it still runs.",
    capability: "read",
    input: z.object({
      name: z.string().min(1).describe('As run_command gave it: "command-1"'),
      wait_seconds: z.number().min(0).max(MAX_WAIT_SECONDS).optional().describe("Wait so long for news. Default: 5"),
    }),
    summary: ({ name }) => `read the output of ${brief(name)}`,
    run: async ({ name, wait_seconds: seconds = 5 }, { signal }) =>
      stateText(await background.read(name, seconds * 1000, signal)),
  });
}

function stopCommandTool(background: BackgroundCommands): Tool {
  return defineTool({
    name: "stop_command",
    description: "End a background command and everything that it started. Returns the rest of its output.",
    capability: "coordinate", // what is its own anyway
    input: z.object({ name: z.string().min(1) }),
    summary: ({ name }) => `stop ${brief(name)}`,
    run: async ({ name }) => stateText(await background.stop(name)),
  });
}

function stateText({ output, ended }: CommandState): string {
  if (ended === undefined) return `${output.trimEnd() || "(no new output)"}\n[still running]`;
  if ("failed" in ended) return `${output.trimEnd() || "(no new output)"}\n[${ended.failed}]`;
  return report({ ...ended, output }, BACKGROUND_SECONDS);
}

function report(result: CommandResult, seconds: number): string {
  const output = result.output.trimEnd();
  return `${output === "" ? "(no output)" : output}\n[${outcome(result, seconds)}]`;
}

function outcome(result: CommandResult, seconds: number): string {
  const duration = formatDuration(result.durationMs);
  if (result.timedOut) return `stopped after ${seconds} s: it took too long`;
  if (result.flooded) return `stopped after ${duration}: it wrote without end`;
  if (result.exitCode === null) return `ended by ${result.signal} after ${duration}`;
  return `exit code ${result.exitCode} after ${duration}`;
}
