import type { ModelClient } from "../core/model.ts";

/** The rest is for the system prompt with the project's memory, the tools and the reply. */
const CONVERSATION_SHARE = 0.7;
const UNKNOWN_WINDOW = 140_000;
/** Longer conversations fit into some models, but every message of the user pays for all of it again. */
const LARGEST_WINDOW = 200_000;

/** How many tokens of conversation the lead's model is sent. */
export async function leadBudget(
  { backend, model }: Pick<ModelClient, "backend" | "model">,
  maxTokens: number | null,
): Promise<number> {
  if (maxTokens !== null) return maxTokens;
  // Loaded with the first message, not with the screen: the list is large.
  const { contextWindow } = await import("../models/prices.ts");
  const window = Math.min(LARGEST_WINDOW, contextWindow(backend, model) ?? UNKNOWN_WINDOW);
  return Math.floor(window * CONVERSATION_SHARE);
}
