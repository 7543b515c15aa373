import * as z from "zod";
import type { Message, ToolCall } from "../../src/core/message.ts";
import type { ModelEvent, ModelReply, ModelRequest, ModelSpec, ToolSpec } from "../../src/core/model.ts";
import { simulatedModel } from "../../src/models/simulated/simulated-model.ts";

/** A spec of the simulated backend that waits for nothing. */
export function specOf(agentId: string, more: Partial<ModelSpec> = {}): ModelSpec {
  return {
    type: "simulated",
    model: "simulated",
    options: { tokens_per_second: 0 },
    idleTimeoutMs: 1000,
    agentId,
    ...more,
  };
}

export function toolSpec(name: string, shape: z.ZodRawShape): ToolSpec {
  return { name, description: name, inputSchema: z.toJSONSchema(z.object(shape), { io: "input" }) };
}

export async function eventsOf(
  stream: AsyncIterable<ModelEvent>,
): Promise<{ events: ModelEvent[]; reply: ModelReply | undefined }> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return { events, reply: events.find((event) => event.type === "done") };
}

/** The complete reply to a request. */
export async function replyTo(request: ModelRequest, spec: ModelSpec): Promise<ModelReply> {
  const { reply } = await eventsOf(simulatedModel(spec).stream(request, new AbortController().signal));
  if (!reply) throw new Error("The stream ended without a reply");
  return reply;
}

export type Outcome = string | { readonly output: string; readonly failed: boolean };

export type Conversation = {
  readonly messages: readonly Message[];
  /** Says something, plays tools until the model is done, and resolves with its last reply and all calls on the way. */
  readonly say: (text: string) => Promise<{ text: string; calls: readonly Called[] }>;
};

export type Called = { readonly name: string; readonly input: Record<string, unknown> };

/** A conversation in which `tools` answers the calls; an answer or a vote ends the go, as in the engine. Rejects when a reply is empty or the model calls and calls. */
export function converse(
  spec: ModelSpec,
  offered: readonly ToolSpec[],
  tools: (call: Called) => Outcome,
  system = "",
): Conversation {
  const messages: Message[] = [];
  return {
    messages,
    async say(text) {
      messages.push({ role: "user", text });
      const calls: Called[] = [];
      for (let round = 0; round < 6; round++) {
        const reply = await replyTo({ system, messages, tools: offered }, spec);
        if (reply.text.trim() === "" && reply.calls.length === 0) throw new Error("empty reply");
        messages.push({ role: "assistant", text: reply.text, calls: reply.calls });
        if (reply.calls.length === 0) return { text: reply.text, calls };
        const decision = reply.calls.find(({ name }) => name === "new_answer" || name === "vote");
        if (decision) return { text: reply.text, calls: [...calls, calledBy(decision)] };
        for (const { id, name, input } of reply.calls) {
          const made = calledBy({ id, name, input });
          calls.push(made);
          const outcome = tools(made);
          const result = typeof outcome === "string" ? { output: outcome, failed: false } : outcome;
          messages.push({ role: "tool", callId: id, name, ...result });
        }
      }
      throw new Error(`still calling tools: ${calls.map(({ name }) => name).join(", ")}`);
    },
  };
}

/** The first call of a reply. Throws when it calls nothing. */
export function callOf({ calls: [call] }: ModelReply): Called {
  if (!call) throw new Error("The reply calls no tool");
  return calledBy(call);
}

function calledBy({ name, input }: ToolCall): Called {
  return { name, input: input as Record<string, unknown> };
}
