import type { ApprovalAsk } from "../core/chat/approval.ts";
import { commandCovers } from "../core/covers.ts";
import { FaultError } from "../core/fault.ts";
import { judgeCall, type Permissions, type Verdict } from "../core/permissions.ts";
import type { Tool } from "../core/tool.ts";

/** The tools as far as the rules permit them. One that is never permitted is not offered. */
export function guarded(tools: readonly Tool[], permissions: Permissions, unconfined?: string): readonly Tool[] {
  return tools.flatMap((tool) => {
    const { name, capability } = tool;
    const isNever = permissions.deny.some(
      (rule) => rule.pattern === undefined && (rule.tool === name || rule.tool === capability),
    );
    return isNever ? [] : [guard(tool, permissions, unconfined)];
  });
}

function guard(tool: Tool, permissions: Permissions, unconfined: string | undefined): Tool {
  const { name, description, capability, summary } = tool;
  const judge = (input: unknown): Verdict =>
    judgeCall(permissions, { tool: name, capability, command: commandOf(input), unconfined });
  return {
    name,
    description,
    capability,
    get inputSchema() {
      return tool.inputSchema; // made when it is first asked for
    },
    summary,
    async approval(input) {
      const asked = await tool.approval(input);
      const judged = judge(input);
      return judged.verdict === "ask" ? askFor(tool, input, judged.because) : asked;
    },
    async run(input, context) {
      const judged = judge(input);
      if (judged.verdict === "allow" || (judged.verdict === "ask" && context.approved === true)) {
        return tool.run(input, context);
      }
      throw denied(name, input, judged);
    },
  };
}

function askFor(tool: Tool, input: unknown, because: string): ApprovalAsk {
  const command = commandOf(input);
  const what = command ?? JSON.stringify(input ?? null);
  return {
    kind: "command",
    title: tool.summary(input),
    detail: `${what}\n\nAsked for because ${because}.`,
    covers: command === undefined ? [`tool ${tool.name}`] : [...commandCovers(command)],
  };
}

function denied(name: string, input: unknown, judged: Exclude<Verdict, { verdict: "allow" }>): FaultError {
  const command = commandOf(input);
  const what = command === undefined ? name : `${name} "${command}"`;
  return new FaultError({
    code: "denied",
    message: `Not permitted: ${what}. Reason: ${judged.because}`,
    hint:
      judged.verdict === "deny"
        ? "Do without it. If the task needs it, say so in your answer."
        : "Nobody was asked. Do without it, or use a plain command that is allowed; the user can add a rule to permissions.allow.",
  });
}

function commandOf(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null || !("command" in input)) return undefined;
  return typeof input.command === "string" ? input.command : undefined;
}
