import type { ModelSpec } from "../core/model.ts";

/** For both OpenAI wires. We retry, time and log ourselves. An absent key is sent as a word, never taken from the environment. */
export function openaiSettings({ apiKey, baseUrl }: ModelSpec) {
  return {
    apiKey: apiKey ?? "none",
    adminAPIKey: null,
    ...(baseUrl !== undefined && { baseURL: baseUrl }),
    maxRetries: 0,
    timeout: 24 * 3600 * 1000,
    logLevel: "off" as const,
  };
}
