import type { ContentBlockParam, RawMessageStreamEvent, StopReason } from "@anthropic-ai/sdk/resources/messages";
import type { NativeParts, ToolCall } from "../core/message.ts";
import type { ModelEvent, ModelReply, ModelRequest, ModelSpec } from "../core/model.ts";
import { argumentsObject, nativeParts } from "./conversation.ts";
import { finishReply, type RawCall } from "./reply.ts";

export const ANTHROPIC_WIRE = "anthropic";

export function callBlock(call: ToolCall): ContentBlockParam {
  return { type: "tool_use", id: idOf(call.id), name: call.name, input: argumentsObject(call) };
}

/** Ids of calls that another wire made may hold characters that this one refuses. */
export function idOf(id: string): string {
  return id.replace(/[^\w-]/g, "_");
}

/** A block as it grows: the wire's fields, and the pieces of its JSON input. */
type Growing = Record<string, unknown> & { type: string; id?: string; name?: string; text?: string };

/** Yields `done` when the provider says `message_stop`, and nothing more otherwise. */
export async function* readEvents(
  spec: ModelSpec,
  request: ModelRequest,
  events: AsyncIterable<RawMessageStreamEvent>,
): AsyncGenerator<ModelEvent> {
  const blocks = new Map<number, Growing>();
  const inputs = new Map<Growing, string>();
  const counts: Record<string, unknown> = {};
  let thinkingTokens: number | undefined;
  let stop: StopReason | null = null;

  for await (const event of events) {
    switch (event.type) {
      case "message_start":
        Object.assign(counts, event.message.usage);
        break;
      case "content_block_start":
        blocks.set(event.index, { ...event.content_block });
        break;
      case "content_block_delta": {
        const block = blocks.get(event.index);
        if (!block) break;
        const { delta } = event;
        if (delta.type === "text_delta" && delta.text !== "") yield { type: "text", delta: delta.text };
        if (delta.type === "thinking_delta" && delta.thinking !== "")
          yield { type: "reasoning", delta: delta.thinking };
        grow(block, inputs, delta);
        break;
      }
      case "message_delta":
        stop = event.delta.stop_reason ?? stop;
        // Later counts win, but a null says nothing.
        for (const [name, value] of Object.entries(event.usage ?? {})) if (value !== null) counts[name] = value;
        thinkingTokens = event.usage?.output_tokens_details?.thinking_tokens ?? thinkingTokens;
        break;
      case "message_stop":
        yield finish(spec, request, { blocks: [...blocks.values()], inputs, counts, thinkingTokens, stop });
        return;
      default:
        break;
    }
  }
}

type Delta = Extract<RawMessageStreamEvent, { type: "content_block_delta" }>["delta"];

function grow(block: Growing, inputs: Map<Growing, string>, delta: Delta): void {
  const add = (field: string, more: string): void => {
    block[field] = `${typeof block[field] === "string" ? block[field] : ""}${more}`;
  };
  switch (delta.type) {
    case "text_delta":
      return add("text", delta.text);
    case "thinking_delta":
      return add("thinking", delta.thinking);
    case "signature_delta":
      return add("signature", delta.signature);
    case "input_json_delta":
      inputs.set(block, `${inputs.get(block) ?? ""}${delta.partial_json}`);
      return;
    case "citations_delta":
      block["citations"] = [...(Array.isArray(block["citations"]) ? block["citations"] : []), delta.citation];
      return;
    default:
      return;
  }
}

function finish(
  spec: ModelSpec,
  request: ModelRequest,
  reply: {
    blocks: readonly Growing[];
    inputs: ReadonlyMap<Growing, string>;
    counts: Record<string, unknown>;
    thinkingTokens: number | undefined;
    stop: StopReason | null;
  },
): Promise<ModelReply> {
  const { blocks, inputs, counts } = reply;
  const joined = (type: string, field: string): string =>
    blocks.map((block) => (block.type === type && typeof block[field] === "string" ? block[field] : "")).join("");
  const number = (name: string): number => (typeof counts[name] === "number" ? counts[name] : 0);
  const calls: RawCall[] = blocks
    .filter(({ type }) => type === "tool_use")
    .map((block) => ({
      id: block.id ?? "",
      name: block.name ?? "",
      args: inputs.get(block) ?? block["input"],
    }));
  return finishReply(spec, request, {
    text: joined("text", "text"),
    reasoning: joined("thinking", "thinking"),
    calls,
    stop: stopOf(reply.stop),
    usage: {
      input: number("input_tokens") + number("cache_read_input_tokens") + number("cache_creation_input_tokens"),
      cachedInput: counts["cache_read_input_tokens"],
      cacheWrite: counts["cache_creation_input_tokens"],
      output: counts["output_tokens"],
      reasoning: reply.thinkingTokens,
    },
    native: (final) => nativeBlocks(spec, blocks, inputs, final),
  });
}

/** Signed thinking and the results of the provider's own tools must come back as they were. */
function nativeBlocks(
  spec: ModelSpec,
  blocks: readonly Growing[],
  inputs: ReadonlyMap<Growing, string>,
  calls: readonly ToolCall[],
): NativeParts | undefined {
  if (blocks.every(({ type }) => type === "text" || type === "tool_use")) return undefined;
  let next = 0;
  const parts = blocks
    .filter((block) => block.type !== "text" || block.text?.trim() !== "")
    .map((block) => {
      const call = block.type === "tool_use" ? calls[next++] : undefined;
      if (call) return { ...block, id: idOf(call.id), input: argumentsObject(call) };
      const input = inputs.get(block);
      return input === undefined
        ? block
        : { ...block, input: argumentsObject({ id: "", name: "", input: parsed(input) }) };
    });
  return nativeParts(ANTHROPIC_WIRE, spec, parts);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return {};
  }
}

function stopOf(stop: StopReason | null): ModelReply["stop"] {
  switch (stop) {
    case "max_tokens":
    case "model_context_window_exceeded":
      return "length";
    case "refusal":
      return "refusal";
    default:
      return "end";
  }
}
