import type { ChatState } from "../core/chat/state.ts";
import { compactsAt } from "../core/chat/compaction.ts";
import { conversationCost, estimateTokens, transcript } from "../core/chat/transcript.ts";
import type { ModelClient } from "../core/model.ts";
import type { Page, PageLine } from "../core/page.ts";
import { formatTokens, plural } from "../core/text.ts";
import type { Tool } from "../core/tool.ts";

/** What the window of the lead's model is filled with, and what is left of it. */
export async function contextPage(given: {
  readonly chat: ChatState;
  readonly model: Pick<ModelClient, "model" | "backend" | "simulated">;
  readonly system: string;
  /** Parts of `system`. */
  readonly contextMd: string;
  readonly instructions: string;
  readonly tools: readonly Tool[];
  /** How much of the conversation is sent at most. */
  readonly budgetTokens: number;
}): Promise<Page> {
  const { chat, model, system, contextMd, instructions, tools, budgetTokens } = given;
  const { contextWindow } = await import("../models/prices.ts");
  const window = contextWindow(model.backend, model.model);
  const messages = transcript(chat, budgetTokens);
  const memory = estimateTokens(contextMd);
  const directory = estimateTokens(instructions);
  const offered = tools.map(({ name, description, inputSchema }) => ({ name, description, inputSchema }));
  const parts = [
    { label: "system prompt", tokens: Math.max(0, estimateTokens(system) - memory - directory), about: "" },
    { label: "CONTEXT.md", tokens: memory, about: "" },
    ...(directory === 0 ? [] : [{ label: "AGENTS.md, CLAUDE.md", tokens: directory, about: "" }]),
    { label: "tools", tokens: estimateTokens(JSON.stringify(offered)), about: plural(tools.length, "tool") },
    { label: "conversation", tokens: conversationCost(messages), about: plural(messages.length, "message") },
  ];
  const used = parts.reduce((sum, { tokens }) => sum + tokens, 0);
  const fixed = used - conversationCost(messages);
  const whole = window ?? fixed + budgetTokens;
  const line = (label: string, tokens: number, about = ""): PageLine => ({
    label,
    text: [`${formatTokens(tokens)} tok`, percent(tokens / whole), about].filter((part) => part !== "").join(" · "),
    share: Math.min(1, tokens / whole),
  });
  return [
    {
      title: `The lead's window · ${model.model} · estimated`,
      lines: [
        ...parts.map(({ label, tokens, about }) => line(label, tokens, about)),
        line("left", Math.max(0, whole - used)),
      ],
    },
    { title: "Limits", lines: limits(chat, window, budgetTokens) },
  ];
}

function limits({ lastInput }: ChatState, window: number | null, budgetTokens: number): readonly PageLine[] {
  return [
    {
      label: "window",
      text: window === null ? "not known for this model" : `${formatTokens(window)} tok, as the price list says`,
    },
    { label: "conversation", text: `at most ${formatTokens(budgetTokens)} tok are sent` },
    { label: "summary", text: `by itself from ${formatTokens(compactsAt(budgetTokens))} tok on; now with /compact` },
    {
      label: "last request",
      text:
        lastInput === null
          ? "not counted by the provider yet"
          : `${formatTokens(lastInput)} tok, counted by the provider`,
    },
  ];
}

/** "3 %"; "<1 %" for what is there but hardly shows. */
function percent(share: number): string {
  return share > 0 && share < 0.01 ? "<1 %" : `${Math.round(share * 100)} %`;
}
