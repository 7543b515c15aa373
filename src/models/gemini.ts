import {
  type Content,
  type GenerateContentConfig,
  type GenerateContentResponse,
  GoogleGenAI,
  type Part,
  type Tool,
} from "@google/genai";
import { FaultError } from "../core/fault.ts";
import type { Image } from "../core/image.ts";
import type { Message, NativeParts, ToolCall } from "../core/message.ts";
import type { ModelClient, ModelEvent, ModelReply, ModelRequest, ModelSpec } from "../core/model.ts";
import { argumentsObject, imagesBehindResults, mergeTurns, nativeParts, ownNative } from "./conversation.ts";
import { geminiSchema } from "./gemini-schema.ts";
import { defined, type ModelOptions, readOptions } from "./options.ts";
import { finishReply, type RawCall } from "./reply.ts";
import { guardedModel, type Line } from "./stream-guard.ts";

const WIRE = "gemini";

/** Google's Gemini API (not Vertex). */
export function geminiModel(spec: ModelSpec): ModelClient {
  const options = readOptions(spec);
  return guardedModel(spec, async function* (request, line) {
    const client = new GoogleGenAI({
      apiKey: spec.apiKey ?? "none",
      vertexai: false,
      apiVersion: "v1beta",
      httpOptions: {
        ...(spec.baseUrl !== undefined && { baseUrl: spec.baseUrl.replace(/\/(v1beta)?\/?$/, "") }),
        fetch: line.fetch,
      },
    });
    const chunks = await client.models.generateContentStream({
      model: spec.model,
      contents: contentsOf(spec, request.messages, line.base64),
      config: configOf(spec, options, request, line.signal),
    });
    yield* readChunks(spec, request, line.heard(chunks));
  });
}

function configOf(
  spec: ModelSpec,
  options: ModelOptions,
  request: ModelRequest,
  signal: AbortSignal,
): GenerateContentConfig {
  const tools = toolsOf(spec, options, request);
  const own = tools.some((tool) => tool.functionDeclarations === undefined);
  const mode = options.function_calling_mode;
  const toolConfig = {
    ...(mode !== undefined && request.tools.length > 0 && { functionCallingConfig: { mode } }),
    ...(own && request.tools.length > 0 && { includeServerSideToolInvocations: true }),
  };
  const config = {
    abortSignal: signal,
    ...(request.system.trim() !== "" && { systemInstruction: request.system }),
    ...(tools.length > 0 && { tools }),
    ...(Object.keys(toolConfig).length > 0 && { toolConfig }),
    ...defined({
      temperature: options.temperature,
      topP: options.top_p,
      topK: options.top_k,
      maxOutputTokens: options.max_output_tokens ?? options.max_tokens,
      presencePenalty: options.presence_penalty,
      frequencyPenalty: options.frequency_penalty,
      stopSequences: typeof options.stop === "string" ? [options.stop] : options.stop,
      seed: options.seed,
      thinkingConfig: thinkingOf(spec, options),
    }),
    ...(options.extra_body !== undefined && { httpOptions: { extraBody: options.extra_body } }),
  };
  return config as GenerateContentConfig;
}

function toolsOf({ model }: ModelSpec, options: ModelOptions, { tools }: ModelRequest): Tool[] {
  const functionDeclarations = tools.map(({ name, description, inputSchema }) => ({
    name,
    description,
    parametersJsonSchema: geminiSchema(inputSchema),
  }));
  const declared: Tool[] = tools.length > 0 ? [{ functionDeclarations }] : [];
  // Before version 3 a request with both kinds of tools is refused, and without ours an agent cannot work.
  if (tools.length > 0 && generation(model) < 3) return declared;
  return [
    ...declared,
    ...(options.enable_web_search ? [{ googleSearch: {} }] : []),
    ...(options.enable_code_execution ? [{ codeExecution: {} }] : []),
  ];
}

function generation(model: string): number {
  return Number(/gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1] ?? 0);
}

const BUDGETS: Readonly<Record<string, number>> = { none: 0, minimal: 512, low: 1024, medium: 8192, high: 24_576 };

/** Thoughts are shown by models that have them, unless the configuration says otherwise. */
function thinkingOf({ model }: ModelSpec, options: ModelOptions): Record<string, unknown> | undefined {
  const written = options.thinking_config ?? options.thinking;
  const told = Object.entries(written ?? {}).map(([key, value]) => [
    key.replace(/_(\w)/g, (_, c: string) => c.toUpperCase()),
    value,
  ]);
  const effort = options.reasoning_effort ?? options.reasoning?.["effort"];
  const thinks = generation(model) >= 2.5 && !/image|tts|live|audio/.test(model);
  if (!thinks && written === undefined && effort === undefined && options.include_thoughts === undefined)
    return undefined;
  return {
    includeThoughts: options.include_thoughts ?? true,
    ...(typeof effort === "string" && effortOf(model, effort)),
    ...Object.fromEntries(told),
  };
}

function effortOf(model: string, effort: string): Record<string, unknown> {
  if (generation(model) >= 3) return { thinkingLevel: effort.toUpperCase() };
  return defined({ thinkingBudget: BUDGETS[effort] });
}

function contentsOf(spec: ModelSpec, messages: readonly Message[], base64: Line["base64"]): Content[] {
  // Before version 3 a tool's result is text alone.
  const placed = generation(spec.model) < 3 ? imagesBehindResults(messages) : messages;
  const turns = mergeTurns(
    placed.map((message) => ({
      role: message.role === "assistant" ? "model" : "user",
      blocks: partsOf(spec, message, base64),
    })),
  );
  const contents = turns.map(({ role, blocks }) => ({ role, parts: blocks }));
  return contents[0]?.role === "model" ? [{ role: "user", parts: [{ text: "Continue." }] }, ...contents] : contents;
}

function partsOf(spec: ModelSpec, message: Message, base64: Line["base64"]): Part[] {
  const inline = (image: Image) => ({ inlineData: { mimeType: image.mediaType, data: base64(image) } });
  switch (message.role) {
    case "user": {
      const { text, images = [] } = message;
      const said = text.trim() === "" && images.length > 0 ? [] : [{ text }];
      return [...said, ...images.flatMap((image) => [{ text: `${image.name}:` }, inline(image)])];
    }
    case "tool": {
      const response = message.failed ? { error: message.output } : { output: message.output };
      const result = { id: message.callId, name: message.name, response };
      const parts = (message.images ?? []).map(inline);
      return [{ functionResponse: { ...result, ...(parts.length > 0 && { parts }) } }];
    }
    case "assistant": {
      const kept = new Set(message.calls.map(({ id }) => id));
      const native = ownNative(WIRE, spec, message.native) as readonly Part[] | undefined;
      if (native) return native.filter(({ functionCall }) => !functionCall || kept.has(functionCall.id ?? ""));
      const said: Part[] = message.text === "" ? [] : [{ text: message.text }];
      return [...said, ...message.calls.map((call) => ({ functionCall: functionCall(call) }))];
    }
  }
}

function functionCall(call: ToolCall): NonNullable<Part["functionCall"]> {
  return { id: call.id, name: call.name, args: argumentsObject(call) };
}

async function* readChunks(
  spec: ModelSpec,
  request: ModelRequest,
  chunks: AsyncIterable<GenerateContentResponse>,
): AsyncGenerator<ModelEvent> {
  const parts: Part[] = [];
  let counts: GenerateContentResponse["usageMetadata"];
  let finish: string | undefined;

  for await (const chunk of chunks) {
    const [candidate] = chunk.candidates ?? [];
    for (const part of candidate?.content?.parts ?? []) {
      if (part.text) yield { type: part.thought ? "reasoning" : "text", delta: part.text };
      collect(parts, part);
    }
    counts = chunk.usageMetadata ?? counts;
    // A prompt that is blocked gets no candidate at all.
    finish = candidate?.finishReason ?? (chunk.promptFeedback?.blockReason ? "SAFETY" : undefined) ?? finish;
  }
  if (finish === undefined) return;

  const joined = (thought: boolean): string =>
    parts.map((part) => ((part.thought ?? false) === thought ? (part.text ?? "") : "")).join("");
  const calls: RawCall[] = parts.flatMap(({ functionCall: call }) =>
    call ? [{ id: call.id ?? "", name: call.name ?? "", args: call.args ?? {} }] : [],
  );
  yield await finishReply(spec, request, {
    text: joined(false),
    reasoning: joined(true),
    calls,
    stop: stopOf(spec, finish),
    usage: counts && {
      input: (counts.promptTokenCount ?? 0) + (counts.toolUsePromptTokenCount ?? 0),
      cachedInput: counts.cachedContentTokenCount,
      output: (counts.candidatesTokenCount ?? 0) + (counts.thoughtsTokenCount ?? 0),
      reasoning: counts.thoughtsTokenCount,
    },
    native: (final) => nativeOf(spec, parts, final),
  });
}

/** Pieces of one text become one part; a signed part stays on its own. */
function collect(parts: Part[], part: Part): void {
  const last = parts.at(-1);
  const isText = (at: Part | undefined): boolean => at?.text !== undefined && at.thoughtSignature === undefined;
  if (last && isText(last) && isText(part) && last.thought === part.thought) {
    parts[parts.length - 1] = { ...last, text: `${last.text}${part.text}` };
    return;
  }
  parts.push(part);
}

/** Kept when a part is signed. Thoughts without a signature are for people only. */
function nativeOf(spec: ModelSpec, parts: readonly Part[], calls: readonly ToolCall[]): NativeParts | undefined {
  if (parts.every((part) => part.thoughtSignature === undefined && (part.text !== undefined || part.functionCall)))
    return undefined;
  let next = 0;
  const kept = parts
    .filter(({ thought, thoughtSignature }) => !thought || thoughtSignature !== undefined)
    .map((part) => {
      const call = part.functionCall ? calls[next++] : undefined;
      return call ? { ...part, functionCall: functionCall(call) } : part;
    });
  return nativeParts(WIRE, spec, kept);
}

function stopOf(spec: ModelSpec, finish: string): ModelReply["stop"] {
  switch (finish) {
    case "MAX_TOKENS":
      return "length";
    case "STOP":
    case "FUNCTION_CALL":
    case "OTHER":
    case "FINISH_REASON_UNSPECIFIED":
      return "end";
    case "MALFORMED_FUNCTION_CALL":
    case "UNEXPECTED_TOOL_CALL":
    case "TOO_MANY_TOOL_CALLS":
      throw new FaultError({
        code: "bad_response",
        message: `${spec.type}: ${spec.model} made a tool call that the provider could not read (${finish})`,
        hint: "Try again, or use another model.",
      });
    default:
      return "refusal";
  }
}
