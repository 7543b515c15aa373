import OpenAI from "openai";
import type {
  ChatCompletionChunk,
  ChatCompletionContentPart,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { FaultError } from "../core/fault.ts";
import type { Message } from "../core/message.ts";
import type { ModelClient, ModelEvent, ModelReply, ModelRequest, ModelSpec } from "../core/model.ts";
import { argumentsObject, imagesBehindResults, nativeParts, outputText, ownNative } from "./conversation.ts";
import { openaiSettings } from "./openai-settings.ts";
import { defined, type ModelOptions, readOptions } from "./options.ts";
import { finishReply, type RawCall, type RawUsage } from "./reply.ts";
import { guardedModel, type Line } from "./stream-guard.ts";

const WIRE = "openai-chat";

/** What compatible servers add to the protocol. */
type Extras = { reasoning_content?: string | null; reasoning?: string | null; reasoning_details?: unknown[] };
type Counts = NonNullable<ChatCompletionChunk["usage"]> & { cost?: unknown; prompt_cache_hit_tokens?: unknown };

/** Chat Completions: OpenAI's older protocol, spoken by nearly every other provider and local server. */
export function openaiChatModel(spec: ModelSpec): ModelClient {
  const options = readOptions(spec);
  if (spec.baseUrl === undefined) {
    throw new FaultError({
      code: "config",
      message: `Backend ${spec.type} (${spec.model}) has no base_url`,
      hint: "Name the server: base_url: https://host/v1",
    });
  }
  return guardedModel(spec, async function* (request, line) {
    const client = new OpenAI({ ...openaiSettings(spec), organization: null, project: null, fetch: line.fetch });
    const body = chatBody(spec, options, request, line.base64);
    const chunks = await client.chat.completions.create(body, { signal: line.signal });
    yield* readChunks(spec, request, line.heard(chunks));
  });
}

function chatBody(
  spec: ModelSpec,
  options: ModelOptions,
  request: ModelRequest,
  base64: Line["base64"],
): ChatCompletionCreateParamsStreaming {
  const maxTokens = options.max_tokens ?? options.max_output_tokens;
  const body = {
    model: spec.model,
    messages: chatMessages(spec, request, base64),
    ...(request.tools.length > 0 && {
      tools: request.tools.map(({ name, description, inputSchema }) => ({
        type: "function" as const,
        function: { name, description, parameters: inputSchema },
      })),
      ...defined({ parallel_tool_calls: options.parallel_tool_calls }),
    }),
    ...defined({
      temperature: options.temperature,
      top_p: options.top_p,
      top_k: options.top_k,
      // OpenAI itself has renamed it, and its newer models refuse the old name.
      [/\bapi\.openai\.com\b/.test(spec.baseUrl ?? "") ? "max_completion_tokens" : "max_tokens"]: maxTokens,
      presence_penalty: options.presence_penalty,
      frequency_penalty: options.frequency_penalty,
      repetition_penalty: options.repetition_penalty,
      stop: options.stop,
      seed: options.seed,
      service_tier: options.service_tier,
      verbosity: options.verbosity,
      chat_template_kwargs: options.chat_template_kwargs,
      separate_reasoning: options.separate_reasoning,
      thinking: options.thinking,
    }),
    ...reasoningOf(spec, options),
    ...searchOf(spec, options),
    // Without it OpenRouter does not say what a call cost.
    ...(spec.type === "openrouter" && { usage: { include: true } }),
    ...options.extra_body,
    stream: true as const,
    stream_options: { include_usage: true },
  };
  return body as ChatCompletionCreateParamsStreaming;
}

function reasoningOf({ type }: ModelSpec, options: ModelOptions): Record<string, unknown> {
  if (type === "openrouter") return defined({ reasoning: options.reasoning });
  return defined({ reasoning_effort: options.reasoning_effort ?? options.reasoning?.["effort"] });
}

function searchOf({ type }: ModelSpec, options: ModelOptions): Record<string, unknown> {
  if (!options.enable_web_search) return {};
  if (type === "grok") return { search_parameters: { mode: "auto" } };
  if (type !== "openrouter") return {};
  return { plugins: [{ id: "web", ...defined({ engine: options.engine, max_results: options.max_results }) }] };
}

function chatMessages(
  spec: ModelSpec,
  { system, messages }: ModelRequest,
  base64: Line["base64"],
): ChatCompletionMessageParam[] {
  const first: ChatCompletionMessageParam[] = system.trim() === "" ? [] : [{ role: "system", content: system }];
  return [...first, ...imagesBehindResults(messages).map((message) => chatMessage(spec, message, base64))];
}

function userContent(
  { text, images = [] }: Extract<Message, { role: "user" }>,
  base64: Line["base64"],
): string | ChatCompletionContentPart[] {
  if (images.length === 0) return text;
  const said = (words: string) => ({ type: "text" as const, text: words });
  const shown = images.flatMap((image): ChatCompletionContentPart[] => [
    said(`${image.name}:`),
    { type: "image_url", image_url: { url: `data:${image.mediaType};base64,${base64(image)}` } },
  ]);
  return [...(text.trim() === "" ? [] : [said(text)]), ...shown];
}

function chatMessage(spec: ModelSpec, message: Message, base64: Line["base64"]): ChatCompletionMessageParam {
  switch (message.role) {
    case "user":
      return { role: "user", content: userContent(message, base64) };
    case "tool":
      return { role: "tool", tool_call_id: message.callId, content: outputText(message) };
    case "assistant": {
      const calls = message.calls.map((call) => ({
        id: call.id,
        type: "function" as const,
        function: { name: call.name, arguments: JSON.stringify(argumentsObject(call)) },
      }));
      const [extras] = (ownNative(WIRE, spec, message.native) ?? []) as readonly Extras[];
      const content = message.text === "" && calls.length > 0 ? null : message.text;
      return { role: "assistant", content, ...(calls.length > 0 && { tool_calls: calls }), ...extras };
    }
  }
}

async function* readChunks(
  spec: ModelSpec,
  request: ModelRequest,
  chunks: AsyncIterable<ChatCompletionChunk>,
): AsyncGenerator<ModelEvent> {
  let text = "";
  let reasoning = "";
  let sentBack = "";
  let finish: string | undefined;
  let counts: Counts | undefined;
  const details: unknown[] = [];
  const calls = new CallParts();

  for await (const chunk of chunks) {
    const [choice] = chunk.choices ?? [];
    const delta: Partial<NonNullable<typeof choice>["delta"]> & Extras = choice?.delta ?? {};
    const thought = delta.reasoning_content ?? delta.reasoning;
    if (thought) yield { type: "reasoning", delta: thought };
    reasoning += thought ?? "";
    sentBack += delta.reasoning_content ?? "";
    details.push(...(delta.reasoning_details ?? []));
    const said = delta.content ?? delta.refusal;
    if (said) yield { type: "text", delta: said };
    text += said ?? "";
    calls.add(delta.tool_calls ?? []);
    if (delta.refusal) finish = "content_filter";
    finish ??= choice?.finish_reason ?? undefined;
    counts = chunk.usage ?? counts;
    if (finish !== undefined && chunk.usage && !choice) break; // the last chunk; what may follow is only an end mark
  }
  if (finish === undefined) return;

  yield await finishReply(spec, request, {
    text,
    reasoning,
    calls: calls.list,
    stop: stopOf(finish),
    usage: counts && usageOf(counts),
    native(final) {
      // Reasoning belongs to the calls that it led to; servers without calls refuse to have it back.
      const extras: Extras = {
        ...(sentBack !== "" && details.length === 0 && final.length > 0 && { reasoning_content: sentBack }),
        ...(details.length > 0 && { reasoning_details: details }),
      };
      return Object.keys(extras).length > 0 ? nativeParts(WIRE, spec, [extras]) : undefined;
    },
  });
}

/** Collects calls from their pieces. Identity and a lifecycle of one reply. */
class CallParts {
  readonly list: (RawCall & { args: string })[] = [];
  readonly #at = new Map<number, RawCall & { args: string }>();

  add(deltas: NonNullable<ChatCompletionChunk.Choice.Delta["tool_calls"]>): void {
    for (const { index, id, function: part } of deltas) {
      // Some servers give every call the index 0, or none: then a new id starts a new call.
      const known = this.#at.get(index ?? 0);
      const isNew = known === undefined || (id && known.id !== "" && id !== known.id);
      const call = isNew ? { id: "", name: "", args: "" } : known;
      if (isNew) this.list.push(call);
      this.#at.set(index ?? 0, call);
      call.id ||= id ?? "";
      call.name ||= part?.name ?? "";
      call.args += part?.arguments ?? "";
    }
  }
}

function stopOf(finish: string): ModelReply["stop"] {
  switch (finish) {
    case "length":
      return "length";
    case "content_filter":
      return "refusal";
    default:
      return "end";
  }
}

function usageOf(counts: Counts): RawUsage {
  const reasoning = counts.completion_tokens_details?.reasoning_tokens ?? 0;
  // xAI counts reasoning beside the output; the total tells.
  const beside = reasoning > 0 && counts.total_tokens === counts.prompt_tokens + counts.completion_tokens + reasoning;
  return {
    input: counts.prompt_tokens,
    cachedInput: counts.prompt_tokens_details?.cached_tokens ?? counts.prompt_cache_hit_tokens,
    output: counts.completion_tokens + (beside ? reasoning : 0),
    reasoning,
    costUsd: counts.cost,
  };
}
