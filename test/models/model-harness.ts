import type { ModelClient, ModelEvent, ModelReply, ModelRequest, ModelSpec, ToolSpec } from "../../src/core/model.ts";
import { type Fault, toFault } from "../../src/core/fault.ts";
import type { ModelServer } from "../helpers/model-server.ts";

/** One backend per wire, under a model whose price is known. */
export const WIRES = [
  { type: "openai", model: "gpt-5.5", wire: "openai-responses" },
  { type: "chatcompletion", model: "gpt-5.5", wire: "openai-chat" },
  { type: "claude", model: "claude-opus-5", wire: "anthropic" },
  { type: "gemini", model: "gemini-3-pro-preview", wire: "gemini" },
] as const;
export type WireCase = (typeof WIRES)[number];

export const KEY = "sk-test-0123456789";

/** Waits between tries are no longer than a millisecond. */
export function specFor(
  wire: WireCase,
  server: Pick<ModelServer, "baseUrl">,
  changes: Partial<ModelSpec> = {},
): ModelSpec {
  return {
    type: wire.type,
    model: wire.model,
    baseUrl: server.baseUrl(wire.type),
    apiKey: KEY,
    idleTimeoutMs: 5000,
    agentId: "ada",
    ...changes,
    options: { retry_base_ms: 1, ...changes.options },
  };
}

/** For servers that do not care about paths. */
export function anyPath(url: string): Pick<ModelServer, "baseUrl"> {
  return { baseUrl: (type) => (type === "openai" || type === "chatcompletion" ? `${url}/v1` : url) };
}

export function ask(text: string, more: Partial<ModelRequest> = {}): ModelRequest {
  return { system: "You are ada.", messages: [{ role: "user", text }], tools: [], ...more };
}

export type Heard = {
  readonly events: readonly ModelEvent[];
  readonly reply: ModelReply;
  readonly deltas: string;
  readonly thoughts: string;
};

/** Listens to the end. Rejects as the client does, or when the last event is no reply. */
export async function listen(
  client: ModelClient,
  request: ModelRequest,
  signal = new AbortController().signal,
): Promise<Heard> {
  const events: ModelEvent[] = [];
  for await (const event of client.stream(request, signal)) events.push(event);
  const reply = events.at(-1);
  if (reply?.type !== "done") throw new Error(`The last event is ${reply?.type ?? "missing"}`);
  const joined = (type: "text" | "reasoning"): string =>
    events.map((event) => (event.type === type ? event.delta : "")).join("");
  return { events, reply, deltas: joined("text"), thoughts: joined("reasoning") };
}

/** The fault with which a call fails; fails itself when the call succeeds. */
export async function faultOf(work: Promise<unknown>): Promise<Fault> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => toFault(error),
  );
  if (!outcome) throw new Error("The call succeeded");
  return outcome;
}

export const VOTE: ToolSpec = {
  name: "vote",
  description: "Vote for an answer.",
  inputSchema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { agent: { type: "string" }, reason: { type: "string", minLength: 1 } },
    required: ["agent"],
    additionalProperties: false,
  },
};
