import { block } from "../block.ts";
import type { Message } from "../message.ts";
import type { Usage } from "../model.ts";
import { appended } from "../replay.ts";
import type { ChatRecord } from "./events.ts";
import type { ChatItem, ChatState, FinishedCall, HeldMessage, OpenCall } from "./state.ts";
import { leadCalls, looksLikeWork, turnUnderWay } from "./turn.ts";
import { isQuiet, SHELL } from "./user-tools.ts";

type Of<Type extends ChatRecord["type"]> = Extract<ChatRecord, { type: Type }>;
type ItemContent = ChatItem extends infer Item ? (Item extends ChatItem ? Omit<Item, "id" | "at"> : never) : never;

/** `question`: what the user said, when that began it. */
export function newTurn(at: number, question?: string): ChatState["turn"] {
  return { startedAt: at, question, tools: [], toolCount: 0, launched: false };
}

/** Appends to what the screen prints. A second item of the same event gets the id half-way to the next event. */
export function push(chat: ChatState, { seq, at }: ChatRecord, content: ItemContent): ChatState {
  const id = chat.items.at(-1)?.id === seq ? seq + 0.5 : seq;
  return { ...chat, items: appended(chat.items, { ...content, id, at }) };
}

/** Keeps a user-role message until the wire allows it: never between a call and its result. */
export function hold(chat: ChatState, message: HeldMessage): ChatState {
  return release({ ...chat, held: [...chat.held, message] }, false);
}

function release(chat: ChatState, hasResults: boolean): ChatState {
  const wanted = hasResults || chat.held.some(({ wakes }) => wakes);
  if (!wanted || leadCalls(chat).length > 0 || chat.held.length === 0) return chat;
  const messages = chat.held.map((held): Message => {
    const { wakes: _, ...said } = held;
    return { role: "user", ...said };
  });
  return { ...chat, messages: appended(chat.messages, ...messages), held: [] };
}

/** The reply goes behind what the model had read; what came while it wrote stays behind the reply. */
export function leadReplied(chat: ChatState, record: Of<"lead_said">): ChatState {
  const { text, calls, native, usage, costUsd, saw = chat.messages.length } = record;
  const reply: Message = { role: "assistant", text, calls, ...(native === undefined ? {} : { native }) };
  const later = chat.messages.slice(saw);
  const read = later.length === 0 ? chat.messages : chat.messages.slice(0, saw);
  const next: ChatState = {
    ...(text.trim() === "" ? chat : push(chat, record, { kind: "lead", text })),
    messages: appended(read, reply, ...(calls.length === 0 ? later : [])),
    calls: [...chat.calls, ...calls.map((call): OpenCall => ({ call, byUser: false, stage: "new" }))],
    leadSpend: spent(chat.leadSpend, usage, costUsd),
    lastInput: usage?.input ?? null,
  };
  if (calls.length === 0) return next;
  const kept = later.flatMap((message) => {
    if (message.role !== "user") return [];
    const { role: _, ...said } = message;
    return [{ ...said, wakes: true }];
  });
  return { ...next, held: [...kept, ...next.held] };
}

function spent(spend: ChatState["leadSpend"], usage: Usage | null, costUsd: number | null): ChatState["leadSpend"] {
  return {
    calls: spend.calls + 1,
    tokens: spend.tokens + (usage ? usage.input + usage.output : 0),
    costUsd: spend.costUsd + (costUsd ?? 0),
    unpricedCalls: spend.unpricedCalls + (costUsd === null ? 1 : 0),
  };
}

/** The older messages make room for what is known of them. What came while that was written stands behind it. */
export function compacted(chat: ChatState, record: Of<"conversation_compacted">): ChatState {
  const { by, upTo, text, images, imagesLeftOut, kept, files, tokensBefore, tokensAfter, usage, costUsd } = record;
  const shown = push(chat, record, { kind: "compacted", by, kept, imagesLeftOut, tokensBefore, tokensAfter });
  return {
    ...shown,
    messages: [{ role: "user", text, ...(images && { images }) }, ...chat.messages.slice(upTo)],
    past: [...chat.past, chat.messages],
    kept: files,
    compaction: by === "user" ? undefined : chat.compaction,
    leadSpend: spent(chat.leadSpend, usage, costUsd),
  };
}

/** Shown and paid for, and not said to the lead. */
export function answeredAside(chat: ChatState, record: Of<"answered_aside">): ChatState {
  const { question, text, usage, costUsd } = record;
  const shown = push(chat, record, { kind: "aside", question, text });
  return { ...shown, leadSpend: spent(chat.leadSpend, usage, costUsd) };
}

/** Says how the turn was made, when it is over and no run had a part in it although one might have. */
export function closeTurn(chat: ChatState, record: Of<"lead_said">): ChatState {
  const { launched, toolCount, startedAt, question } = chat.turn;
  if (turnUnderWay(chat) || launched || question === undefined) return chat;
  if (!looksLikeWork(question) && toolCount === 0) return chat;
  return push(chat, record, { kind: "direct", durationMs: Math.max(0, record.at - startedAt), tools: toolCount });
}

export function finishCall(before: ChatState, record: Of<"tool_finished">): ChatState {
  const open = before.calls.find(({ call }) => call.id === record.callId);
  if (!open) return before;
  const chat = { ...before, calls: before.calls.filter((other) => other !== open) };
  return open.byUser ? finishUserCall(chat, record, open) : finishLeadCall(chat, record, open);
}

function finishLeadCall(before: ChatState, record: Of<"tool_finished">, open: OpenCall): ChatState {
  const { callId, output, failed, images } = record;
  const result: Message = { role: "tool", callId, name: open.call.name, output, failed, ...(images && { images }) };
  const tools = [...before.turn.tools, ...shown(open, record)];
  const chat: ChatState = {
    ...before,
    messages: appended(before.messages, result),
    turn: { ...before.turn, tools, toolCount: before.turn.toolCount + 1 },
  };
  if (leadCalls(chat).length > 0) return chat;
  const settled = release({ ...chat, turn: { ...chat.turn, tools: [] } }, true);
  return tools.length === 0
    ? settled
    : push(settled, record, { kind: "tools", calls: tools, durationMs: total(tools) });
}

/** The lead learns of it when it next has something to answer; at once, unless it is not for it to answer. */
function finishUserCall(chat: ChatState, record: Of<"tool_finished">, open: OpenCall): ChatState {
  const { output, failed } = record;
  const tools = shown(open, record);
  const item: ItemContent =
    open.call.name === SHELL
      ? { kind: "shell", output, failed }
      : { kind: "tools", calls: tools, durationMs: record.durationMs };
  const settled = tools.length === 0 ? chat : push(chat, record, item);
  const text = block(
    "user_command",
    { tool: open.call.name, ...typedLine(open), outcome: failed ? "failed" : "done" },
    output,
  );
  const wakes = !failed && !isQuiet(open.call.name);
  if (!wakes) return hold(settled, { text, wakes });
  const turn = turnUnderWay(settled) ? settled.turn : newTurn(record.at);
  return hold({ ...settled, turn, fault: undefined, interrupted: false }, { text, wakes });
}

/** The command line is news to the lead; what other tools were called with is in what they say. */
function typedLine({ call, ...open }: OpenCall): { readonly command?: string } {
  return call.name === SHELL && open.stage === "running" ? { command: open.summary } : {};
}

/** Not again what the screen shows in another way: a refusal in its approval, a launched run in its card. */
function shown(
  { call, ...open }: OpenCall,
  { output, failed, images, durationMs }: Of<"tool_finished">,
): FinishedCall[] {
  if (open.stage === "refused" || (call.name === "launch_run" && !failed)) return [];
  const summary = open.stage === "running" ? open.summary : call.name;
  return [{ name: call.name, summary, output, failed, ...(images && { images }), durationMs }];
}

/** Keeps what the lead had written, so that it knows how far it came. */
export function interruptTurn(chat: ChatState, record: Of<"turn_interrupted">): ChatState {
  const { text, saw = chat.messages.length } = record;
  const interrupted = push({ ...chat, interrupted: true }, record, { kind: "interrupted", text });
  if (text.trim() === "" || leadCalls(chat).length > 0) return interrupted;
  const partial: Message = { role: "assistant", text: `${text}\n[interrupted by the user]`, calls: [] };
  return { ...interrupted, messages: [...chat.messages.slice(0, saw), partial, ...chat.messages.slice(saw)] };
}

function total(tools: readonly FinishedCall[]): number {
  return tools.reduce((sum, { durationMs }) => sum + durationMs, 0);
}
