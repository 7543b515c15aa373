import { FaultError } from "../core/fault.ts";
import { never } from "../core/never.ts";
import type { ModelClient, ModelEvent, ModelReply, ModelRequest } from "../core/model.ts";
import { formatDuration } from "../core/text.ts";
import { untilAborted } from "./abort.ts";
import type { LiveFeed } from "./live.ts";

/** One reply of the lead's model, shown while it comes. Throws FaultError; the signal's reason as soon as it aborts. */
export async function askModel(
  model: ModelClient,
  request: ModelRequest,
  live: LiveFeed,
  signal: AbortSignal,
): Promise<ModelReply> {
  live.show({ activity: "thinking", text: "", note: "" });
  const stream = model.stream(request, signal)[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await untilAborted(stream.next(), signal);
      if (next.done === true) throw brokenOff(model);
      if (next.value.type === "done") return complete(next.value, model);
      showDelta(next.value, live);
    }
  } finally {
    // Not awaited: a stream that ignores its signal must not hold the chat.
    stream.return?.().catch(() => {});
  }
}

function showDelta(event: Exclude<ModelEvent, ModelReply>, live: LiveFeed): void {
  switch (event.type) {
    case "text":
      return live.show({ activity: "writing", text: live.get().text + event.delta, note: "" });
    case "reasoning":
      return live.show({ activity: "thinking", note: "" });
    case "retry": {
      const { attempt, maxAttempts, delayMs, fault } = event;
      const note = `${fault.message}; try ${attempt} of ${maxAttempts} in ${formatDuration(delayMs)}`;
      return live.show({ activity: "retrying", text: "", note });
    }
    default:
      return never(event);
  }
}

function complete(reply: ModelReply, model: ModelClient): ModelReply {
  if (reply.text.trim() !== "" || reply.calls.length > 0) return reply;
  throw new FaultError({
    code: "bad_response",
    message:
      reply.stop === "length"
        ? `${model.model} used up its output limit before it said anything`
        : `${model.model} sent an empty reply`,
    hint:
      reply.stop === "refusal"
        ? "It may have refused; put the question differently."
        : "Send any message to try again, or raise max_tokens of the lead's backend.",
  });
}

function brokenOff(model: ModelClient): FaultError {
  return new FaultError({
    code: "network",
    message: `${model.model} ended its reply before it was complete`,
    hint: "Send any message to try again.",
  });
}
