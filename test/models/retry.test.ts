import { describe, expect, test } from "vitest";
import { type Fault, FaultError } from "../../src/core/fault.ts";
import type { ModelClient, ModelEvent, ModelReply } from "../../src/core/model.ts";
import { retryDelay, withRetry } from "../../src/models/retry.ts";
import { ask, faultOf, listen } from "./model-harness.ts";

const REPLY: ModelReply = { type: "done", text: "ok", reasoning: "", calls: [], stop: "end", usage: null, costUsd: 0 };

/** Fails with these faults, one a call, and answers after that. */
function failing(...faults: Fault[]): ModelClient & { calls: number } {
  const client = {
    backend: "openai",
    model: "m",
    simulated: false,
    calls: 0,
    async *stream(): AsyncGenerator<ModelEvent> {
      const fault = faults[client.calls];
      client.calls += 1;
      yield { type: "text", delta: "half" };
      await Promise.resolve();
      if (fault) throw new FaultError(fault);
      yield REPLY;
    },
  };
  return client;
}

const fault = (code: Fault["code"], retryAfterMs?: number): Fault => ({
  code,
  message: code,
  ...(retryAfterMs !== undefined && { retryAfterMs }),
});

describe("how often a call is tried", () => {
  test.each<[Fault["code"], number]>([
    ["rate_limit", 4],
    ["overloaded", 4],
    ["network", 4],
    ["timeout", 2],
    ["bad_response", 2],
    ["auth", 1],
    ["quota", 1],
    ["request", 1],
    ["context_length", 1],
    ["cancelled", 1],
    ["bug", 1],
  ])("%s: %i times", async (code, tries) => {
    const client = failing(...Array.from({ length: 9 }, () => fault(code)));
    const result = await faultOf(listen(withRetry(client, { sleep: async () => undefined }), ask("hi")));
    expect(result.code).toBe(code);
    expect(client.calls).toBe(tries);
  });

  test("a second time-out ends a call that had other faults in between", async () => {
    const client = failing(fault("timeout"), fault("overloaded"), fault("timeout"));
    expect((await faultOf(listen(withRetry(client, { sleep: async () => undefined }), ask("hi")))).code).toBe(
      "timeout",
    );
    expect(client.calls).toBe(3);
  });
});

describe("how long it waits", () => {
  test("up to 1, 2 and 4 seconds, each wait announced before it begins", async () => {
    const log: (string | number)[] = [];
    const sleep = async (ms: number): Promise<void> => void log.push(ms);
    const client = withRetry(failing(fault("network"), fault("network"), fault("network")), { random: () => 1, sleep });
    for await (const event of client.stream(ask("hi"), new AbortController().signal)) {
      if (event.type === "retry") log.push(`${event.attempt}/${event.maxAttempts} in ${event.delayMs}`);
    }
    expect(log).toEqual(["2/4 in 1000", 1000, "3/4 in 2000", 2000, "4/4 in 4000", 4000]);
  });

  test("any fraction of that, so that agents do not come back together", () => {
    expect(retryDelay(3, fault("network"), 1000, 0.25)).toBe(1000);
    expect(retryDelay(3, fault("network"), 1000, 0)).toBe(0);
  });

  test("never more than 30 times the base", () => {
    expect(retryDelay(20, fault("network"), 1000, 1)).toBe(30_000);
  });

  test("at least as long as the server asked", () => {
    expect(retryDelay(1, fault("rate_limit", 5000), 1000, 0)).toBe(5000);
    expect(retryDelay(1, fault("rate_limit", 5000), 1000, 1)).toBe(6000);
  });

  test("a server that asks for a minute is waited for, one that asks for more is not", async () => {
    const waits: number[] = [];
    const sleep = async (ms: number): Promise<void> => void waits.push(ms);
    await listen(withRetry(failing(fault("overloaded", 60_000)), { sleep, random: () => 0 }), ask("hi"));
    expect(waits).toEqual([60_000]);
    const refused = await faultOf(listen(withRetry(failing(fault("overloaded", 61_000)), { sleep }), ask("hi")));
    expect(refused).toMatchObject({ code: "overloaded", hint: expect.stringContaining("1m 01s") });
    expect(waits).toHaveLength(1);
  });
});

describe("an abort", () => {
  test("during the wait ends the call at once, with its reason", async () => {
    const controller = new AbortController();
    const client = failing(fault("network"));
    const reason = new FaultError({ code: "budget", message: "out of money" });
    const work = (async () => {
      const retrying = withRetry(client, { baseMs: 60_000, random: () => 1 });
      for await (const event of retrying.stream(ask("hi"), controller.signal))
        if (event.type === "retry") setImmediate(() => controller.abort(reason));
    })();
    expect(await faultOf(work)).toEqual(reason.fault);
    expect(client.calls).toBe(1);
  });

  test("is never taken for a fault that can be retried", async () => {
    const controller = new AbortController();
    const client = failing(fault("network"), fault("network"));
    const retrying = withRetry(
      { ...client, stream: (...call) => (controller.abort(), client.stream(...call)) },
      { sleep: async () => undefined },
    );
    expect((await faultOf(listen(retrying, ask("hi"), controller.signal))).code).toBe("cancelled");
    expect(client.calls).toBe(1);
  });
});

test("the wrapped client keeps its name", () => {
  expect(withRetry(failing())).toMatchObject({ backend: "openai", model: "m", simulated: false });
});
