import type { ModelRequest } from "../../core/model.ts";
import { call, type Draft, say } from "./draft.ts";
import type { Conversation } from "./read-request.ts";
import { callTool } from "./tool-input.ts";

const SHOWN_ROWS = 20;
const NOTE = "_Simulated lead: this is what the command wrote; a real model would say what it means._";

/** Runs the command that the person named, or says what came of it. */
export function runForUser({ tools, system }: ModelRequest, { done }: Conversation, command: string): Draft {
  const result = done.findLast(({ name }) => name === "run_command");
  if (!result) {
    const run = callTool(tools, "run_command", { command });
    if (run) return call("", run);
    const why = system.includes("The mode is plan")
      ? "The mode is plan: nothing is executed. Leave it with /plan or Shift+Tab, then say it again."
      : "I have nothing to run commands with here.";
    return say(`${why} \`!\` before a line runs it in your shell.`);
  }
  const rows = result.output.trim().split("\n");
  if (result.failed) return say(`It was not run: ${rows[0] ?? ""}`, ...rows.slice(1));
  const left = rows.length - SHOWN_ROWS;
  const shown = left > 0 ? [`… ${left} lines before`, ...rows.slice(-SHOWN_ROWS)] : rows;
  return say(`\`${command}\` says:`, ["```", ...shown, "```"].join("\n"), NOTE);
}

/** Accepts the no. */
export function notRun(output: string): Draft {
  const reason = /Their reason: ([^\n]+)/.exec(output)?.[1]?.trim() ?? "";
  return say(`All right, I do not run it${reason === "" ? "" : `: “${reason}”`}. Tell me what to do instead.`);
}
