import type { Message, ToolCall } from "../core/message.ts";
import { keptOutcome, runCall, type Tool } from "../core/tool.ts";
import { type Go, record } from "./model-call.ts";
import { type Permit, permit } from "./permit.ts";

/** Runs ordinary tools one after the other, with the user's consent where one needs it, and returns their messages, in order. */
export async function runTools(go: Go, tools: readonly Tool[], calls: readonly ToolCall[]): Promise<Message[]> {
  const { shell, agent, signal } = go;
  const messages: Message[] = [];
  for (const call of calls) {
    const tool = tools.find(({ name }) => name === call.name);
    const permission: Permit = tool ? await permit(go, tool, call) : { kind: "free" };
    record(go, { type: "tool_started", agent: agent.id, call, summary: tool?.summary(call.input) ?? call.name });
    if (tool?.capability !== "read") await shell.flush();
    const startedAt = shell.clock.now();
    const approved = permission.kind === "allowed";
    const outcome =
      permission.kind === "refused"
        ? permission.outcome
        : await runCall(tools, call, { signal, progress: () => {}, approved });
    record(go, {
      type: "tool_finished",
      agent: agent.id,
      callId: call.id,
      name: call.name,
      ...keptOutcome(outcome),
      durationMs: Math.max(0, shell.clock.now() - startedAt),
      inputChars: JSON.stringify(call.input ?? null).length,
    });
    messages.push({ role: "tool", callId: call.id, name: call.name, ...outcome });
  }
  return messages;
}
