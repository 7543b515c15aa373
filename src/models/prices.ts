import { calcPrice } from "@pydantic/genai-prices";
import { findBackend } from "../core/config/backends.ts";
import type { ModelSpec, Usage } from "../core/model.ts";
import { readOptions } from "./options.ts";

/** Backend type → the price list's name for who bills. */
const BILLED_BY: Readonly<Record<string, string>> = {
  openai: "openai",
  claude: "anthropic",
  gemini: "google",
  grok: "x-ai",
  openrouter: "openrouter",
  zai: "zai",
  cerebras: "cerebras",
  together: "together",
  fireworks: "fireworks",
  groq: "groq",
  moonshot: "moonshotai",
};

/**
 * What the tokens cost by the public price list, in US dollars; null when it does not know the model.
 * `cacheWrite` is the part of `usage.input` that some providers bill at a higher price.
 */
export function costUsd(backend: string, model: string, usage: Usage, cacheWrite = 0): number | null {
  if (findBackend(backend)?.local) return 0;
  const counts = {
    input_tokens: usage.input,
    cache_read_tokens: usage.cachedInput,
    cache_write_tokens: cacheWrite,
    output_tokens: usage.output,
  };
  return listed(backend, model, counts)?.total_price ?? null;
}

/** How many tokens the model takes, as the price list says; null when it does not know. */
export function contextWindow(backend: string, model: string): number | null {
  return listed(backend, model, { input_tokens: 1, output_tokens: 1 })?.model.context_window ?? null;
}

function listed(backend: string, model: string, counts: Parameters<typeof calcPrice>[0]): ReturnType<typeof calcPrice> {
  const providerId = BILLED_BY[backend];
  // Behind a free endpoint anybody may bill: there the model's name must do.
  if (providerId === undefined && backend !== "chatcompletion") return null;
  try {
    return calcPrice(counts, model, providerId === undefined ? {} : { providerId });
  } catch {
    return null; // counts that contradict each other have no price
  }
}

/** As `costUsd`, unless the configuration names its own price (`price:` of the backend). */
export function priceOf(spec: ModelSpec, usage: Usage, cacheWrite = 0): number | null {
  const { price } = readOptions(spec);
  if (!price) return costUsd(spec.type, spec.model, usage, cacheWrite);
  const cachedPrice = price.cached_input_per_million ?? price.input_per_million;
  const fresh = usage.input - usage.cachedInput;
  return (
    (fresh * price.input_per_million + usage.cachedInput * cachedPrice + usage.output * price.output_per_million) / 1e6
  );
}
