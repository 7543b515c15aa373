import { type ChatCompletionRequest, LLMock } from "@copilotkit/aimock";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "../../src/core/message.ts";
import type { ModelClient, ToolSpec } from "../../src/core/model.ts";
import { openModel } from "../../src/models/open-model.ts";
import { anyPath, ask, faultOf, listen, specFor, WIRES } from "./model-harness.ts";

/** A foreign implementation of the four protocols: what it sends and accepts, we did not write. */
const mock = new LLMock({ port: 0 });
let url = "";
beforeAll(async () => {
  url = await mock.start();
});
afterAll(() => mock.stop());

const READ: ToolSpec = {
  name: "read",
  description: "Read a file.",
  inputSchema: { type: "object", properties: { path: { type: "string" } } },
};

describe.each(WIRES)("over $wire", (wire) => {
  const open = (): Promise<ModelClient> => openModel(specFor(wire, anyPath(url)));

  test("a text", async () => {
    mock.on({ userMessage: `${wire.wire} text` }, { content: "日本語 👩‍👩‍👧‍👦 done" }, { chunkSize: 2 });
    const { reply, deltas } = await listen(await open(), ask(`${wire.wire} text`));
    expect(reply).toMatchObject({ text: "日本語 👩‍👩‍👧‍👦 done", calls: [], stop: "end" });
    expect(deltas).toBe(reply.text);
  });

  test("text, reasoning and parallel calls", async () => {
    const toolCalls = ["a", "b"].map((path) => ({ name: "read", arguments: JSON.stringify({ path }) }));
    mock.on({ userMessage: `${wire.wire} calls` }, { content: "Reading.", reasoning: "I need both.", toolCalls });
    const { reply, thoughts } = await listen(await open(), ask(`${wire.wire} calls`, { tools: [READ] }));
    expect(reply).toMatchObject({ text: "Reading.", stop: "calls" });
    expect(reply.calls.map(({ name, input }) => [name, input])).toEqual([
      ["read", { path: "a" }],
      ["read", { path: "b" }],
    ]);
    expect(thoughts).toBe("I need both.");
  });

  test("the turn after a call", async () => {
    const seen: ChatCompletionRequest[] = [];
    mock.on({ toolResultContains: `result of ${wire.wire}` }, (request) => {
      seen.push(request);
      return { content: "It says AAA." };
    });
    const messages: Message[] = [
      { role: "user", text: "read a" },
      { role: "assistant", text: "Reading.", calls: [{ id: "call_a", name: "read", input: { path: "a" } }] },
      { role: "tool", callId: "call_a", name: "read", output: `result of ${wire.wire}`, failed: false },
    ];
    const { reply } = await listen(await open(), ask("", { messages, tools: [READ] }));
    expect(reply.text).toBe("It says AAA.");
    const roles = seen[0]?.messages.map(({ role }) => role);
    expect(roles?.[0]).toBe("system");
    expect(roles?.at(-1)).toBe("tool");
    expect(JSON.stringify(seen[0]?.messages)).toContain(String.raw`\"path\":\"a\"`);
  });

  test("a length stop", async () => {
    mock.on({ userMessage: `${wire.wire} long` }, { content: "half", finishReason: "length" });
    const { reply } = await listen(await open(), ask(`${wire.wire} long`));
    expect(reply.stop).toBe("length");
  });

  test("a rate limit, and a cut", async () => {
    mock.on(
      { userMessage: `${wire.wire} limit` },
      { error: { message: "slow down", type: "rate_limit_error" }, status: 429, retryAfter: 120 },
    );
    expect(await faultOf(listen(await open(), ask(`${wire.wire} limit`)))).toMatchObject({
      code: "rate_limit",
      retryAfterMs: 120_000,
    });
    mock.on(
      { userMessage: `${wire.wire} cut` },
      { content: "a long text that is cut" },
      { chunkSize: 2, truncateAfterChunks: 3 },
    );
    expect(await faultOf(listen(await open(), ask(`${wire.wire} cut`)))).toMatchObject({ code: "network" });
  });
});
