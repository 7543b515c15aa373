import Anthropic from "@anthropic-ai/sdk";
import type { Stream } from "@anthropic-ai/sdk/streaming";
import type {
  ContentBlockParam,
  ImageBlockParam,
  MessageParam,
  RawMessageStreamEvent,
  TextBlockParam,
  ToolUnion,
} from "@anthropic-ai/sdk/resources/messages";
import type { Image } from "../core/image.ts";
import type { Message } from "../core/message.ts";
import type { ModelClient, ModelRequest, ModelSpec } from "../core/model.ts";
import { mergeTurns, ownNative } from "./conversation.ts";
import { ANTHROPIC_WIRE, callBlock, idOf, readEvents } from "./anthropic-reply.ts";
import { defined, type ModelOptions, readOptions } from "./options.ts";
import { guardedModel, type Line } from "./stream-guard.ts";

const CACHED = { cache_control: { type: "ephemeral" as const } };
const CODE_EXECUTION_BETA = "code-execution-2025-08-25";

/** Anthropic's Messages protocol. The system prompt and the conversation so far are cached on their side. */
export function anthropicModel(spec: ModelSpec): ModelClient {
  const options = readOptions(spec);
  const betas = [...(options.betas ?? []), ...(options.enable_code_execution ? [CODE_EXECUTION_BETA] : [])];
  return guardedModel(spec, async function* (request, line) {
    const client = new Anthropic({
      apiKey: spec.apiKey ?? "none",
      ...(spec.baseUrl !== undefined && { baseURL: spec.baseUrl.replace(/\/v1\/?$/, "") }),
      maxRetries: 0,
      timeout: 24 * 3600 * 1000,
      logLevel: "off",
      fetch: line.fetch,
    });
    // Not `messages.create`: that prints warnings about old models on the console, into the middle of the screen.
    const events = await client.post<Stream<RawMessageStreamEvent>>("/v1/messages", {
      body: anthropicBody(spec, options, request, line.base64),
      headers: betas.length > 0 ? { "anthropic-beta": betas.join(",") } : {},
      signal: line.signal,
      stream: true,
    });
    yield* readEvents(spec, request, line.heard(events));
  });
}

function anthropicBody(
  spec: ModelSpec,
  options: ModelOptions,
  request: ModelRequest,
  base64: Line["base64"],
): Record<string, unknown> {
  const tools = [...declaredTools(request), ...providerTools(options)];
  const effort = options.reasoning_effort ?? options.reasoning?.["effort"];
  return {
    model: spec.model,
    max_tokens: options.max_tokens ?? options.max_output_tokens ?? defaultMaxTokens(spec.model),
    messages: anthropicMessages(spec, request.messages, base64),
    ...(request.system.trim() !== "" && { system: [{ type: "text" as const, text: request.system, ...CACHED }] }),
    ...(tools.length > 0 && { tools, ...toolChoice(options, request) }),
    ...defined({
      temperature: options.temperature,
      top_p: options.top_p,
      top_k: options.top_k,
      stop_sequences: typeof options.stop === "string" ? [options.stop] : options.stop,
      service_tier: options.service_tier,
      thinking: options.thinking,
      output_config: effort === undefined ? undefined : { effort },
    }),
    ...options.extra_body,
    stream: true,
  };
}

/** The protocol demands a limit. Too high a one is refused by old models, too low a one cuts answers. */
function defaultMaxTokens(model: string): number {
  if (/claude-3-5/.test(model)) return 8192;
  return /claude-3-(opus|sonnet|haiku)/.test(model) ? 4096 : 32_000;
}

/** A conversation that holds calls must declare their tools, also when none may be called any more. */
function declaredTools({ tools, messages }: ModelRequest): ToolUnion[] {
  if (tools.length > 0) {
    return tools.map(({ name, description, inputSchema }) => ({
      name,
      description,
      input_schema: { ...inputSchema, type: "object" as const },
    }));
  }
  const called = messages.flatMap((message) => (message.role === "assistant" ? message.calls : []));
  return [...new Set(called.map(({ name }) => name))].map((name) => ({
    name,
    description: "No longer available.",
    input_schema: { type: "object" as const },
  }));
}

function toolChoice(options: ModelOptions, { tools }: ModelRequest): Record<string, unknown> {
  if (tools.length === 0 && providerTools(options).length === 0) return { tool_choice: { type: "none" } };
  const single = options.disable_parallel_tool_use ?? options.parallel_tool_calls === false;
  return single ? { tool_choice: { type: "auto", disable_parallel_tool_use: true } } : {};
}

function providerTools({ enable_web_search: search, enable_code_execution: code }: ModelOptions): ToolUnion[] {
  return [
    ...(search ? [{ type: "web_search_20250305" as const, name: "web_search" as const }] : []),
    ...(code ? [{ type: "code_execution_20250825" as const, name: "code_execution" as const }] : []),
  ];
}

function anthropicMessages(spec: ModelSpec, messages: readonly Message[], base64: Line["base64"]): MessageParam[] {
  const turns = mergeTurns(
    messages.map((message) => ({
      role: message.role === "assistant" ? ("assistant" as const) : ("user" as const),
      blocks: blocksOf(spec, message, base64),
    })),
  );
  const last = turns.at(-1);
  const block = last?.blocks.at(-1);
  if (last && block && (block.type === "text" || block.type === "tool_result" || block.type === "image")) {
    last.blocks[last.blocks.length - 1] = { ...block, ...CACHED };
  }
  const spoken = turns.map(({ role, blocks }) => ({ role, content: blocks }));
  // Only a user may begin.
  return spoken[0]?.role === "assistant" ? [{ role: "user", content: "Continue." }, ...spoken] : spoken;
}

function illustrated(
  text: string,
  images: readonly Image[] = [],
  base64: Line["base64"],
): (TextBlockParam | ImageBlockParam)[] {
  const shown = images.flatMap((image): (TextBlockParam | ImageBlockParam)[] => [
    { type: "text", text: `${image.name}:` },
    { type: "image", source: { type: "base64", media_type: image.mediaType, data: base64(image) } },
  ]);
  return [...(text.trim() === "" && shown.length > 0 ? [] : [{ type: "text" as const, text }]), ...shown];
}

function blocksOf(spec: ModelSpec, message: Message, base64: Line["base64"]): ContentBlockParam[] {
  switch (message.role) {
    case "user":
      return illustrated(message.text, message.images, base64);
    case "tool": {
      const { output, images = [] } = message;
      return [
        {
          type: "tool_result",
          tool_use_id: idOf(message.callId),
          content: images.length === 0 ? output : illustrated(output, images, base64),
          ...(message.failed && { is_error: true }),
        },
      ];
    }
    case "assistant": {
      const kept = new Set(message.calls.map(({ id }) => idOf(id)));
      const native = ownNative(ANTHROPIC_WIRE, spec, message.native) as readonly ContentBlockParam[] | undefined;
      if (native) return native.filter((block) => block.type !== "tool_use" || kept.has(block.id));
      const said: ContentBlockParam[] = message.text.trim() === "" ? [] : [{ type: "text", text: message.text }];
      return [...said, ...message.calls.map(callBlock)];
    }
  }
}
