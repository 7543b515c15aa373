import { type ChatMode, isForbiddenIn } from "../core/chat/mode.ts";
import { conversationCost, transcript } from "../core/chat/transcript.ts";
import { FaultError, toFault } from "../core/fault.ts";
import type { ModelReply, ModelRequest } from "../core/model.ts";
import { untilAborted } from "./abort.ts";
import { askModel } from "./ask-model.ts";
import type { Compaction } from "./compact.ts";
import type { Budget } from "./context-budget.ts";
import type { LiveFeed } from "./live.ts";
import type { LeadOptions } from "./options.ts";

const MAX_CALLS_PER_TURN = 100;

export type Ask = {
  /** One reply of the model, into the chat. */
  readonly ask: (signal: AbortSignal) => Promise<void>;
  /** How many of the chat's messages the model has in the reply under way; undefined when none is. */
  readonly saw: () => number | undefined;
};

export function createAsk(
  options: Omit<LeadOptions, "runs">,
  { budget, compaction, live }: { readonly budget: Budget; readonly compaction: Compaction; readonly live: LiveFeed },
): Ask {
  const { log, model, tools, now } = options;
  // Made when first asked: describing every tool takes a while, and the first prompt should not wait for it.
  const described: { [Mode in ChatMode]?: ModelRequest["tools"] } = {};
  const specs = (mode: ChatMode): ModelRequest["tools"] =>
    (described[mode] ??= tools
      .filter((tool) => !isForbiddenIn(mode, tool))
      .map(({ name, description, inputSchema }) => ({ name, description, inputSchema })));
  let saw: number | undefined;

  return { ask, saw: () => saw };

  async function ask(signal: AbortSignal): Promise<void> {
    if (log.get().turn.toolCount >= MAX_CALLS_PER_TURN) throw tooManyCalls();
    const startedAt = now();
    const system = await untilAborted(Promise.resolve(options.system()), signal);
    try {
      const reply = await askWithin(system, signal);
      live.rest();
      const { text, calls, native, usage, costUsd } = reply;
      log.apply({
        type: "lead_said",
        ...(saw === undefined ? {} : { saw }),
        text,
        calls: [...calls],
        ...(native === undefined ? {} : { native }),
        usage,
        costUsd,
        latencyMs: Math.max(0, now() - startedAt),
      });
      if (reply.stop === "length" && calls.length === 0) log.apply({ type: "turn_failed", fault: cutOff });
    } finally {
      saw = undefined;
    }
  }

  /** A conversation that is too long for the model is sent again, shorter: the limit is only known from its refusal. */
  async function askWithin(system: string, signal: AbortSignal): Promise<ModelReply> {
    saw = undefined;
    await compaction.atLimit(signal);
    const tokens = await untilAborted(budget.tokens(), signal);
    saw = log.get().messages.length;
    const messages = transcript(log.get(), tokens);
    const request: ModelRequest = { system, messages, tools: specs(log.get().mode) };
    try {
      return await askModel(model, request, live, signal);
    } catch (error) {
      if (toFault(error).code !== "context_length" || !budget.refused(conversationCost(messages))) throw error;
      return askWithin(system, signal);
    }
  }
}

const cutOff = {
  code: "bad_response",
  message: "The reply was cut off: the model reached its output limit.",
  hint: 'Say "go on", or raise max_tokens of the lead\'s backend.',
} as const;

function tooManyCalls(): FaultError {
  return new FaultError({
    code: "workflow",
    message: `The lead called ${MAX_CALLS_PER_TURN} tools in one turn without coming to an end.`,
    hint: 'Say "go on" to let it continue, or tell it what to do differently.',
  });
}
