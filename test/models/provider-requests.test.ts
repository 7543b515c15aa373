import { afterAll, beforeAll, expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import { openModel } from "../../src/models/open-model.ts";
import { type ModelScript, type ModelServer, startModelServer } from "../helpers/model-server.ts";
import { ask, faultOf, listen, specFor, VOTE, WIRES } from "./model-harness.ts";

let server: ModelServer;
let script: ModelScript = () => ({});
beforeAll(async () => {
  server = await startModelServer((request) => script(request));
});
afterAll(() => server.close());

test("ids that were used before in the conversation are replaced", async () => {
  script = () => ({ calls: [{ name: "read", input: {} }] });
  const client = await openModel(specFor(WIRES[1], server));
  const { reply } = await listen(client, ask("a"));
  const [call] = reply.calls;
  if (!call) throw new Error("no call");
  // The server counts on, so a conversation that holds the next id already is made by hand.
  const [, next] = /^call_(\d+)_0$/.exec(call.id) ?? [];
  const taken = `call_${Number(next) + 1}_0`;
  const messages: Message[] = [
    { role: "user", text: "a" },
    { role: "assistant", text: "", calls: [{ id: taken, name: "read", input: {} }] },
    { role: "tool", callId: taken, name: "read", output: "x", failed: false },
  ];
  const second = await listen(client, ask("", { messages }));
  expect(second.reply.calls[0]?.id).not.toBe(taken);
  expect(second.reply.calls).toHaveLength(1);
});

test("Anthropic is told to cache the system prompt and the conversation so far", async () => {
  script = () => ({ text: "ok" });
  await listen(await openModel(specFor(WIRES[2], server)), ask("hi"));
  expect(server.requests.at(-1)?.body).toMatchObject({
    max_tokens: 32_000,
    system: [{ text: "You are ada.", cache_control: { type: "ephemeral" } }],
    messages: [{ role: "user", content: [{ text: "hi", cache_control: { type: "ephemeral" } }] }],
  });
});

test("a conversation with calls still declares their tools to Anthropic when none may be called", async () => {
  script = () => ({ text: "ok" });
  const messages: Message[] = [
    { role: "user", text: "a" },
    { role: "assistant", text: "", calls: [{ id: "c1", name: "read", input: {} }] },
    { role: "tool", callId: "c1", name: "read", output: "x", failed: false },
  ];
  await listen(await openModel(specFor(WIRES[2], server)), ask("", { messages }));
  expect(server.requests.at(-1)?.body).toMatchObject({ tools: [{ name: "read" }], tool_choice: { type: "none" } });
});

test("OpenAI keeps nothing, and a reasoning model is asked for its sealed reasoning", async () => {
  script = () => ({ text: "ok" });
  const options = {
    reasoning: { effort: "high", summary: "auto" },
    text: { verbosity: "low" },
    enable_web_search: true,
  };
  await listen(await openModel(specFor(WIRES[0], server, { options })), ask("hi", { tools: [VOTE] }));
  expect(server.requests.at(-1)?.body).toMatchObject({
    store: false,
    include: ["reasoning.encrypted_content"],
    reasoning: { effort: "high", summary: "auto" },
    text: { verbosity: "low" },
    tools: [{ name: "vote" }, { type: "web_search" }],
    parallel_tool_calls: false,
  });
  await listen(await openModel(specFor(WIRES[0], server, { model: "gpt-4o" })), ask("hi"));
  expect(server.requests.at(-1)?.body).not.toHaveProperty("include");
});

test("OpenRouter gets reasoning and search in its own fields", async () => {
  script = () => ({ text: "ok" });
  const spec = specFor(WIRES[1], server, {
    type: "openrouter",
    options: { reasoning: { effort: "low" }, enable_web_search: true, max_results: 3 },
  });
  await listen(await openModel(spec), ask("hi"));
  expect(server.requests.at(-1)?.body).toMatchObject({
    reasoning: { effort: "low" },
    plugins: [{ id: "web", max_results: 3 }],
    usage: { include: true },
  });
});

test("Gemini thinks by default where it can, and is not offered search beside our tools before version 3", async () => {
  script = () => ({ text: "ok" });
  const options = { enable_web_search: true, reasoning: { effort: "low" } };
  await listen(
    await openModel(specFor(WIRES[3], server, { options, model: "gemini-2.5-flash" })),
    ask("hi", { tools: [VOTE] }),
  );
  const old = server.requests.at(-1)?.body as Record<string, unknown>;
  expect(old).toMatchObject({ generationConfig: { thinkingConfig: { includeThoughts: true, thinkingBudget: 1024 } } });
  expect(JSON.stringify(old)).not.toContain("googleSearch");
  await listen(await openModel(specFor(WIRES[3], server, { options })), ask("hi", { tools: [VOTE] }));
  const recent = JSON.stringify(server.requests.at(-1)?.body);
  expect(recent).toContain("googleSearch");
  expect(recent).toContain('"thinkingLevel":"LOW"');
  expect(recent).not.toMatch(/\$schema|minLength/);
});

test("a beta is named in Anthropic's header", async () => {
  script = () => ({ text: "ok" });
  const options = { betas: ["context-1m-2025-08-07"], enable_code_execution: true };
  await listen(await openModel(specFor(WIRES[2], server, { options })), ask("hi"));
  expect(server.requests.at(-1)?.headers["anthropic-beta"]).toBe("context-1m-2025-08-07,code-execution-2025-08-25");
});

test("no key is a fault before anything is sent, unless the server is the user's own", async () => {
  const spec = { ...specFor(WIRES[0], server), apiKey: undefined };
  script = () => ({ text: "ok" });
  await listen(await openModel(spec), ask("hi"));
  const client = await openModel({ ...spec, baseUrl: undefined });
  expect(await faultOf(listen(client, ask("hi")))).toMatchObject({
    code: "auth",
    hint: expect.stringContaining("OPENAI_API_KEY"),
  });
});

test("an unknown backend, or a free one without an address, is a fault of the configuration", async () => {
  const spec = specFor(WIRES[1], server);
  expect(await faultOf(openModel({ ...spec, type: "gtp" }))).toMatchObject({ code: "config" });
  expect(await faultOf(openModel({ ...spec, baseUrl: undefined }))).toMatchObject({ code: "config" });
  expect(await faultOf(openModel({ ...spec, baseUrl: "localhost:8000/v1" }))).toMatchObject({ code: "config" });
});
