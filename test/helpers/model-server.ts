import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { anthropic } from "./wires/anthropic.ts";
import { gemini } from "./wires/gemini.ts";
import { openaiChat } from "./wires/openai-chat.ts";
import { openaiResponses } from "./wires/openai-responses.ts";
import type {
  Json,
  ModelScript,
  ScriptedReply,
  SeenRequest,
  WholeReply,
  WireFormat,
  WireName,
} from "./wires/script.ts";

export type { ModelScript, ScriptedReply, SeenRequest } from "./wires/script.ts";

export type ModelServer = {
  /** "http://127.0.0.1:PORT" */
  readonly url: string;
  /** What a configuration names as `base_url` for a backend of this type. */
  readonly baseUrl: (type: "openai" | "chatcompletion" | "claude" | "gemini") => string;
  /** In order of arrival, refused ones too. */
  readonly requests: readonly SeenRequest[];
  /** Also cuts what is still under way. */
  readonly close: () => Promise<void>;
};

const FORMATS: Readonly<Record<WireName, WireFormat>> = {
  "openai-responses": openaiResponses,
  "openai-chat": openaiChat,
  anthropic,
  gemini,
};

/** A model provider on the loopback interface that speaks all four wires and says what the script says. */
export async function startModelServer(script: ModelScript): Promise<ModelServer> {
  const requests: SeenRequest[] = [];
  let served = 0;
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      if (!response.headersSent) response.writeHead(400, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: `The script failed: ${String(error)}` } }));
    });
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://local").pathname;
    const wire = wireOf(path);
    const body = await readJson(request);
    if (wire === undefined || request.method !== "POST") {
      response.writeHead(404, { "content-type": "application/json" });
      response.end(JSON.stringify({ error: { message: `No such path: ${path}` } }));
      return;
    }
    const seen: SeenRequest = {
      ...FORMATS[wire].read(body, path),
      wire,
      headers: request.headers,
      body,
      at: Date.now(),
    };
    requests.push(seen);
    const reply = await script(seen);
    if (reply.status !== undefined) return refuse(response, FORMATS[wire], reply, reply.status);
    if (reply.hang && reply.text === undefined) return;
    await say(response, FORMATS[wire].frames(whole(seen, reply, (served += 1))), reply);
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    baseUrl: (type) => (type === "openai" || type === "chatcompletion" ? `${url}/v1` : url),
    requests,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function wireOf(path: string): WireName | undefined {
  if (path.endsWith("/responses")) return "openai-responses";
  if (path.endsWith("/chat/completions")) return "openai-chat";
  if (path.endsWith("/v1/messages")) return "anthropic";
  return path.endsWith(":streamGenerateContent") ? "gemini" : undefined;
}

async function readJson(request: IncomingMessage): Promise<Json> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString() || "{}") as Json;
}

function refuse(response: ServerResponse, format: WireFormat, reply: ScriptedReply, status: number): void {
  response.writeHead(status, {
    "content-type": "application/json",
    ...(reply.retryAfter !== undefined && { "retry-after": reply.retryAfter }),
  });
  const body = reply.errorBody ?? format.error(status, reply.text ?? `Scripted error ${status}`);
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

async function say(
  response: ServerResponse,
  frames: ReturnType<WireFormat["frames"]>,
  reply: ScriptedReply,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
  const all = reply.hang ? frames.deltas : [...frames.deltas, ...frames.end];
  for (const frame of all.slice(0, reply.cutAfterChunks ?? all.length)) {
    if (response.destroyed) return;
    await new Promise<void>((sent) => response.write(frame, () => sent()));
    if (reply.chunkDelayMs) await wait(reply.chunkDelayMs);
  }
  if (reply.hang) return;
  if (reply.cutAfterChunks === undefined) response.end();
  else response.destroy();
}

function whole(seen: SeenRequest, reply: ScriptedReply, number: number): WholeReply {
  const { text = "", reasoning = "", calls = [] } = reply;
  const input = seen.system.length + seen.messages.reduce((sum, message) => sum + message.text.length, 0);
  return {
    id: String(number),
    model: seen.model,
    pieces: cut(text, reply.chunks ?? Math.ceil(text.length / 40)),
    reasoning,
    calls: calls.map((call, index) => ({ ...call, id: `call_${number}_${index}` })),
    usage: {
      cachedInput: 0,
      reasoning: 0,
      ...(reply.usage ?? { input: Math.ceil(input / 4), output: Math.ceil((text.length + reasoning.length) / 4) }),
    },
    stop: reply.stop ?? (calls.length > 0 ? "calls" : "end"),
  };
}

/** Between code points, never inside of one: JSON could not carry that. */
function cut(text: string, count: number): string[] {
  const points = Array.from(text);
  const size = Math.max(1, Math.ceil(points.length / Math.max(1, count)));
  return Array.from({ length: Math.ceil(points.length / size) }, (_, index) =>
    points.slice(index * size, (index + 1) * size).join(""),
  );
}
