import { afterEach, describe, expect, test } from "vitest";
import type { Fault } from "../../src/core/fault.ts";
import { openModel } from "../../src/models/open-model.ts";
import { type ModelServer, type ScriptedReply, startModelServer } from "../helpers/model-server.ts";
import { ask, faultOf, KEY, listen, specFor, WIRES } from "./model-harness.ts";

const open: ModelServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function scripted(reply: ScriptedReply): Promise<ModelServer> {
  const server = await startModelServer(() => reply);
  open.push(server);
  return server;
}

describe.each(WIRES)("over $wire", (wire) => {
  const failing = async (server: ModelServer, apiKey = KEY): Promise<Fault> =>
    faultOf(listen(await openModel(specFor(wire, server, { apiKey })), ask("hi")));

  test.each<[string, ScriptedReply, Fault["code"], number]>([
    ["400", { status: 400, text: "temperature: out of range" }, "request", 1],
    [
      "400 for a conversation that is too long",
      { status: 400, text: "This model's maximum context length is 8192 tokens" },
      "context_length",
      1,
    ],
    [
      "400 for a prompt that is too long",
      { status: 400, text: "prompt is too long: 210000 tokens > 200000 maximum" },
      "context_length",
      1,
    ],
    ["400 for an invalid key", { status: 400, text: "API key not valid. Please pass a valid API key." }, "auth", 1],
    ["400 for an empty account", { status: 400, text: "Your credit balance is too low to access the API" }, "quota", 1],
    ["401", { status: 401, text: "no such key" }, "auth", 1],
    ["402", { status: 402, text: "pay" }, "quota", 1],
    ["403", { status: 403, text: "not in your country" }, "auth", 1],
    ["404", { status: 404, text: "model not found" }, "request", 1],
    ["408", { status: 408 }, "overloaded", 4],
    ["409", { status: 409 }, "overloaded", 4],
    ["413", { status: 413 }, "context_length", 1],
    ["422", { status: 422 }, "request", 1],
    ["429", { status: 429, text: "Too many requests" }, "rate_limit", 4],
    [
      "429 for an empty account",
      { status: 429, errorBody: { error: { message: "You have no money", code: "insufficient_quota" } } },
      "quota",
      1,
    ],
    ["429 for a spend limit", { status: 429, text: "enforced_spend_limit_reached" }, "quota", 1],
    ["500", { status: 500, text: "oops" }, "overloaded", 4],
    ["502 with a web page", { status: 502, errorBody: "<html><title>Bad gateway</title></html>" }, "overloaded", 4],
    ["503", { status: 503 }, "overloaded", 4],
    ["529", { status: 529, text: "Overloaded" }, "overloaded", 4],
  ])("%s", async (_, reply, code, attempts) => {
    const server = await scripted(reply);
    const fault = await failing(server);
    expect(fault).toMatchObject({ code, hint: expect.stringMatching(/./) });
    expect(fault.message).toMatch(new RegExp(`^${wire.type}: .*\\(HTTP ${reply.status}\\)$`));
    expect(server.requests).toHaveLength(attempts);
  });

  test("the provider's own words are kept, on one line, without the key", async () => {
    const server = await scripted({
      status: 401,
      text: `Incorrect key:\nfedcba9876543210 \u001b[31m (sk-abcdef123456) ${"x".repeat(900)}`,
    });
    const { message, hint } = await failing(server, "fedcba9876543210");
    expect(message).toContain("Incorrect key: [key] [31m ([key]) xxx");
    expect(message.length).toBeLessThan(350);
    expect(hint).toMatch(/OPENAI_API_KEY|ANTHROPIC_API_KEY|GEMINI_API_KEY/);
  });

  test.each<[string, string, number | undefined]>([
    ["seconds", "0.02", 20],
    ["a date in the past", "Wed, 21 Oct 2015 07:28:00 GMT", 0],
    ["a negative number", "-1", undefined],
    ["nonsense", "abc", undefined],
  ])("Retry-After as %s", async (_, retryAfter, expected) => {
    const server = await scripted({ status: 429, retryAfter });
    const fault = await failing(server);
    expect(fault.retryAfterMs).toBe(expected);
    expect(server.requests).toHaveLength(4);
  });

  test("Retry-After beyond a minute is not waited for, and the hint says how long", async () => {
    const server = await scripted({ status: 429, retryAfter: "3600" });
    const fault = await failing(server);
    expect(fault).toMatchObject({
      code: "rate_limit",
      retryAfterMs: 3_600_000,
      hint: expect.stringContaining("1h 00m"),
    });
    expect(server.requests).toHaveLength(1);
  });
});
