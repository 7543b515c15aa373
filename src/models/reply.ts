import type { NativeParts, ToolCall } from "../core/message.ts";
import type { ModelReply, ModelRequest, ModelSpec, Usage } from "../core/model.ts";

/** A call as the wire had it: the id may be empty or used before, `args` is JSON text or an object. */
export type RawCall = { id: string; name: string; args: unknown };

/** Counts as the provider sent them; anything may be missing or nonsense. */
export type RawUsage = {
  readonly input: unknown;
  readonly cachedInput?: unknown;
  /** Part of `input`, billed higher by some. */
  readonly cacheWrite?: unknown;
  readonly output: unknown;
  readonly reasoning?: unknown;
  /** US dollars, where the provider says it itself. */
  readonly costUsd?: unknown;
};

export type RawReply = {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly RawCall[];
  readonly stop: ModelReply["stop"];
  readonly usage: RawUsage | undefined;
  /** Called with the calls under their final ids. */
  readonly native?: (calls: readonly ToolCall[]) => NativeParts | undefined;
};

/** Nested deeper than this, arguments are taken as text: nothing sensible looks like it, and walking it could overflow. */
const MAX_DEPTH = 100;
const MAX_COUNT = 1e9;

export async function finishReply(spec: ModelSpec, request: ModelRequest, raw: RawReply): Promise<ModelReply> {
  const calls = uniqueCalls(request, raw.calls);
  const usage = raw.usage === undefined ? null : readUsage(raw.usage);
  return {
    type: "done",
    text: raw.text.toWellFormed(),
    reasoning: raw.reasoning.toWellFormed(),
    calls,
    stop: stopOf(raw.stop, calls.length > 0),
    usage,
    costUsd: usage === null || raw.usage === undefined ? null : await costOf(spec, usage, raw.usage),
    native: raw.native?.(calls),
  };
}

/** Servers differ in how they call the end of a reply that holds calls. */
function stopOf(stop: ModelReply["stop"], hasCalls: boolean): ModelReply["stop"] {
  if (stop === "length" || stop === "refusal") return stop;
  return hasCalls ? "calls" : "end";
}

/** Ids that are empty or known in this conversation are replaced, so that results can be told apart. */
function uniqueCalls(request: ModelRequest, raw: readonly RawCall[]): ToolCall[] {
  const taken = new Set(
    request.messages.flatMap((message) => (message.role === "assistant" ? message.calls : [])).map(({ id }) => id),
  );
  let number = taken.size;
  return raw.map(({ id, name, args }) => {
    let unique = id;
    while (unique === "" || taken.has(unique)) unique = `call_${(number += 1)}`;
    taken.add(unique);
    return { id: unique, name, input: typeof args === "string" ? readArguments(args) : args };
  });
}

/** The JSON value, or the text itself when it is none: the tool's schema will then refuse it, in words for the model. */
function readArguments(text: string): unknown {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, MAX_DEPTH) ? text : value;
  } catch {
    return text;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isDeeper(inner, levels - 1));
}

function readUsage(raw: RawUsage): Usage | null {
  const input = count(raw.input);
  const output = count(raw.output);
  if (input === undefined || output === undefined) return null;
  return {
    input,
    cachedInput: Math.min(input, count(raw.cachedInput) ?? 0),
    output,
    reasoning: Math.min(output, count(raw.reasoning) ?? 0),
  };
}

async function costOf(spec: ModelSpec, usage: Usage, raw: RawUsage): Promise<number | null> {
  const told = raw.costUsd;
  if (typeof told === "number" && Number.isFinite(told) && told >= 0) return told;
  // Loaded with the first reply: the price list is large, and nobody waits for it before.
  const { priceOf } = await import("./prices.ts");
  return priceOf(spec, usage, Math.min(usage.input - usage.cachedInput, count(raw.cacheWrite) ?? 0));
}

function count(value: unknown): number | undefined {
  return typeof value === "number" && value >= 0 && value <= MAX_COUNT ? Math.round(value) : undefined;
}
