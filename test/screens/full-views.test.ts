import { describe, expect, test } from "vitest";
import { cells } from "../../components/text/width.ts";
import { type FullView, openRunView } from "../../components/views/full-view.ts";
import { newScreen, type ScreenState, type View } from "../../components/screen/screen-state.ts";
import { finishedRun, pastRuns } from "./journals.ts";
import { askedRun, directAnswer, liveRun, NOW, report } from "./situations.ts";
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
  return viewOf({ ...given, screen: { ...newScreen, views: [shown], fetched, alternate: true } });
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
