import type { IncomingHttpHeaders } from "node:http";

export type WireName = "openai-responses" | "openai-chat" | "anthropic" | "gemini";

/** A request as a script sees it: the same shape whatever the wire. Tool results have the role "tool". */
export type SeenRequest = {
  readonly wire: WireName;
  readonly model: string;
  readonly system: string;
  readonly messages: readonly { readonly role: string; readonly text: string }[];
  readonly tools: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly body: unknown;
  /** Unix milliseconds. */
  readonly at: number;
};

export type ScriptedReply = {
  readonly text?: string;
  readonly reasoning?: string;
  readonly calls?: readonly { readonly name: string; readonly input: unknown }[];
  /** Left out: estimated from the lengths. */
  readonly usage?: {
    readonly input: number;
    readonly output: number;
    readonly cachedInput?: number;
    readonly reasoning?: number;
  };
  readonly stop?: "length" | "refusal";
  /** An error instead of a reply; `text` is its message, `errorBody` replaces the wire's own error object. */
  readonly status?: number;
  readonly retryAfter?: string;
  readonly errorBody?: unknown;
  readonly chunkDelayMs?: number;
  /** Into how many deltas the text is cut. */
  readonly chunks?: number;
  /** The connection is destroyed after so many events. */
  readonly cutAfterChunks?: number;
  /** Without a text not even headers come; with one it is sent, and then nothing more. */
  readonly hang?: true;
};

export type ModelScript = (request: SeenRequest) => ScriptedReply | Promise<ScriptedReply>;

/** A reply ready to be written. `id` is unique within one server. */
export type WholeReply = {
  readonly id: string;
  readonly model: string;
  readonly pieces: readonly string[];
  readonly reasoning: string;
  readonly calls: readonly { readonly id: string; readonly name: string; readonly input: unknown }[];
  readonly usage: {
    readonly input: number;
    readonly output: number;
    readonly cachedInput: number;
    readonly reasoning: number;
  };
  readonly stop: "end" | "calls" | "length" | "refusal";
};

/** `end` holds the events without which a reply counts as cut off. */
export type Frames = { readonly deltas: readonly string[]; readonly end: readonly string[] };

export type WireFormat = {
  readonly read: (body: Json, path: string) => Pick<SeenRequest, "model" | "system" | "messages" | "tools">;
  readonly frames: (reply: WholeReply) => Frames;
  readonly error: (status: number, message: string) => unknown;
};

/** JSON from a client, of which a test server may expect anything. */
export type Json = { readonly [key: string]: Json } & readonly Json[] & string;

export function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

/** The text of a content that is a string or a list of text parts. */
export function textOf(content: Json | undefined): string {
  if (typeof content === "string") return content;
  return list(content)
    .map((part) => part["text"] ?? "")
    .join("");
}

export function callText(name: string, input: unknown): string {
  return `[${name} ${typeof input === "string" ? input : JSON.stringify(input)}]`;
}

export function event(value: unknown, name?: string): string {
  return `${name === undefined ? "" : `event: ${name}\n`}data: ${JSON.stringify(value)}\n\n`;
}
