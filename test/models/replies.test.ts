import { afterEach, describe, expect, test } from "vitest";
import { openModel } from "../../src/models/open-model.ts";
import { EVENT_STREAM, type FaultServer, startFaultServer } from "../helpers/fault-server.ts";
import { event, type WholeReply } from "../helpers/wires/script.ts";
import { framesOf } from "./frames.ts";
import { anyPath, ask, faultOf, type Heard, listen, specFor, WIRES, type WireCase } from "./model-harness.ts";

const open: FaultServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

/** Hears a stream that holds exactly these bytes. */
async function hear(wire: WireCase, stream: string, type: string = wire.type): Promise<Heard> {
  const server = await startFaultServer((socket) => void socket.end(EVENT_STREAM + stream));
  open.push(server);
  return listen(await openModel({ ...specFor(wire, anyPath(server.url)), type }), ask("hi"));
}

const [RESPONSES, CHAT, ANTHROPIC, GEMINI] = WIRES;

function streamOf(wire: WireCase, reply: Partial<WholeReply>): string {
  const { deltas, end } = framesOf(wire.wire, reply);
  return [...deltas, ...end].join("");
}

const chunk = (delta: unknown, finish_reason: string | null = null): string =>
  event({ choices: [{ index: 0, delta, finish_reason }] });
const part = (fields: unknown, finishReason?: string): string =>
  event({ candidates: [{ content: { role: "model", parts: [fields] }, finishReason }] });

describe.each(WIRES)("over $wire", (wire) => {
  test("calls with one id become two calls with two ids", async () => {
    const calls = [
      { id: "same", name: "read", input: { path: "a" } },
      { id: "same", name: "read", input: { path: "b" } },
    ];
    const { reply } = await hear(wire, streamOf(wire, { calls, stop: "calls" }));
    expect(reply.calls.map(({ input }) => input)).toEqual([{ path: "a" }, { path: "b" }]);
    expect(new Set(reply.calls.map(({ id }) => id)).size).toBe(2);
  });

  test("calls with one id keep their order in the sealed form", async () => {
    const calls = ["a", "b"].map((path) => ({ id: "same", name: "read", input: { path } }));
    const { reply } = await hear(wire, streamOf(wire, { reasoning: "Hm.", calls, stop: "calls" }));
    const sealed = JSON.stringify(reply.native?.parts);
    if (wire.type !== "chatcompletion") for (const { id } of reply.calls) expect(sealed).toContain(`"${id}"`);
    expect(reply.native?.wire).toContain(wire.wire);
  });

  test("usage that makes no sense counts as unknown", async () => {
    const usage = { input: -5, output: 1e18, cachedInput: 0, reasoning: 0 };
    const { reply } = await hear(wire, streamOf(wire, { pieces: ["ok"], usage }));
    expect(reply).toMatchObject({ text: "ok", usage: null, costUsd: null });
  });

  test("CRLF line ends are read like any other", async () => {
    const { reply } = await hear(wire, streamOf(wire, { pieces: ["Hello ", "there"] }).replaceAll("\n", "\r\n"));
    expect(reply.text).toBe("Hello there");
  });

  test("an empty reply is a reply", async () => {
    const { reply } = await hear(wire, streamOf(wire, {}));
    expect(reply).toMatchObject({ text: "", reasoning: "", calls: [], stop: "end" });
  });
});

describe("arguments that are not what they should be", () => {
  const args = async (json: string): Promise<unknown> => {
    const call = { index: 0, id: "c1", type: "function", function: { name: "read", arguments: json } };
    const { reply } = await hear(CHAT, chunk({ tool_calls: [call] }) + chunk({}, "tool_calls"));
    return reply.calls[0]?.input;
  };

  test.each<[string, string, unknown]>([
    ["half an object", '{"path": "a', '{"path": "a'],
    ["nothing", "", {}],
    ["a string", '"a"', "a"],
    ["null", "null", null],
    ["a list", "[1]", [1]],
    ["words", "read a.ts", "read a.ts"],
  ])("%s", async (_, json, expected) => {
    expect(await args(json)).toEqual(expected);
  });

  test("10,000 levels are taken as text, and __proto__ stays a key", async () => {
    const deep = `${"[".repeat(10_000)}${"]".repeat(10_000)}`;
    expect(await args(deep)).toBe(deep);
    expect(Object.keys((await args('{"__proto__": {"polluted": true}}')) as object)).toEqual(["__proto__"]);
    expect({}).not.toHaveProperty("polluted");
  });

  test("a megabyte arrives", async () => {
    expect(await args(JSON.stringify({ content: "x".repeat(2 ** 20) }))).toEqual({ content: "x".repeat(2 ** 20) });
  });

  test("a reply that was cut in the middle of a call says so", async () => {
    const broken = streamOf(ANTHROPIC, {
      calls: [{ id: "c1", name: "read", input: { path: "abcdefgh" } }],
      stop: "length",
    });
    const second = broken.lastIndexOf("event: content_block_delta");
    const { reply } = await hear(
      ANTHROPIC,
      broken.slice(0, second) + broken.slice(broken.indexOf("event: content_block_stop", second)),
    );
    expect(reply).toMatchObject({ stop: "length", calls: [{ id: "c1", input: expect.stringContaining('{"path"') }] });
  });
});

describe("Chat Completions as others speak it", () => {
  const call = (id: string | undefined, path: string, index?: number): unknown => ({
    index,
    id,
    function: { name: "read", arguments: JSON.stringify({ path }) },
  });

  test("calls that all have the index 0 are told apart by their ids", async () => {
    const { reply } = await hear(
      CHAT,
      chunk({ tool_calls: [call("a", "1", 0)] }) + chunk({ tool_calls: [call("b", "2", 0)] }) + chunk({}, "stop"),
    );
    expect(reply).toMatchObject({
      stop: "calls",
      calls: [
        { id: "a", input: { path: "1" } },
        { id: "b", input: { path: "2" } },
      ],
    });
  });

  test("a call without an id gets one", async () => {
    const { reply } = await hear(CHAT, chunk({ tool_calls: [call(undefined, "1", 0)] }) + chunk({}, "tool_calls"));
    expect(reply.calls).toEqual([{ id: "call_1", name: "read", input: { path: "1" } }]);
  });

  test("a stream without an end mark is complete once a finish reason came", async () => {
    const { reply } = await hear(CHAT, chunk({ content: "hi" }) + chunk({}, "stop"));
    expect(reply).toMatchObject({ text: "hi", usage: null, costUsd: null });
  });

  test("an end mark without a finish reason is no end", async () => {
    expect(await faultOf(hear(CHAT, `${chunk({ content: "hi" })}data: [DONE]\n\n`))).toMatchObject({ code: "network" });
  });

  test("reasoning that is counted beside the output is added to it", async () => {
    const usage = {
      prompt_tokens: 10,
      completion_tokens: 5,
      total_tokens: 35,
      completion_tokens_details: { reasoning_tokens: 20 },
    };
    const { reply } = await hear(CHAT, chunk({ content: "hi" }, "stop") + event({ choices: [], usage }));
    expect(reply.usage).toEqual({ input: 10, cachedInput: 0, output: 25, reasoning: 20 });
  });

  test("a cost that the provider names is believed", async () => {
    const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15, cost: 0.125 };
    const { reply } = await hear(CHAT, chunk({ content: "hi" }, "stop") + event({ choices: [], usage }), "openrouter");
    expect(reply.costUsd).toBe(0.125);
  });

  test("a local model costs nothing", async () => {
    const { reply } = await hear(CHAT, streamOf(CHAT, { pieces: ["hi"] }), "ollama");
    expect(reply.costUsd).toBe(0);
  });

  test.each<[string, unknown, string]>([
    ["a status as its code", { code: 502, message: "upstream is down" }, "overloaded"],
    ["a rate limit", { code: "rate_limit_exceeded", message: "slow down" }, "rate_limit"],
    ["an empty account", { type: "insufficient_quota", message: "no money" }, "quota"],
    ["a full context", { code: "context_length_exceeded", message: "too long" }, "context_length"],
  ])("an error inside the stream with %s", async (_, error, code) => {
    expect(await faultOf(hear(CHAT, chunk({ content: "hi" }) + event({ error })))).toMatchObject({ code });
  });
});

describe("errors inside a stream", () => {
  test.each<[string, WireCase, string, string]>([
    [
      "Anthropic is overloaded",
      ANTHROPIC,
      event({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } }, "error"),
      "overloaded",
    ],
    [
      "Anthropic refuses",
      ANTHROPIC,
      event({ type: "error", error: { type: "invalid_request_error", message: "bad" } }, "error"),
      "request",
    ],
    [
      "OpenAI fails",
      RESPONSES,
      event({ type: "response.failed", response: { error: { code: "server_error", message: "sorry" } } }),
      "overloaded",
    ],
    [
      "OpenAI says stop",
      RESPONSES,
      event({ type: "error", code: "rate_limit_exceeded", message: "slow", param: null }),
      "rate_limit",
    ],
    [
      "Google is full",
      GEMINI,
      event({ error: { code: 503, message: "The model is overloaded", status: "UNAVAILABLE" } }),
      "overloaded",
    ],
    ["Google could not read the call", GEMINI, part({ text: "" }, "MALFORMED_FUNCTION_CALL"), "bad_response"],
  ])("%s", async (_, wire, bytes, code) => {
    const start = framesOf(wire.wire, { pieces: ["a"] }).deltas.join("");
    expect(await faultOf(hear(wire, start + bytes))).toMatchObject({ code, hint: expect.stringMatching(/./) });
  });
});

describe("what only one provider does", () => {
  test("a prompt that Google blocks is a refusal", async () => {
    const { reply } = await hear(GEMINI, event({ promptFeedback: { blockReason: "PROHIBITED_CONTENT" } }));
    expect(reply).toMatchObject({ text: "", stop: "refusal" });
  });

  test("Google's signature at the end of a text is kept", async () => {
    const { reply } = await hear(
      GEMINI,
      part({ text: "one " }) + part({ text: "two" }) + part({ text: "", thoughtSignature: "sig" }, "STOP"),
    );
    expect(reply.native?.parts).toEqual([{ text: "one two" }, { text: "", thoughtSignature: "sig" }]);
  });

  test("what Anthropic wrote to its cache is part of the input", async () => {
    const stream = streamOf(ANTHROPIC, {
      pieces: ["ok"],
      usage: { input: 1000, cachedInput: 600, output: 5, reasoning: 0 },
    });
    const { reply } = await hear(
      ANTHROPIC,
      stream.replace('"cache_creation_input_tokens":0', '"cache_creation_input_tokens":300'),
    );
    expect(reply.usage).toEqual({ input: 1300, cachedInput: 600, output: 5, reasoning: 0 });
  });

  test("a result of Anthropic's own search goes into the sealed form, in its place", async () => {
    const block = (index: number, content_block: unknown): string =>
      event({ type: "content_block_start", index, content_block }, "content_block_start") +
      event({ type: "content_block_stop", index }, "content_block_stop");
    const search =
      block(0, { type: "server_tool_use", id: "s1", name: "web_search", input: {} }) +
      block(1, { type: "web_search_tool_result", tool_use_id: "s1", content: [] });
    const { end } = framesOf("anthropic", {});
    const { reply } = await hear(ANTHROPIC, search + block(2, { type: "text", text: "Found." }) + end.join(""));
    expect(reply).toMatchObject({ text: "Found.", calls: [], stop: "end" });
    expect(reply.native?.parts).toMatchObject([
      { type: "server_tool_use" },
      { type: "web_search_tool_result" },
      { type: "text", text: "Found." },
    ]);
  });

  test("OpenAI's reasoning without its seal is not sent back: the provider kept nothing to look it up", async () => {
    const { reply } = await hear(
      RESPONSES,
      streamOf(RESPONSES, { reasoning: "Hm.", pieces: ["ok"] }).replaceAll('"sealed-1"', "null"),
    );
    expect(reply).toMatchObject({ reasoning: "Hm.", text: "ok", native: undefined });
  });

  test("items that OpenAI sends only in the last event are read", async () => {
    const { reply } = await hear(
      RESPONSES,
      framesOf(RESPONSES.wire, {
        pieces: ["ok"],
        calls: [{ id: "c1", name: "read", input: {} }],
        stop: "calls",
      }).end.join(""),
    );
    expect(reply).toMatchObject({ text: "ok", calls: [{ id: "c1", name: "read", input: {} }], stop: "calls" });
  });

  test("Google's own delay is taken from the body", async () => {
    const details = [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "90s" }];
    const body = JSON.stringify({
      error: { code: 429, message: "You exceeded your current quota", status: "RESOURCE_EXHAUSTED", details },
    });
    const server = await startFaultServer(
      (socket) =>
        void socket.end(`HTTP/1.1 429 X\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n${body}`),
    );
    open.push(server);
    const fault = await faultOf(listen(await openModel(specFor(GEMINI, anyPath(server.url))), ask("hi")));
    expect(fault).toMatchObject({ code: "rate_limit", retryAfterMs: 90_000, hint: expect.stringContaining("1m 30s") });
  });
});
