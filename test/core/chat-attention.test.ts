import { expect, test } from "vitest";
import { newsSince, windowTitle } from "../../src/core/chat/attention.ts";
import { type ChatState, newChat, type OpenCall } from "../../src/core/chat/state.ts";
import { reportOf } from "../lead/open-chat.ts";

const asked: OpenCall = {
  call: { id: "1", name: "run_command", input: {} },
  byUser: false,
  stage: "asked",
  ask: { kind: "command", title: "rm\u001b]2;evil\u0007 -r build", detail: "" },
  askedAt: 0,
};
const run = { runId: "run-1", number: 1, title: "t", journal: "", logDir: "", agents: [], at: 0 };

test("the title says what waits, what works, and where; nothing that a model wrote can end it", () => {
  expect(windowTitle(newChat, "api@main")).toBe("massgen · api@main");
  expect(windowTitle({ ...newChat, runs: [run] }, "api@main")).toBe("◐ massgen · api@main");
  expect(windowTitle({ ...newChat, runs: [run], calls: [asked], title: "a\u0007b" }, "api")).toBe("? massgen · ab");
});

test("news are questions, runs that took long, and long turns; each is told once", () => {
  const long = reportOf(1, { title: "Migrate", durationMs: 60_000 });
  const news = (change: Partial<ChatState>, before: ChatState = newChat) => newsSince(before, { ...before, ...change });
  expect(news({ calls: [asked] })).toEqual(["May this be done? rm]2;evil -r build"]);
  expect(news({}, { ...newChat, calls: [asked] })).toEqual([]);
  expect(news({ reports: [long] })).toEqual(["Run 1 is answered, ada won, 1m 00s: Migrate"]);
  expect(news({ reports: [reportOf(2, { durationMs: 900 })] })).toEqual([]);
  expect(news({}, { ...newChat, reports: [long] })).toEqual([]);
  const asking: ChatState = {
    ...newChat,
    messages: [{ role: "user", text: "?" }],
    turn: { ...newChat.turn, startedAt: 5 },
  };
  const answered = [...asking.messages, { role: "assistant" as const, text: "!", calls: [] }];
  expect(news({ messages: answered, lastEventAt: 20_000 }, asking)).toEqual(["The lead has answered"]);
  expect(news({ messages: answered, lastEventAt: 900 }, asking)).toEqual([]);
});
