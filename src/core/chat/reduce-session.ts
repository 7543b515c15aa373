import { appended } from "../replay.ts";
import { clip, oneLine } from "../text.ts";
import type { ChatRecord } from "./events.ts";
import { newTurn, push } from "./reduce-turn.ts";
import { sessionTitle } from "./session-title.ts";
import type { ChatState } from "./state.ts";
import { turnUnderWay } from "./turn.ts";

type Of<Type extends ChatRecord["type"]> = Extract<ChatRecord, { type: Type }>;

const SHORT_ABSENCE_MS = 60_000;

/** Remembers where the conversation stood before a message that begins a turn: a place to go back to. */
export function mark(chat: ChatState, { seq, at, text }: Of<"user_said">): ChatState {
  if (turnUnderWay(chat)) return chat;
  const { past, messages, held } = chat;
  const place = { seq, at, text, epoch: past.length, messages: messages.length, held };
  return { ...chat, checkpoints: appended(chat.checkpoints, place) };
}

/**
 * Back to before a message: the lead knows what it knew then and waits for the user. Runs that were started since, and
 * what they brought, stay in the project; an unknown place changes nothing.
 */
export function rewind(chat: ChatState, record: Of<"rewound">): ChatState {
  const place = chat.checkpoints.find(({ seq }) => seq === record.to);
  if (!place) return chat;
  const known = chat.past[place.epoch] ?? chat.messages;
  return {
    ...push(chat, record, { kind: "rewound", text: place.text, to: place.seq }),
    messages: known.slice(0, place.messages),
    past: chat.past.slice(0, place.epoch),
    checkpoints: chat.checkpoints.filter(({ seq }) => seq < place.seq),
    held: place.held,
    calls: chat.calls.filter(({ byUser }) => byUser),
    compaction: undefined,
    fault: undefined,
    interrupted: true,
    turn: newTurn(record.at),
  };
}

/** Says where the user left off. Nothing after a moment's absence, or when nothing was said. */
export function recap(chat: ChatState, record: Of<"session_resumed">, awayMs: number): ChatState {
  const asked = chat.items.findLast((item) => item.kind === "user");
  if (record.lastHere === undefined || asked?.kind !== "user" || awayMs < SHORT_ABSENCE_MS) return chat;
  const underWay = chat.runs.map(({ number, title }) => ({ number, title }));
  const earlier = { ...chat, items: chat.items.filter(({ kind }) => kind !== "recap") };
  return push(earlier, record, { kind: "recap", lastHere: record.lastHere, asked: asked.text, underWay });
}

/** The copy of a session: it knows all that was said, and nothing of it is under way here. */
export function fork(chat: ChatState, record: Of<"session_forked">): ChatState {
  const from = clip(oneLine(sessionTitle(chat)), 60);
  const text = `this is a copy of “${from}”, which stays as it is; its runs stay with it`;
  return {
    ...push(chat, record, { kind: "note", text }),
    session: record.session,
    runs: [],
    calls: [],
    compaction: undefined,
    interrupted: chat.interrupted || turnUnderWay(chat),
  };
}
