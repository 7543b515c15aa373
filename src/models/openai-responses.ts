import OpenAI from "openai";
import type {
  ResponseCreateParamsStreaming,
  ResponseInputImage,
  ResponseInputItem,
  ResponseInputText,
  ResponseOutputItem,
  ResponseStreamEvent,
  Response as Finished,
  Tool,
} from "openai/resources/responses/responses";
import { FaultError } from "../core/fault.ts";
import type { Image } from "../core/image.ts";
import type { Message, NativeParts, ToolCall } from "../core/message.ts";
import type { ModelClient, ModelEvent, ModelReply, ModelRequest, ModelSpec } from "../core/model.ts";
import { argumentsObject, nativeParts, outputText, ownNative } from "./conversation.ts";
import { providerFault } from "./errors.ts";
import { openaiSettings } from "./openai-settings.ts";
import { defined, type ModelOptions, readOptions } from "./options.ts";
import { finishReply, type RawCall } from "./reply.ts";
import { guardedModel, type Line } from "./stream-guard.ts";

const WIRE = "openai-responses";

/** OpenAI's Responses protocol, without anything kept on their side (`store: false`). */
export function openaiResponsesModel(spec: ModelSpec): ModelClient {
  const options = readOptions(spec);
  return guardedModel(spec, async function* (request, line) {
    const client = new OpenAI({ ...openaiSettings(spec), fetch: line.fetch });
    const body = responsesBody(spec, options, request, line.base64);
    const events = await client.responses.create(body, { signal: line.signal });
    yield* readEvents(spec, request, line.heard(events));
  });
}

function responsesBody(
  spec: ModelSpec,
  options: ModelOptions,
  request: ModelRequest,
  base64: Line["base64"],
): ResponseCreateParamsStreaming {
  const native = providerTools(options);
  const tools: Tool[] = [
    ...request.tools.map(({ name, description, inputSchema }) => ({
      type: "function" as const,
      name,
      description,
      parameters: inputSchema,
      strict: false,
    })),
    ...native,
  ];
  const effort = options.reasoning_effort;
  const reasoning = options.reasoning ?? (effort === undefined ? undefined : { effort });
  const text = options.text ?? (options.verbosity === undefined ? undefined : { verbosity: options.verbosity });
  const body = {
    model: spec.model,
    input: request.messages.flatMap((message) => inputItems(spec, message, base64)),
    ...(request.system.trim() !== "" && { instructions: request.system }),
    ...(tools.length > 0 && {
      tools,
      // A provider's own tools cannot run beside ours in one step.
      ...defined({ parallel_tool_calls: native.length > 0 ? false : options.parallel_tool_calls }),
    }),
    ...defined({
      temperature: options.temperature,
      top_p: options.top_p,
      max_output_tokens: options.max_output_tokens ?? options.max_tokens,
      service_tier: options.service_tier,
      text,
      reasoning,
    }),
    // What we do not let them store must come back with the next request.
    ...(reasons(spec, options) && { include: ["reasoning.encrypted_content"] }),
    ...options.extra_body,
    store: false,
    stream: true as const,
  };
  return body as ResponseCreateParamsStreaming;
}

function reasons({ model }: ModelSpec, { reasoning, reasoning_effort }: ModelOptions): boolean {
  if (reasoning !== undefined || reasoning_effort !== undefined) return true;
  return /(^|\/)(o[1-9]|gpt-([5-9]|\d\d)|codex)/.test(model) && !/chat/.test(model);
}

function providerTools({ enable_web_search: search, enable_code_interpreter: interpreter }: ModelOptions): Tool[] {
  return [
    ...(search ? [{ type: "web_search" as const }] : []),
    ...(interpreter ? [{ type: "code_interpreter" as const, container: { type: "auto" as const } }] : []),
  ];
}

function inputItems(spec: ModelSpec, message: Message, base64: Line["base64"]): ResponseInputItem[] {
  switch (message.role) {
    case "user":
      return [{ role: "user", content: illustrated(message.text, message.images, base64) }];
    case "tool": {
      const output = illustrated(outputText(message), message.images, base64);
      return [{ type: "function_call_output", call_id: message.callId, output }];
    }
    case "assistant": {
      const kept = new Set(message.calls.map(({ id }) => id));
      const native = ownNative(WIRE, spec, message.native) as readonly ResponseInputItem[] | undefined;
      if (native) return native.filter((item) => item.type !== "function_call" || kept.has(item.call_id));
      const said: ResponseInputItem[] = message.text === "" ? [] : [{ role: "assistant", content: message.text }];
      return [...said, ...message.calls.map(callItem)];
    }
  }
}

function illustrated(
  text: string,
  images: readonly Image[] = [],
  base64: Line["base64"],
): string | (ResponseInputText | ResponseInputImage)[] {
  if (images.length === 0) return text;
  const input = (said: string): ResponseInputText => ({ type: "input_text", text: said });
  const shown = images.flatMap((image) => [
    input(`${image.name}:`),
    {
      type: "input_image" as const,
      detail: "auto" as const,
      image_url: `data:${image.mediaType};base64,${base64(image)}`,
    },
  ]);
  return [...(text.trim() === "" ? [] : [input(text)]), ...shown];
}

function callItem(call: ToolCall): ResponseInputItem {
  return {
    type: "function_call",
    call_id: call.id,
    name: call.name,
    arguments: JSON.stringify(argumentsObject(call)),
  };
}

async function* readEvents(
  spec: ModelSpec,
  request: ModelRequest,
  events: AsyncIterable<ResponseStreamEvent>,
): AsyncGenerator<ModelEvent> {
  let text = "";
  let reasoning = "";
  let refused = false;
  const items: ResponseOutputItem[] = [];

  for await (const event of events) {
    switch (event.type) {
      case "response.refusal.delta":
      case "response.output_text.delta":
        refused ||= event.type === "response.refusal.delta";
        if (event.delta !== "") yield { type: "text", delta: event.delta };
        text += event.delta;
        break;
      case "response.reasoning_summary_part.added":
        if (reasoning === "") break;
        reasoning += "\n\n";
        yield { type: "reasoning", delta: "\n\n" };
        break;
      case "response.reasoning_text.delta":
      case "response.reasoning_summary_text.delta":
        if (event.delta !== "") yield { type: "reasoning", delta: event.delta };
        reasoning += event.delta;
        break;
      case "response.output_item.done":
        items.push(event.item);
        break;
      case "error":
        throw new FaultError(providerFault(spec, event));
      case "response.failed":
        throw new FaultError(providerFault(spec, { error: event.response.error }));
      case "response.completed":
      case "response.incomplete": {
        // Some servers send the items only at the end, others only on the way.
        const output = items.length > 0 ? items : (event.response.output ?? []);
        const stop = refused ? "refusal" : stopOf(event.response);
        yield finish(
          spec,
          request,
          { text: text === "" ? textOf(output) : text, reasoning, output, stop },
          event.response,
        );
        return;
      }
      default:
        break;
    }
  }
}

function finish(
  spec: ModelSpec,
  request: ModelRequest,
  reply: { text: string; reasoning: string; output: readonly ResponseOutputItem[]; stop: ModelReply["stop"] },
  { usage }: Finished,
): Promise<ModelReply> {
  const calls: RawCall[] = reply.output
    .filter((item) => item.type === "function_call")
    .map((item) => ({ id: item.call_id ?? "", name: item.name, args: item.arguments }));
  return finishReply(spec, request, {
    ...reply,
    calls,
    usage: usage && {
      input: usage.input_tokens,
      cachedInput: usage.input_tokens_details?.cached_tokens,
      cacheWrite: usage.input_tokens_details?.cache_write_tokens,
      output: usage.output_tokens,
      reasoning: usage.output_tokens_details?.reasoning_tokens,
    },
    native: (final) => nativeOutput(spec, reply.output, final),
  });
}

/** Kept only where plain messages would lose something, and only when the provider will understand it without its own store. */
function nativeOutput(
  spec: ModelSpec,
  output: readonly ResponseOutputItem[],
  calls: readonly ToolCall[],
): NativeParts | undefined {
  if (output.every(({ type }) => type === "message" || type === "function_call")) return undefined;
  if (output.some((item) => item.type === "reasoning" && !item.encrypted_content)) return undefined;
  let next = 0;
  const parts = output.map((item) => {
    const call = item.type === "function_call" ? calls[next++] : undefined;
    return call && item.type === "function_call"
      ? { ...item, call_id: call.id, arguments: JSON.stringify(argumentsObject(call)) }
      : item;
  });
  return nativeParts(WIRE, spec, parts);
}

function textOf(output: readonly ResponseOutputItem[]): string {
  return output
    .flatMap((item) => (item.type === "message" ? item.content : []))
    .map((part) => (part.type === "output_text" ? part.text : part.refusal))
    .join("");
}

function stopOf({ status, incomplete_details: incomplete }: Finished): ModelReply["stop"] {
  if (incomplete?.reason === "content_filter") return "refusal";
  return status === "incomplete" || incomplete?.reason === "max_output_tokens" ? "length" : "end";
}
