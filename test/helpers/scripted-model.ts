import { onTestFinished } from "vitest";
import { type Fault, FaultError } from "../../src/core/fault.ts";
import type { ToolCall } from "../../src/core/message.ts";
import type { ModelClient, ModelEvent, ModelReply, ModelRequest } from "../../src/core/model.ts";

/** One reply of the script. `text` is streamed word by word, then what else there is happens, in the order of the fields. */
export type ScriptedReply = {
  readonly text?: string;
  readonly retry?: Omit<Extract<ModelEvent, { type: "retry" }>, "type">;
  /** The reply goes on when this resolves. */
  readonly until?: Promise<unknown>;
  /** Never ends: until aborted, or ("deaf") not even then. */
  readonly hang?: true | "deaf";
  readonly error?: Fault;
  readonly calls?: readonly ToolCall[];
  readonly stop?: ModelReply["stop"];
  readonly costUsd?: number | null;
};

export type ScriptedModel = {
  readonly client: ModelClient;
  /** Every request so far, oldest first. */
  readonly requests: readonly ModelRequest[];
};

/** A model that says what it is told, in order. The test fails on a request too many, and on a reply that was not asked for. */
export function scriptedModel(
  replies: readonly (ScriptedReply | ((request: ModelRequest) => ScriptedReply))[],
): ScriptedModel {
  const requests: ModelRequest[] = [];
  onTestFinished(() => {
    if (requests.length === replies.length) return;
    throw new Error(`The script has ${replies.length} replies, the model was asked ${requests.length} times`);
  });
  return { requests, client: { backend: "scripted", model: "scripted-1", simulated: true, stream } };

  async function* stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const next = replies[requests.length];
    requests.push(request);
    if (!next) throw new Error(`No reply left in the script for request ${requests.length}`);
    const reply = typeof next === "function" ? next(request) : next;
    const text = reply.text ?? "";
    for (const word of text.match(/\S+\s*|\s+/g) ?? []) yield { type: "text", delta: word };
    if (reply.retry) yield { type: "retry", ...reply.retry };
    if (reply.until) await reply.until;
    if (reply.hang) await forever(reply.hang === "deaf" ? undefined : signal);
    if (reply.error) throw new FaultError(reply.error);
    signal.throwIfAborted();
    const calls = reply.calls ?? [];
    yield {
      type: "done",
      text,
      reasoning: "",
      calls,
      stop: reply.stop ?? (calls.length > 0 ? "calls" : "end"),
      usage: { input: 100, cachedInput: 0, output: 10, reasoning: 0 },
      costUsd: reply.costUsd === undefined ? 0.01 : reply.costUsd,
    };
  }
}

function forever(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
