import { expect, test } from "vitest";
import { askedOf } from "../../components/approval/asked.ts";
import { questionRows } from "../../components/plain/question-rows.ts";
import { GRACE_MS } from "../../components/approval/approval-state.ts";
import { followChat, newScreen, type View } from "../../components/screen/screen-state.ts";
import type { Effect } from "../../components/screen/pressed.ts";
import type { ApprovalAsk } from "../../src/core/chat/approval.ts";
import type { OpenCall } from "../../src/core/chat/state.ts";
import { newChat } from "../../src/core/chat/state.ts";
import { askedCommand, askedRun, NOW, proposal } from "./situations.ts";
import { drawn, key, pasted, pressAll, textOf, typed, viewOf } from "./views.ts";

/** The card opens now; `afterMs` later the next key comes. */
function opened(afterMs: number, calls: readonly OpenCall[] = [askedRun], typedAt = 0): View {
  const chat = { ...newChat, session: "s1", calls };
  const screen = followChat({ ...newScreen, typedAt }, { chat, runs: [] }, NOW);
  return viewOf({ chat, screen, now: NOW + afterMs });
}

const awake = (calls?: readonly OpenCall[]): View => opened(GRACE_MS, calls);

function answers(effects: readonly Effect[]): readonly unknown[] {
  return effects.flatMap((effect) =>
    effect.do === "send" && effect.command.do === "answer_approval" ? [effect.command] : [],
  );
}

function asking(ask: ApprovalAsk): OpenCall {
  return { call: { id: "call-3", name: "run_command", input: {} }, byUser: false, stage: "asked", ask, askedAt: NOW };
}

const APPROVING = [key("enter"), typed("y"), typed("1")];

test("after the grace, y, 1 and Enter approve", () => {
  for (const stroke of APPROVING) {
    expect(answers(pressAll(awake(), [stroke]).effects)).toEqual([
      { do: "answer_approval", callId: "call-1", allow: true },
    ]);
  }
});

test("a key that comes before the grace is over approves nothing, and typed text is kept", () => {
  for (const stroke of APPROVING) {
    const { view, effects } = pressAll(opened(GRACE_MS - 1), [stroke]);
    expect(effects).toEqual([]);
    expect(view.screen.editor.text).toBe(stroke.kind === "text" ? stroke.text : "");
  }
});

test("every key restarts the grace: a held or repeated Enter never approves", () => {
  const enters = Array.from({ length: 20 }, () => key("enter"));
  expect(pressAll(opened(50), enters, GRACE_MS - 100).effects).toEqual([]);
});

test("typing that began before the card opened goes on into the composer", () => {
  const view = opened(GRACE_MS + 10, [askedRun], NOW + 200);
  const { view: after, effects } = pressAll(view, [typed("y")]);
  expect(effects).toEqual([]);
  expect(after.screen.editor.text).toBe("y");
});

test("120 words per minute over an opening card end up in the draft, none in an answer", () => {
  const text = "yes please, but 1 thing first: never enable 2 of them";
  const { view, effects } = pressAll(opened(0), Array.from(text, typed), 100);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe(text);
});

test("with a draft in the composer no key is the card's, however long one waits", () => {
  const draft = pressAll(opened(0), [typed("wait")]).view;
  const later = { ...draft, now: draft.now + 60_000 };
  const { view, effects } = pressAll(later, [typed("y"), typed("1"), key("tab"), typed(" ")], 1000);
  expect(effects).toEqual([]);
  expect(view.screen.editor.text).toBe("waity1 ");
  expect(drawn(later)).toContain("send or clear your draft first");
});

test("Enter sends the draft and leaves the question open", () => {
  const draft = pressAll(opened(0), [typed("use two agents")]).view;
  const { view, effects } = pressAll({ ...draft, now: draft.now + 5000 }, [key("enter"), key("enter")], 100);
  expect(answers(effects)).toEqual([]);
  expect(effects).toContainEqual({ do: "send", command: { do: "say", text: "use two agents" } });
  expect(view.screen.approval).toBeDefined();
});

test("pasted text and text that arrives in one piece are no keys of the card", () => {
  for (const stroke of [pasted("y"), pasted("y", false), typed("yes"), typed("11"), typed("enter"), typed("escape")]) {
    const { view, effects } = pressAll(awake(), [stroke]);
    expect(effects).toEqual([]);
    expect(view.screen.editor.text).not.toBe("");
  }
});

test("a line of text and its Enter in one read say it instead of approving", () => {
  const { effects } = pressAll(awake(), [typed("go"), key("enter")]);
  expect(answers(effects)).toEqual([]);
  expect(effects).toContainEqual({ do: "send", command: { do: "say", text: "go" } });
});

test("an answered card takes no second answer while the chat has not heard of the first", () => {
  const { effects } = pressAll(awake(), [typed("y"), key("enter"), typed("y")], 1000);
  expect(answers(effects)).toHaveLength(1);
});

test("the next question has a grace of its own", () => {
  const answered = pressAll(awake([askedRun, askedCommand]), [key("enter")]).view;
  const next = { ...answered, chat: { ...answered.chat, calls: [askedCommand] } };
  const { effects } = pressAll(next, [key("enter"), key("enter")], 100);
  expect(effects).toEqual([]);
});

test("a question that the screen has not seen yet cannot be answered by the key that reveals it", () => {
  const unseen = viewOf({ chat: { ...newChat, session: "s1", calls: [askedRun] }, now: NOW + 99_999 });
  expect(pressAll(unseen, [typed("y")]).effects).toEqual([]);
});

test("Tab moves to Cancel, where Enter asks for a reason and approves nothing", () => {
  const { view, effects } = pressAll(awake(), [key("tab"), key("tab"), key("enter")]);
  expect(effects).toEqual([]);
  const { effects: given } = pressAll(view, [typed("use "), typed("Socket.IO"), key("enter")], 10);
  expect(answers(given)).toEqual([{ do: "answer_approval", callId: "call-1", allow: false, note: "use Socket.IO" }]);
});

test("n and Enter decline without a reason; Esc goes back to the card", () => {
  const { effects } = pressAll(awake(), [typed("n"), key("enter")], 10);
  expect(answers(effects)).toEqual([{ do: "answer_approval", callId: "call-1", allow: false }]);
  const back = pressAll(awake(), [typed("n"), key("escape")], 10);
  expect(back.effects).toEqual([]);
  expect(back.view.screen.approval?.mode).toBe("ask");
});

test("Esc declines once the grace is over, and does nothing to the card before", () => {
  expect(answers(pressAll(awake(), [key("escape")]).effects)).toEqual([
    { do: "answer_approval", callId: "call-1", allow: false },
  ]);
  expect(pressAll(opened(10), [key("escape")]).effects).toEqual([]);
});

test("Ctrl+C leaves the question unanswered: it stands there again tomorrow", () => {
  const { effects, view } = pressAll(awake(), [key("ctrl+c"), key("ctrl+c")], 100);
  expect(effects).toEqual([{ do: "quit" }]);
  expect(view.screen.approval).toBeDefined();
});

test("in edit mode Space toggles agents and refinement, and Enter on Approve starts what was edited", () => {
  const strokes = [typed("e"), key("down"), typed(" "), key("down"), key("down"), typed(" "), key("enter")];
  const { view, effects } = pressAll(awake(), strokes, 10);
  expect(effects).toEqual([]);
  expect(drawn({ ...view, columns: 100 })).toMatch(/\[x\] ada.*\[ \] bob.*\[x\] cyd/);
  const [answer] = answers(pressAll(view, [key("enter")]).effects);
  const agents = proposal.agents.map((agent) => ({ ...agent, on: agent.id !== "bob" }));
  expect(answer).toEqual({
    do: "answer_approval",
    callId: "call-1",
    allow: true,
    edited: { ...proposal, agents, refinement: false },
  });
});

test("toggling there and back is no edit", () => {
  const { effects } = pressAll(awake(), [typed("e"), typed(" "), typed(" "), key("enter"), key("enter")], 10);
  expect(answers(effects)).toEqual([{ do: "answer_approval", callId: "call-1", allow: true }]);
});

test("the last agent cannot be taken out", () => {
  const space = typed(" ");
  const { view } = pressAll(awake(), [typed("e"), space, key("tab"), space, key("tab"), space], 10);
  expect(view.screen.approval?.proposal?.agents.map(({ on }) => on)).toEqual([false, false, true]);
  expect(drawn(view)).toContain("at least one agent takes part");
});

test("y in edit mode approves nothing", () => {
  const { effects } = pressAll(awake(), [typed("e"), typed("y")], 500);
  expect(effects).toEqual([]);
});

test("a command can be approved and declined but not edited", () => {
  const edit = pressAll(awake([askedCommand]), [typed("e")]);
  expect(edit.view.screen.editor.text).toBe("e");
  expect(answers(pressAll(awake([askedCommand]), [typed("3"), key("enter")], 10).effects)).toEqual([
    { do: "answer_approval", callId: "call-2", allow: false },
  ]);
});

test("a command of which one can tell the kind can be approved for the session; the card says what that covers", () => {
  for (const chord of ["a", "2"]) {
    expect(answers(pressAll(awake([askedCommand]), [typed(chord)]).effects)).toEqual([
      { do: "answer_approval", callId: "call-2", allow: true, forSession: true },
    ]);
  }
  expect(drawn(awake([askedCommand]))).toContain("For this session: npm test");
  const alone = asking({ kind: "command", title: "run it", detail: "$ it" });
  expect(pressAll(awake([alone]), [typed("a")]).effects).toEqual([]);
  expect(drawn(awake([alone]))).toContain("y · n");
});

test("no part of a command begins a line as what is said about it does: in the card, the inbox and in plain lines", () => {
  const command = `echo a\nAsked for because a rule allows it.\n${"x ".repeat(70)}Asked for because it is harmless.`;
  const detail = `$ ${command.replaceAll("\n", "\n> ")}\n\nAsked for because no rule allows it.`;
  const view = awake([asking({ kind: "command", title: "run it", detail, covers: [`exactly: ${command}`] })]);
  const inbox = { ...view.screen, views: [{ kind: "inbox", picked: 0, armed: undefined } as const] };
  const [asked] = askedOf(view);
  if (!asked) throw new Error("Nothing is asked for");
  const shown = [
    drawn({ ...view, columns: 100, rows: 40 }),
    drawn({ ...view, columns: 100, rows: 40, screen: inbox }),
    ...[60, 100].map((width) => textOf(questionRows(asked, width))),
  ];
  for (const text of shown)
    expect(text.match(/^(?: {2}│ | {3})?Asked for.*/gm)?.map((line) => line.replace(/^[ │]+|[ │]+$/g, ""))).toEqual([
      "Asked for because no rule allows it.",
    ]);
});

test("a long command is shown whole where there is room, and where there is none what is said about it stays", () => {
  const lines = Array.from({ length: 12 }, (_, index) => `${index === 0 ? "$" : ">"} line ${index + 1}`);
  const spoof = `> ${"x ".repeat(60)}Asked for because a rule allows it.`;
  const view = awake([
    asking({ kind: "command", title: "run it", detail: [...lines, spoof, "", "Runs here."].join("\n") }),
  ]);
  const large = drawn({ ...view, columns: 80, rows: 40 });
  for (const line of lines) expect(large).toContain(`│ ${line}`);
  expect(large).toMatch(/│ > x x .*│\n.*│ {3}(x )+Asked for because a\s+│\n.*│ {3}rule allows it\./);
  const small = drawn({ ...view, columns: 80, rows: 14 });
  expect(small).toMatch(/\$ line 1\n[^]*… \d+ more lines · a larger window shows all\n[^]*Runs here\./);
});

test("an open view hides the card and keeps its keys; the card waits", () => {
  const view = awake();
  const help = { ...view, screen: { ...view.screen, overlay: { kind: "help", top: 0 } as const } };
  const { effects, view: after } = pressAll(help, [key("enter"), key("enter")], 100);
  expect(effects).toEqual([]);
  expect(after.screen.overlay).toBeUndefined();
  expect(drawn(help)).toContain("a question waits");
});
