import { describe, expect, test } from "vitest";
import { costUsd, priceOf } from "../../src/models/prices.ts";

const usage = { input: 1_000_000, cachedInput: 0, output: 1_000_000, reasoning: 0 };
const spec = { type: "openai", model: "gpt-5.5", options: {}, idleTimeoutMs: 1, agentId: "ada" };

describe("the price list", () => {
  test.each([
    ["openai", "gpt-5.5"],
    ["claude", "claude-opus-5"],
    ["gemini", "gemini-3-pro-preview"],
    ["grok", "grok-4"],
    ["groq", "openai/gpt-oss-120b"],
    ["openrouter", "openai/gpt-5-mini"],
    ["cerebras", "gpt-oss-120b"],
    ["chatcompletion", "gpt-5.5"],
  ])("knows %s %s", (backend, model) => {
    expect(costUsd(backend, model, usage)).toBeGreaterThan(0.1);
  });

  test("cached input is cheaper, what is written to the cache is dearer", () => {
    const plain = costUsd("claude", "claude-opus-5", usage) ?? 0;
    expect(costUsd("claude", "claude-opus-5", { ...usage, cachedInput: 900_000 })).toBeLessThan(plain);
    expect(costUsd("claude", "claude-opus-5", usage, 900_000)).toBeGreaterThan(plain);
  });

  test("a model that it does not know has no price, nor has a provider that it does not know", () => {
    expect(costUsd("openai", "gpt-99-imaginary", usage)).toBeNull();
    expect(costUsd("poe", "gpt-5.5", usage)).toBeNull();
  });

  test("counts that contradict each other have no price", () => {
    expect(costUsd("openai", "gpt-5.5", { ...usage, input: 10, cachedInput: 20 })).toBeNull();
  });

  test.each(["simulated", "ollama", "lmstudio", "vllm", "llamacpp"])("%s costs nothing", (backend) => {
    expect(costUsd(backend, "anything", usage)).toBe(0);
  });
});

test("a price of one's own holds for fresh, cached and output tokens", () => {
  const price = { input_per_million: 3, output_per_million: 15 };
  expect(priceOf({ ...spec, options: { price } }, { ...usage, cachedInput: 500_000 })).toBe(18);
  expect(
    priceOf(
      { ...spec, options: { price: { ...price, cached_input_per_million: 0 } } },
      { ...usage, cachedInput: 500_000 },
    ),
  ).toBe(16.5);
});
