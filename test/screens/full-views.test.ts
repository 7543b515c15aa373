import type { ChatState } from "../../src/core/chat/state.ts";
import type { PastDeliverable } from "../../src/core/front-end.ts";
import { describe, expect, test } from "vitest";
import { GRACE_MS } from "../../components/approval/approval-state.ts";
import { cells } from "../../components/text/width.ts";
import { type FullView, openRunView } from "../../components/views/full-view.ts";
import { played } from "../../components/views/press-timeline.ts";
import { newScreen, type ScreenState, type View } from "../../components/screen/screen-state.ts";
import { finishedRun, pastRuns } from "./journals.ts";
import { askedCommand, askedRun, directAnswer, liveRun, NOW, report } from "./situations.ts";
import { drawn, key, pasted, pressAll, typed, viewOf } from "./views.ts";

const SIZES = [
  { columns: 120, rows: 30 },
  { columns: 80, rows: 20 },
  { columns: 40, rows: 10 },
];

const over: ScreenState["fetched"] = {
  run: {
    runId: "run-2",
    since: NOW,
    content: { is: "there", value: { runId: "run-2", number: 2, records: finishedRun } },
  },
};

function open(shown: FullView, given: Partial<View> = {}, fetched: ScreenState["fetched"] = {}): View {
  return viewOf({ ...given, screen: { ...newScreen, views: [shown], fetched } });
}

const watched = liveRun(
  {},
  {},
  {
    ada: {
      parts: [
        { kind: "tool", text: "read src/server.ts" },
        { kind: "failed", text: "run: npm: not found" },
        { kind: "text", text: "The server **exposes** its sockets." },
        { kind: "answer", text: "answer 1.1" },
        { kind: "text", text: "Use the ws package.\n\n- one handler per connection\n- heartbeats every 30 seconds" },
      ],
      open: { kind: "text", text: "bob's answer leaves the heartbeats to Socket.IO, which" },
    },
    bob: { parts: [], open: { kind: "thought", text: "What would Socket.IO cost?" } },
    cyd: { parts: [{ kind: "vote", text: "vote for ada 1.1: handles reconnects" }], open: undefined },
  },
);

const spentChat: ChatState = {
  ...viewOf().chat,
  lead: { model: "gpt-5.5", backend: "openai", simulated: false },
  leadSpend: { calls: 3, tokens: 5200, costUsd: 0.04, unpricedCalls: 1 },
  reports: [report],
};

const shelf: readonly PastDeliverable[] = [
  {
    name: "plan.md",
    version: 3,
    author: "ada",
    run: "run-0002-3fa91c",
    verifiedBy: "run-0003-aa11bb",
    savedAt: NOW - 60_000,
  },
  { name: "findings.json", version: 1, author: "", run: null, verifiedBy: null, savedAt: NOW - 90_000_000 },
];

const asking = liveRun({
  questions: [
    { id: "q1", agent: "bob", to: "human", text: "Which version of the\nAPI is it?", at: NOW - 30_000, answers: [] },
  ],
});

const SITUATIONS: Readonly<Record<string, View>> = {
  "run under way": open(openRunView("run", "run-2"), { runs: [watched] }),
  "run that is over": open(openRunView("run", "run-2"), {}, over),
  "run that cannot be read": open(
    openRunView("run", "run-2"),
    {},
    {
      run: { runId: "run-2", since: NOW, content: { is: "failed", text: "run-2: permission denied" } },
    },
  ),
  votes: open(openRunView("votes", "run-2"), {}, over),
  "votes of a run under way": open(openRunView("votes", "run-2"), { runs: [watched] }),
  compare: open(openRunView("compare", "run-2"), {}, over),
  "compare, only what differs": open(
    { ...openRunView("compare", "run-2"), picked: 2, onlyDifferences: true } as FullView,
    {},
    over,
  ),
  timeline: open({ ...openRunView("timeline", "run-2"), at: 20 } as FullView, {}, over),
  cost: open(
    { kind: "cost", runId: "run-2", top: 0 },
    { runs: [{ ...liveRun(), runId: "run-3", number: 3 }], chat: spentChat },
    over,
  ),
  deliverables: open({ kind: "deliverables", picked: 0 }, {}, { deliverables: { is: "there", value: shelf } }),
  "a deliverable": open(
    { kind: "deliverable", name: "plan.md", top: 0 },
    {},
    {
      deliverable: {
        name: "plan.md",
        content: { is: "there", value: "# Plan\n\n1. **proto** definitions\n2. health check\n" },
      },
    },
  ),
  inbox: open(
    { kind: "inbox", picked: 1, armed: undefined },
    { runs: [asking], chat: { ...viewOf().chat, calls: [askedRun, askedCommand] } },
  ),
  runs: open(
    { kind: "runs", picked: 1 },
    { runs: [{ ...watched, runId: "run-3", number: 3 }] },
    { runs: { is: "there", value: pastRuns } },
  ),
  "tool calls": open({ kind: "details", back: 0, top: 0 }, { chat: { ...viewOf().chat, items: directAnswer } }),
};

for (const [name, view] of Object.entries(SITUATIONS)) {
  for (const size of SIZES) {
    test(`${name} at ${size.columns}×${size.rows}`, () => {
      const text = drawn({ ...view, ...size });
      expect(text).toMatchSnapshot();
      expect(text.split("\n")).toHaveLength(size.rows - 1);
      expect(Math.max(...text.split("\n").map(cells))).toBeLessThan(size.columns);
    });
  }
}

describe("keys", () => {
  const seen = (view: View): FullView | undefined => view.screen.views.at(-1);

  test("Ctrl+O opens a run under way, else what came last; Esc, q and Ctrl+C close it and leave the draft", () => {
    const draft = (given: Partial<View>): View => pressAll(viewOf(given), [typed("draft"), key("ctrl+o")]).view;
    expect(seen(draft({ runs: [watched] }))).toMatchObject({ kind: "run", runId: "run-2" });
    const items = [...directAnswer, { id: 9, at: NOW, kind: "run", report } as const];
    const chat = { ...viewOf().chat, reports: [report] };
    expect(seen(draft({ chat: { ...chat, items } }))).toMatchObject({ kind: "votes", runId: "run-2" });
    expect(seen(draft({ chat: { ...chat, items: items.toReversed() } }))).toMatchObject({ kind: "details" });
    for (const close of [key("escape"), typed("q"), key("ctrl+c")]) {
      const { view, effects } = pressAll(draft({}), [close]);
      expect(view.screen.views).toEqual([]);
      expect(view.screen.editor.text).toBe("draft");
      expect(effects).toEqual([]);
    }
  });

  test("in a view nothing is typed, pasted or approved", () => {
    const asking = open(openRunView("run", "run-2"), {
      runs: [watched],
      chat: { ...viewOf().chat, calls: [askedRun] },
      now: NOW + 9000,
    });
    const { view, effects } = pressAll(asking, [typed("y"), pasted("y"), typed("hello"), key("enter")]);
    expect(effects).toEqual([]);
    expect(view.screen.editor.text).toBe("");
    expect(drawn(view)).toContain("a question waits");
  });

  test("a column scrolls up to its start and no further, and follows again at its end", () => {
    const shown = open(
      { ...openRunView("run", "run-2"), agent: 1, zoom: true } as FullView,
      { columns: 60, rows: 14 },
      over,
    );
    const up = pressAll(shown, [key("home"), key("up"), key("pageup")]).view;
    expect(drawn(up)).toContain("· bob works");
    const down = pressAll(up, [key("end")]).view;
    expect(drawn(down)).toContain("vote for bob 2.1");
    expect(seen(down)).toMatchObject({ back: 0 });
  });

  test("of the runs listed, g goes on with one that was stopped, runs one that is over again, and leaves a live one alone", () => {
    const runs = [{ ...watched, runId: "run-3", number: 3 }];
    const list = (picked: number): View =>
      open({ kind: "runs", picked }, { runs }, { runs: { is: "there", value: pastRuns } });
    expect(drawn(pressAll(list(0), [typed("g")]).view)).toContain("Run 3 is under way.");
    expect(pressAll(list(1), [typed("g")]).effects).toEqual([
      { do: "send", command: { do: "resume_run", runId: "run-2" } },
    ]);
    const again = pressAll(list(2), [typed("g")]);
    expect(again.view.screen.views).toEqual([]);
    expect(again.effects).toMatchObject([
      {
        do: "send",
        command: { do: "call", tool: "launch_run", input: { task: "task 1", agent_mode: "multi", refinement: true } },
      },
    ]);
    expect(seen(pressAll(list(2), [typed("v")]).view)).toMatchObject({ kind: "votes", runId: "run-1" });
    expect(seen(pressAll(list(2), [typed("v"), key("escape")]).view)).toMatchObject({ kind: "runs", picked: 2 });
  });

  test("a asks a run under way to answer now; one that is over has no such key", () => {
    const send = { do: "send", command: { do: "answer_now", runId: "run-2" } };
    expect(pressAll(open(openRunView("run", "run-2"), { runs: [watched] }), [typed("a")]).effects).toEqual([send]);
    expect(pressAll(open(openRunView("run", "run-2"), {}, over), [typed("a")]).effects).toEqual([]);
  });
});

describe("keys of a run's views", () => {
  const compare = openRunView("compare", "run-2");
  const says = (view: View, ...strokes: Parameters<typeof pressAll>[1]): readonly unknown[] =>
    pressAll(view, strokes).effects.map((effect) => (effect.do === "send" ? effect.command : effect));

  test("w twice makes the answer at the right the winner: a run under way ends with it, of one that is over it is the result", () => {
    const live = open(compare, { runs: [watched] });
    const once = pressAll(live, [typed("w")]);
    expect(once.effects).toEqual([]);
    expect(drawn(once.view)).toContain("w again makes bob 2.1 the winner");
    expect(says(live, typed("w"), typed("w"))).toEqual([
      { do: "steer_run", runId: "run-2", steer: { do: "choose", agent: "bob" } },
    ]);
    const settled = open(compare, {}, over);
    expect(says(settled, typed("w"), key("right"), typed("w"))).toEqual([]);
    expect(says(settled, key("right"), typed("ww"))).toEqual([
      { do: "steer_run", runId: "run-2", steer: { do: "choose", agent: "cyd" } },
    ]);
    expect(pressAll(settled, [typed("ww")]).view.screen).toMatchObject({ views: [], notice: "" });
    const cut = finishedRun.slice(0, 30);
    const held = {
      run: { runId: "run-2", since: NOW, content: { is: "there", value: { runId: "run-2", number: 2, records: cut } } },
    } as const;
    expect(drawn(pressAll(open(compare, {}, held), [typed("ww")]).view)).toContain(
      "Run 2 is on hold. Go on with it first",
    );
  });

  test("a timeline is scrubbed event by event, plays to its end and stays there, at the newest event", () => {
    const shown = open(openRunView("timeline", "run-2"), { columns: 100, rows: 24 }, over);
    const last = finishedRun.length;
    expect(drawn(shown)).toContain(`Event ${last} of ${last}`);
    expect(drawn(pressAll(shown, [key("left"), key("pageup")]).view)).toContain(`Event ${last - 11} of ${last}`);
    expect(drawn(pressAll(shown, [key("home"), key("left"), key("right")]).view)).toContain(`Event 2 of ${last}`);
    expect(drawn(pressAll(shown, [key("home"), key("end")]).view)).toContain(`Event ${last} of ${last}`);
    const { view } = pressAll(shown, [key("space")]);
    let { screen } = view;
    const frames: string[] = [];
    while (screen.views.at(-1)?.kind === "timeline" && (screen.views.at(-1) as { playing: boolean }).playing) {
      frames.push(drawn({ ...view, screen }));
      screen = played(screen);
    }
    expect(new Set(frames).size).toBe(last - 1);
    expect(screen.views.at(-1)).toMatchObject({ at: undefined, playing: false });
    expect(drawn(pressAll(shown, [key("space"), key("space")]).view)).toContain(`Event 1 of ${last}`);
  });

  test("the views of a run lead to each other, and Esc leaves all of them", () => {
    const start = open(openRunView("run", "run-2"), {}, over);
    const kinds = ["v", "c", "t", "r"].map((letter) => pressAll(start, [typed(letter)]).view.screen.views);
    expect(kinds).toMatchObject([
      [{ kind: "votes" }],
      [{ kind: "compare" }],
      [{ kind: "timeline" }],
      [{ kind: "run" }],
    ]);
    expect(pressAll(start, [typed("vct"), key("escape")]).view.screen.views).toEqual([]);
  });
});

test("the inbox answers what is picked, when a key was pressed twice, and opens an answer to a question", () => {
  const chat = { ...viewOf().chat, calls: [askedRun, askedCommand] };
  const now = NOW + GRACE_MS;
  const inbox = open({ kind: "inbox", picked: 0, armed: undefined }, { runs: [asking], chat, now });
  expect(pressAll(inbox, [typed("yy")]).effects).toEqual([]);
  expect(pressAll(inbox, [key("enter")]).view.screen).toMatchObject({ views: [], editor: { text: "/answer " } });
  const second = pressAll(inbox, [key("down"), typed("y")]);
  expect(second.effects).toEqual([]);
  expect(drawn(second.view)).toContain("y again approves it");
  expect(pressAll(second.view, [typed("n")]).effects).toEqual([]);
  expect(pressAll(second.view, [key("down"), typed("y")]).effects).toEqual([]);
  const answer = { do: "answer_approval", callId: "call-1", allow: true };
  expect(pressAll(second.view, [typed("y")]).effects).toEqual([{ do: "send", command: answer }]);
  expect(drawn(open({ kind: "inbox", picked: 0, armed: undefined }))).toContain("Nothing waits for you.");
});
