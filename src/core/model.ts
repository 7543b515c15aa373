import * as z from "zod";
import type { Fault } from "./fault.ts";
import type { ReadImage } from "./image.ts";
import type { Message, NativeParts, ToolCall } from "./message.ts";

/** Tokens of one model call as the provider counted them. `cachedInput` is part of `input`, `reasoning` part of `output`. */
export const Usage = z.object({
  input: z.number().nonnegative(),
  cachedInput: z.number().nonnegative(),
  output: z.number().nonnegative(),
  reasoning: z.number().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

export type ToolSpec = {
  readonly name: string;
  readonly description: string;
  /** A JSON schema of type "object". */
  readonly inputSchema: Record<string, unknown>;
};

export type ModelRequest = {
  readonly system: string;
  readonly messages: readonly Message[];
  readonly tools: readonly ToolSpec[];
};

export type ModelEvent =
  | { readonly type: "text"; readonly delta: string }
  | { readonly type: "reasoning"; readonly delta: string }
  /** The call failed and is tried again after `delayMs`: text and reasoning so far are void. `attempt` is the coming one. */
  | {
      readonly type: "retry";
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly delayMs: number;
      readonly fault: Fault;
    }
  | ModelReply;

/** A complete reply: the provider's own end-of-reply event was seen. `usage` is null when the provider sent none. */
export type ModelReply = {
  readonly type: "done";
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
  readonly stop: "end" | "calls" | "length" | "refusal";
  readonly usage: Usage | null;
  /** US dollars, or null when the price of the model is not known. 0 for a simulated or local model. */
  readonly costUsd: number | null;
  readonly native?: NativeParts | undefined;
};

/**
 * One model at one provider. `stream` yields any number of deltas and then exactly one `done`, whose text is
 * complete: a caller that does not show progress can ignore the rest. It throws a FaultError after its own
 * retries, and stops soon after `signal` aborts (by throwing).
 */
export type ModelClient = {
  /** Backend type as in the configuration: "openai", "claude", "simulated", … */
  readonly backend: string;
  /** The model's name as the provider knows it. */
  readonly model: string;
  readonly simulated: boolean;
  readonly stream: (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelEvent>;
};

/** Everything needed to open a model: a resolved backend entry of the configuration, key included. Never journalled. */
export type ModelSpec = {
  readonly type: string;
  readonly model: string;
  readonly baseUrl?: string | undefined;
  readonly apiKey?: string | undefined;
  /** Provider fields as written in the configuration: temperature, max_tokens, reasoning, extra_body, … */
  readonly options: Readonly<Record<string, unknown>>;
  /** No byte from the provider for this long ends the call with a "timeout" fault. */
  readonly idleTimeoutMs: number;
  /** Where the bytes of images are. Absent: none are sent. */
  readonly readImage?: ReadImage | undefined;
  /** Simulated backend only: which agent it plays (seeds its choices) and an optional script. */
  readonly agentId: string;
  readonly seed?: number | undefined;
  readonly scenario?: string | undefined;
};
