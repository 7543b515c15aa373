import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import type { ModelClient, ModelSpec } from "../../src/core/model.ts";
import { openModel } from "../../src/models/open-model.ts";
import { type ModelScript, type ModelServer, startModelServer } from "../helpers/model-server.ts";
import { ask, faultOf, KEY, listen, specFor, VOTE, WIRES } from "./model-harness.ts";

let server: ModelServer;
let script: ModelScript = () => ({});
beforeAll(async () => {
  server = await startModelServer((request) => script(request));
});
afterAll(() => server.close());
beforeEach(() => {
  (server.requests as unknown[]).length = 0;
});

describe.each(WIRES)("over $wire", (wire) => {
  const open = (changes: Partial<ModelSpec> = {}): Promise<ModelClient> => openModel(specFor(wire, server, changes));
  const lastRequest = () => {
    const request = server.requests.at(-1);
    if (!request) throw new Error("No request arrived");
    return { ...request, body: request.body as Record<string, unknown> };
  };

  test("a text arrives in deltas and whole, with usage, price and stop reason", async () => {
    script = () => ({
      text: "Hello there, Ada.",
      chunks: 4,
      usage: { input: 1000, cachedInput: 400, output: 50, reasoning: 20 },
    });
    const { events, reply, deltas } = await listen(await open(), ask("Hi"));
    expect(events.map(({ type }) => type)).toEqual([...events.slice(1).map(() => "text"), "done"]);
    expect(events.length).toBeGreaterThan(1);
    expect(deltas).toBe("Hello there, Ada.");
    expect(reply).toMatchObject({ text: "Hello there, Ada.", calls: [], stop: "end", native: undefined });
    expect(reply.usage).toEqual({ input: 1000, cachedInput: 400, output: 50, reasoning: 20 });
    expect(reply.costUsd).toBeGreaterThan(0);
  });

  test("the server sees the key, the model, the system prompt and the message", async () => {
    script = () => ({ text: "ok" });
    await listen(await open(), ask("What is 2+2?"));
    expect(lastRequest()).toMatchObject({
      wire: wire.wire,
      model: wire.model,
      system: "You are ada.",
      messages: [{ role: "user", text: "What is 2+2?" }],
      tools: [],
    });
    expect(JSON.stringify(lastRequest().headers)).toContain(KEY);
  });

  test("CJK, joined emoji and combining marks survive any cut", async () => {
    const text = "日本語テスト 👩‍👩‍👧‍👦 é שלום 𝔘𝔫𝔦";
    script = () => ({ text, chunks: 40 });
    const { reply, deltas } = await listen(await open(), ask("say it"));
    expect(reply.text).toBe(text);
    expect(deltas).toBe(text);
  });

  test("a tool call arrives with its arguments, and its schema was declared", async () => {
    script = () => ({ text: "I vote.", calls: [{ name: "vote", input: { agent: "agent2", reason: 'tests "pass"' } }] });
    const { reply } = await listen(await open(), ask("vote", { tools: [VOTE] }));
    expect(reply).toMatchObject({ text: "I vote.", stop: "calls" });
    expect(reply.calls).toEqual([
      { id: expect.stringMatching(/./), name: "vote", input: { agent: "agent2", reason: 'tests "pass"' } },
    ]);
    expect(lastRequest().tools).toEqual(["vote"]);
    expect(JSON.stringify(lastRequest().body)).toContain('"required":["agent"]');
  });

  test("parallel calls keep their order and have different ids", async () => {
    const inputs = ["a.ts", "b.ts", "c.ts"].map((path) => ({ path }));
    script = () => ({ calls: inputs.map((input) => ({ name: "read", input })) });
    const { reply } = await listen(await open(), ask("read"));
    expect(reply.calls.map(({ input }) => input)).toEqual(inputs);
    expect(new Set(reply.calls.map(({ id }) => id)).size).toBe(3);
  });

  test("a call without arguments has an empty object as input", async () => {
    script = () => ({ calls: [{ name: "list", input: {} }] });
    const { reply } = await listen(await open(), ask("list"));
    expect(reply.calls[0]?.input).toEqual({});
  });

  test("results of calls go back to the model, failed ones marked", async () => {
    script = () => ({ text: "done" });
    const messages: Message[] = [
      { role: "user", text: "read both" },
      {
        role: "assistant",
        text: "Reading.",
        calls: [
          { id: "c/1", name: "read", input: { path: "a" } },
          { id: "c/2", name: "read", input: "not json" },
        ],
      },
      { role: "tool", callId: "c/1", name: "read", output: "AAA", failed: false },
      { role: "tool", callId: "c/2", name: "read", output: "bad arguments", failed: true },
      { role: "user", text: "go on" },
    ];
    await listen(await open(), ask("", { messages, tools: [{ ...VOTE, name: "read" }] }));
    const seen = lastRequest().messages;
    expect(seen.map(({ role, text }) => (role === "tool" ? `tool:${text}` : `${role}:${text.slice(0, 8)}`))).toEqual(
      wire.wire === "openai-responses"
        ? [
            "user:read bot",
            "assistant:Reading.",
            'assistant:[read {"',
            'assistant:[read {"',
            "tool:AAA",
            "tool:The call failed: bad arguments",
            "user:go on",
          ]
        : [
            "user:read bot",
            "assistant:Reading.",
            "tool:AAA",
            expect.stringMatching(/^tool:.*bad arguments$/),
            "user:go on",
          ],
    );
    const body = JSON.stringify(lastRequest().body);
    expect(body).toMatch(/is_error|"error":"bad|The call failed/);
    expect(body).toMatch(/invalid_arguments.{2,6}not json/);
  });

  test("neighbouring user messages and blank ones make a legal conversation", async () => {
    script = () => ({ text: "ok" });
    const messages: Message[] = [
      { role: "user", text: "one" },
      { role: "user", text: "two" },
      { role: "assistant", text: "", calls: [] },
      { role: "user", text: "  " },
      { role: "user", text: "three" },
    ];
    await listen(await open(), ask("", { messages, system: "" }));
    expect(lastRequest().messages).toEqual([{ role: "user", text: "one\n\ntwo\n\nthree" }]);
    expect(lastRequest().system).toBe("");
  });

  test("lone surrogates never reach the provider", async () => {
    script = () => ({ text: "ok" });
    const messages: Message[] = [
      { role: "user", text: "cut \ud83d here" },
      { role: "assistant", text: "", calls: [{ id: "c1", name: "read", input: { path: "x\udc00" } }] },
      { role: "tool", callId: "c1", name: "read", output: "y\ud800", failed: false },
    ];
    await listen(await open(), ask("", { messages, system: "s\udfff" }));
    expect(JSON.stringify(lastRequest().body)).not.toMatch(/\\ud[89a-f]/i);
  });

  test("reasoning is shown, and its sealed form goes back verbatim in the next request", async () => {
    script = () => ({ reasoning: "Let me think.", text: "Reading.", calls: [{ name: "read", input: { path: "a" } }] });
    const client = await open();
    const first = await listen(client, ask("read a"));
    expect(first.thoughts).toBe("Let me think.");
    expect(first.reply.reasoning).toBe("Let me think.");
    const [call] = first.reply.calls;
    if (!call) throw new Error("no call");
    const stored = JSON.parse(JSON.stringify(first.reply)) as typeof first.reply; // as a journal would
    const next: Message[] = [
      { role: "user", text: "read a" },
      { role: "assistant", text: stored.text, calls: stored.calls, native: stored.native },
      { role: "tool", callId: call.id, name: "read", output: "AAA", failed: false },
    ];
    await listen(client, ask("", { messages: next }));
    expect(JSON.stringify(lastRequest().body)).toMatch(/signed-\d|sealed-\d|reasoning_content":"Let me think/);
    // Another model would refuse what it did not sign.
    await listen(await open({ model: "other-model" }), ask("", { messages: next }));
    expect(JSON.stringify(lastRequest().body)).not.toMatch(/signed-\d|sealed-\d|reasoning_content/);
    expect(lastRequest().messages.at(-1)).toEqual({ role: "tool", text: "AAA" });
  });

  test("a call that was dropped from the message is dropped from its sealed form too", async () => {
    script = () => ({
      reasoning: "Hm.",
      calls: [
        { name: "read", input: { path: "kept" } },
        { name: "read", input: { path: "dropped" } },
      ],
    });
    const client = await open();
    const { reply } = await listen(client, ask("read"));
    const [kept] = reply.calls;
    if (!kept) throw new Error("no call");
    script = () => ({ text: "ok" });
    const messages: Message[] = [
      { role: "user", text: "read" },
      { role: "assistant", text: "", calls: [kept], native: reply.native },
      { role: "tool", callId: kept.id, name: "read", output: "AAA", failed: false },
    ];
    await listen(client, ask("", { messages }));
    const body = JSON.stringify(lastRequest().body);
    expect(body).toContain("kept");
    expect(body).not.toContain("dropped");
  });

  test.each([
    ["length", "length"],
    ["refusal", "refusal"],
  ] as const)("a reply stopped by %s says so", async (stop, expected) => {
    script = () => ({ text: "half an ans", stop });
    const { reply } = await listen(await open(), ask("long"));
    expect(reply).toMatchObject({ text: "half an ans", stop: expected });
  });

  test("sampling options and extra_body are passed on, unknown keys are not", async () => {
    script = () => ({ text: "ok" });
    const options = {
      temperature: 0.3,
      top_p: 0.9,
      max_tokens: 77,
      nonsense_key: 1,
      extra_body: { custom_field: "x" },
      seed: null,
    };
    await listen(await open({ options }), ask("hi"));
    const body = JSON.stringify(lastRequest().body);
    expect(body).toMatch(/"temperature":0.3/);
    expect(body).toMatch(/"top_?[pP]":0.9/);
    expect(body).toMatch(/"(max_tokens|max_output_tokens|maxOutputTokens)":77/);
    expect(body).toMatch(/"custom_field":"x"/);
    expect(body).not.toMatch(/nonsense_key|retry_base_ms|"seed"/);
  });

  test("an option of the wrong type is a fault of the configuration", async () => {
    const fault = await faultOf(open({ options: { temperature: "hot" } }));
    expect(fault).toMatchObject({ code: "config", message: expect.stringContaining("temperature") });
  });

  test("a price in the configuration wins over the list", async () => {
    script = () => ({ text: "ok", usage: { input: 1_000_000, cachedInput: 500_000, output: 1_000_000 } });
    const price = { input_per_million: 2, cached_input_per_million: 1, output_per_million: 10 };
    const { reply } = await listen(await open({ options: { price } }), ask("hi"));
    expect(reply.costUsd).toBe(1 + 0.5 + 10);
  });

  test("200 calls in one reply all arrive", async () => {
    script = () => ({ calls: Array.from({ length: 200 }, (_, index) => ({ name: "read", input: { index } })) });
    const { reply } = await listen(await open(), ask("many"));
    expect(reply.calls.map(({ input }) => input)).toEqual(Array.from({ length: 200 }, (_, index) => ({ index })));
  });

  test("one client serves many calls at once", async () => {
    script = ({ messages }) => ({ text: `echo ${messages[0]?.text}`, chunks: 3, chunkDelayMs: 1 });
    const client = await open();
    const replies = await Promise.all(Array.from({ length: 10 }, (_, index) => listen(client, ask(`q${index}`))));
    expect(replies.map(({ reply }) => reply.text)).toEqual(Array.from({ length: 10 }, (_, index) => `echo q${index}`));
  });
});
