import { imageTokens } from "../image.ts";
import type { Message } from "../message.ts";
import type { ChatState } from "./state.ts";

const OLD_OUTPUT_CHARS = 1500;
const FIRST_MESSAGE_CHARS = 4000;
const LEFT_OUT =
  "[An older part of this conversation was left out. CONTEXT.md, the deliverables and list_runs hold what was decided.]";

/** Characters per token of plain English; other scripts count a token a character. Errs on the high side. */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) wide++;
  return Math.ceil((text.length - wide) / 4 + wide);
}

/**
 * What the lead's model is sent: legal for every provider, newest kept, about `budgetTokens` long. What is too long
 * loses first the middle of tool outputs of older turns, then the oldest messages, then the middle of all outputs.
 * The cut moves in steps of a quarter of the budget, so that a provider's prompt cache holds between them.
 */
export function transcript(chat: Pick<ChatState, "messages">, budgetTokens: number): readonly Message[] {
  const all = legal(chat.messages);
  if (conversationCost(all) <= budgetTokens) return all;
  const clipped = clipOldOutputs(all);
  if (conversationCost(clipped) <= budgetTokens) return clipped;
  return clipToFit(dropOldest(clipped, budgetTokens), budgetTokens);
}

function legal(messages: readonly Message[]): readonly Message[] {
  const kept: Message[] = [];
  for (const [at, message] of messages.entries()) {
    const isShown = message.role === "user" && (message.images ?? []).length > 0;
    if (message.role === "user" && (isShown || message.text.trim() !== "")) kept.push(message);
    if (message.role !== "assistant" || kept.length === 0) continue;
    if (message.calls.length > 0) kept.push(message, ...resultsOf(message, messages.slice(at + 1)));
    else if (message.text.trim() !== "") kept.push(message);
  }
  return kept;
}

/** One result for each call, in the order of the calls, from the tool messages right behind them. */
function resultsOf(reply: Extract<Message, { role: "assistant" }>, after: readonly Message[]): Message[] {
  const end = after.findIndex(({ role }) => role !== "tool");
  const results = end < 0 ? after : after.slice(0, end);
  return reply.calls.map(({ id, name }): Message => {
    const result = results.find((message) => message.role === "tool" && message.callId === id);
    if (result?.role !== "tool") return { role: "tool", callId: id, name, output: "No result.", failed: true };
    return result.output.trim() === "" ? { ...result, output: "(no output)" } : result;
  });
}

function clipOldOutputs(messages: readonly Message[]): readonly Message[] {
  const turns = messages.flatMap(({ role }, at) => (role === "user" ? [at] : []));
  const current = turns.at(-1) ?? 0;
  return messages.map((message, at) => (at < current ? clipOutput(message, OLD_OUTPUT_CHARS) : message));
}

function dropOldest(messages: readonly Message[], budget: number): readonly Message[] {
  const [first, ...rest] = messages;
  if (first?.role !== "user") return messages;
  const opening: Message[] = [
    { role: "user", text: middleCut(first.text, FIRST_MESSAGE_CHARS) },
    { role: "user", text: LEFT_OUT },
  ];
  const room = Math.max(1, budget - conversationCost(opening));
  const step = Math.max(1, Math.floor(room / 4));
  const toDrop = Math.ceil((conversationCost(rest) - room) / step) * step;
  const cut = cutAt(rest, toDrop);
  if (cut === 0) return messages;
  const question = rest.slice(0, cut).findLast(({ role }) => role === "user");
  const stillAsked = rest.slice(cut).every(({ role }) => role !== "user");
  return [...opening, ...(question && stillAsked ? [question] : []), ...rest.slice(cut)];
}

/** The first place that may begin a conversation and has `tokens` before it; the last such place when there is none. */
function cutAt(messages: readonly Message[], tokens: number): number {
  let before = 0;
  let last = 0;
  for (const [at, message] of messages.entries()) {
    if (message.role !== "tool") last = at;
    if (message.role !== "tool" && before >= tokens) return at;
    before += conversationCost([message]);
  }
  return last;
}

function clipToFit(messages: readonly Message[], budget: number): readonly Message[] {
  let fitted = messages;
  for (let max = 8000; max >= 500 && conversationCost(fitted) > budget; max /= 2) {
    fitted = fitted.map((message) => clipOutput(message, max));
  }
  return fitted;
}

function clipOutput(message: Message, max: number): Message {
  if (message.role !== "tool" || (message.output.length <= max && !message.images)) return message;
  return { ...message, output: middleCut(message.output, max), images: undefined };
}

function middleCut(text: string, max: number): string {
  if (text.length <= max) return text;
  const tail = Math.floor(max / 4);
  const left = text.length - max;
  const [start, end] = [text.slice(0, max - tail), text.slice(-tail)];
  return `${start.toWellFormed()}\n[… ${left} characters left out …]\n${end.toWellFormed()}`;
}

/** About how many tokens the messages are for a model. */
export function conversationCost(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + messageCost(message), 0);
}

export function messageCost(message: Message): number {
  const images = message.role === "assistant" ? [] : (message.images ?? []);
  return 4 + estimateTokens(contentOf(message)) + images.reduce((sum, image) => sum + imageTokens(image), 0);
}

function contentOf(message: Message): string {
  if (message.role === "user") return message.text;
  if (message.role === "tool") return message.output;
  const native = message.native === undefined ? "" : JSON.stringify(message.native.parts);
  return message.text + message.calls.map(({ input }) => JSON.stringify(input) ?? "").join("") + native;
}
