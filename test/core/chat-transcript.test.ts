import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { ChatEvent, ChatRecord } from "../../src/core/chat/events.ts";
import { reduceChat } from "../../src/core/chat/reduce.ts";
import { type ChatState, newChat } from "../../src/core/chat/state.ts";
import { planCompaction } from "../../src/core/chat/compaction.ts";
import { estimateTokens, transcript } from "../../src/core/chat/transcript.ts";
import { leadCalls, owesReply } from "../../src/core/chat/turn.ts";
import type { Message } from "../../src/core/message.ts";
import { reportOf } from "../lead/open-chat.ts";

const CHOICES = [
  "say",
  "go on",
  "go on",
  "go on",
  "report",
  "command",
  "fail",
  "interrupt",
  "come back",
  "compact",
] as const;
const op = fc.record({ choice: fc.constantFrom(...CHOICES), pick: fc.nat(7), text: fc.string({ maxLength: 40 }) });
type Op = typeof op extends fc.Arbitrary<infer Value> ? Value : never;

/** Plays a chat that could have happened: what comes next depends on where it stands. */
function play(ops: readonly Op[]): { records: ChatRecord[]; states: ChatState[] } {
  const records: ChatRecord[] = [];
  const states: ChatState[] = [];
  let chat = newChat;
  let asking: number | undefined;
  const apply = (event: ChatEvent): void => {
    const record = { ...event, seq: records.length, at: 1000 + records.length };
    records.push(record);
    chat = reduceChat(chat, record);
    states.push(chat);
  };
  for (const [at, { choice, pick, text }] of ops.entries()) {
    if (choice === "say") apply({ type: "user_said", text: text.trim() || "hello" });
    if (choice === "report") apply({ type: "run_finished", report: reportOf((pick % 3) + 1, { answer: text }) });
    if (choice === "come back") apply({ type: "session_resumed", note: "back" });
    if (choice === "command") {
      apply({ type: "user_called", text: "/run x", call: { id: `user_${at}`, name: "launch_run", input: {} } });
    }
    if (choice === "interrupt") {
      for (const { call } of leadCalls(chat)) finish(call.id, "interrupted");
      apply({ type: "turn_interrupted", text, ...(asking === undefined ? {} : { saw: asking }) });
      asking = undefined;
    }
    if (choice === "fail" && asking !== undefined) {
      apply({ type: "turn_failed", fault: { code: "network", message: "gone" } });
      asking = undefined;
    }
    if (choice === "compact" && asking === undefined && leadCalls(chat).length === 0) compact(pick % 2 === 0);
    if (choice === "go on") goOn(at, pick, text);
  }
  return { records, states };

  function goOn(at: number, pick: number, text: string): void {
    const open = pick % 2 === 0 ? chat.calls[0] : chat.calls.at(-1);
    const mine = open && (open.byUser ? open : leadCalls(chat)[0]);
    if (mine) finish(mine.call.id, text);
    else if (asking !== undefined) reply(at, pick, text);
    else if (owesReply(chat)) asking = chat.messages.length;
  }

  function reply(at: number, pick: number, text: string): void {
    const calls = Array.from({ length: Math.max(0, pick - 4) }, (_, nth) => ({
      id: `${at}_${nth}`,
      name: "read_file",
      input: { path: text },
    }));
    const saw = asking === undefined ? {} : { saw: asking };
    apply({ type: "lead_said", ...saw, text, calls, usage: null, costUsd: null, latencyMs: 1 });
    asking = undefined;
  }

  /** Says nothing by itself, so that nothing said can hide in it. */
  function compact(onRequest: boolean): void {
    const plan = planCompaction(chat, 20, { onRequest });
    if (!plan) return;
    const owed = owesReply(chat);
    const text = "a summary";
    const figures = { kept: [], tokensBefore: 0, tokensAfter: 0, usage: null, costUsd: null };
    const { upTo, files } = plan;
    apply({ type: "conversation_compacted", by: "limit", text, upTo, files: [...files], ...figures });
    expect(owesReply(chat)).toBe(owed);
  }

  function finish(callId: string, output: string): void {
    apply({ type: "tool_finished", callId, output, failed: false, durationMs: 1 });
  }
}

/** What every provider demands. Returns what is wrong, or nothing. */
function faultIn(messages: readonly Message[]): string | undefined {
  if (messages.length > 0 && messages[0]?.role !== "user") return "does not begin with the user";
  const waiting: string[] = [];
  for (const message of messages) {
    if (message.role === "tool") {
      if (message.callId !== waiting.shift()) return `result of ${message.callId} has no call before it`;
      if (message.output === "") return "empty result";
      continue;
    }
    if (waiting.length > 0) return `no result for ${waiting.join(", ")}`;
    const isEmpty = message.text.trim() === "" && (message.role === "user" || message.calls.length === 0);
    if (isEmpty) return `empty ${message.role} message`;
    if (message.role === "assistant") waiting.push(...message.calls.map(({ id }) => id));
  }
  return waiting.length > 0 ? "ends between a call and its result" : undefined;
}

test("after any event of any chat, within any budget, what the model would be sent is legal", () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 60 }), fc.integer({ min: 1, max: 400 }), (ops, budget) => {
      for (const chat of play(ops).states) {
        for (const messages of [transcript(chat, 1_000_000), transcript(chat, budget)]) {
          expect(faultIn(messages)).toBeUndefined();
          if (!owesReply(chat) || messages.length === 0) continue;
          expect(messages.at(-1)?.role).not.toBe("assistant");
          expect(JSON.stringify(messages)).not.toContain("No result.");
        }
      }
    }),
    { numRuns: 300 },
  );
});

test("nothing that was said is lost on the way to the model, and nothing comes twice", () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 60 }), (ops) => {
      const numbered = ops.map((one, at) => (one.choice === "say" ? { ...one, text: `line ${at}` } : one));
      const { states, records } = play(numbered);
      const chat = states.at(-1);
      if (!chat) return;
      if (records.some(({ type }) => type === "conversation_compacted")) return;
      const said = records.flatMap((record) => (record.type === "user_said" ? [record.text] : []));
      const kept = [
        ...chat.messages.flatMap((m) => (m.role === "user" ? [m.text] : [])),
        ...chat.held.map((h) => h.text),
      ];
      expect(kept.filter((text) => text.startsWith("line "))).toEqual(said);
    }),
  );
});

test("records in any order, with any left out, never throw and never give an illegal conversation", () => {
  fc.assert(
    fc.property(fc.array(op, { maxLength: 40 }), fc.infiniteStream(fc.nat(1000)), (ops, order) => {
      const shuffled = play(ops)
        .records.map((record) => ({ record, key: order.next().value ?? 0 }))
        .sort((one, other) => one.key - other.key)
        .filter(({ key }) => key % 5 !== 0);
      const chat = shuffled.reduce((state, { record }) => reduceChat(state, record), newChat);
      expect(faultIn(transcript(chat, 100_000))).toBeUndefined();
    }),
  );
});

const user = (text: string): Message => ({ role: "user", text });
const lead = (text: string): Message => ({ role: "assistant", text, calls: [] });
const reading = (id: string, output: string): Message[] => [
  { role: "assistant", text: "", calls: [{ id, name: "read_file", input: {} }] },
  { role: "tool", callId: id, name: "read_file", output, failed: false },
];

test("big outputs of earlier turns lose their middle first; those of the last turn stay whole", () => {
  const big = "x".repeat(8000);
  const messages = [user("One?"), ...reading("1", big), lead("Yes."), user("Two?"), ...reading("2", big)];
  const sent = transcript({ messages }, 3000);
  expect(sent[2]).toHaveProperty("output", expect.stringContaining("[… 6500 characters left out …]"));
  expect(sent.at(-1)).toHaveProperty("output", big);
  expect(sent).toHaveLength(messages.length);
});

test("a long chat keeps its first message, a note, and the newest ones; the cut stays put for a while", () => {
  const messages = [user("Migrate it.")];
  const starts = new Set<string>();
  for (let turn = 0; turn < 200; turn++) {
    messages.push(user(`Question ${turn}`), lead(`Answer ${turn} ${"word ".repeat(80)}`));
    const sent = transcript({ messages }, 2000);
    expect(sent[0]).toEqual(user("Migrate it."));
    expect(sent.at(-1)).toEqual(messages.at(-1));
    if (sent.length === messages.length) continue;
    expect(sent[1]).toHaveProperty("text", expect.stringContaining("was left out"));
    expect(estimateTokens(JSON.stringify(sent))).toBeLessThan(2600);
    starts.add(JSON.stringify(sent[2]));
  }
  expect(starts.size).toBeLessThan(60);
});

test("one endless turn is cut inside, and keeps the question that it answers", () => {
  const messages = [user("Hello"), lead("Hi."), user("Find the bug.")];
  for (let step = 0; step < 60; step++) messages.push(...reading(String(step), "y".repeat(400)));
  const sent = transcript({ messages }, 1500);
  expect(faultIn(sent)).toBeUndefined();
  expect(sent[2]).toEqual(user("Find the bug."));
  expect(sent.at(-1)).toEqual(messages.at(-1));
});
