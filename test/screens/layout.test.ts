import { slashCommands } from "../../src/core/chat/slash.ts";
import { expect, test } from "vitest";
import { openApproval } from "../../components/approval/approval-state.ts";
import { createLeadTail } from "../../components/chat/lead-tail.ts";
import { emptyEditor } from "../../components/composer/editor.ts";
import { layLines } from "../../components/composer/lines.ts";
import { layout } from "../../components/screen/layout.ts";
import { keys } from "../../components/keys.ts";
import { addedRows, breaksLinesAnew } from "../../components/screen/refit.ts";
import { newScreen, type View } from "../../components/screen/screen-state.ts";
import { rowCells, span } from "../../components/text/rows.ts";
import { newChat } from "../../src/core/chat/state.ts";
import { idleLead } from "../helpers/front-end.ts";
import { askedNow, askedRun, liveRun, NOW, proposal, troubledRun } from "./situations.ts";
import { drawn, textOf, viewOf } from "./views.ts";

const long = "a draft 世界 with 👩‍👩‍👧 in it\n".repeat(30);
const wordy = { ...proposal, task: "word ".repeat(400) };

/** Everything at once, and each of it alone. */
const CROWDED: readonly Partial<View>[] = [
  {},
  { lead: { ...idleLead, activity: "writing", text: "# Title\n\n- item\n\n".repeat(200), since: NOW } },
  { runs: Array.from({ length: 5 }, (_, n) => ({ ...troubledRun(), runId: `run-${n}` })) },
  { screen: { ...newScreen, editor: { ...emptyEditor, text: long, cursor: long.length } } },
  { screen: { ...newScreen, overlay: { kind: "help", top: 3 } } },
  { screen: { ...newScreen, editor: { ...emptyEditor, text: "/", cursor: 1 } } },
  {
    screen: {
      ...newScreen,
      queue: ["one 世界 ".repeat(40), "two", "three", "four", "five"],
      search: { draft: emptyEditor },
    },
    history: ["earlier 世界 ".repeat(40), "before that"],
  },
  {
    chat: {
      ...newChat,
      calls: [
        {
          call: { id: "user_1", name: "shell", input: {} },
          byUser: true,
          stage: "running",
          summary: "npm test ".repeat(40),
          since: NOW,
        },
      ],
    },
    lead: { ...idleLead, shell: "世界 ".repeat(100) },
  },
  {
    lead: { ...idleLead, activity: "writing", text: "line\n\n".repeat(200), since: NOW },
    runs: [liveRun({}, { ada: "世界 ".repeat(50) }), troubledRun()],
    chat: { ...newChat, calls: [askedRun] },
    screen: {
      ...newScreen,
      editor: { ...emptyEditor, text: long, cursor: 5 },
      approval: openApproval(askedNow({ kind: "run", proposal: wordy }), NOW),
    },
  },
];

test("a row holds as many characters of plain text as of any other, and the cursor finds its place in both", () => {
  for (const width of [1, 3, 5, 80]) {
    for (let cursor = 0; cursor <= 10; cursor++) {
      const [plain, other] = ["abcde\nabcd", "abcdé\nábcd"].map((text) => layLines(text, cursor, width));
      const places = (laid: typeof plain): unknown => [
        laid?.lines.map(({ from, to }) => [from, to]),
        laid?.cursorLine,
        laid?.cursorColumn,
      ];
      expect(places(plain)).toEqual(places(other));
    }
  }
});

test("no frame is as high or as wide as the terminal, whatever its size and contents", () => {
  for (const given of CROWDED) {
    for (const columns of [1, 2, 11, 12, 20, 40, 60, 80, 100, 300]) {
      for (const rows of [1, 2, 3, 4, 5, 8, 10, 14, 24, 60]) {
        const { rows: lines, cursor } = layout(viewOf({ ...given, columns, rows }), createLeadTail());
        expect(lines.length, `${columns}×${rows}`).toBeLessThanOrEqual(Math.max(1, rows - 1));
        for (const line of lines) expect(rowCells(line), `${columns}×${rows}`).toBeLessThanOrEqual(columns);
        if (!cursor) continue;
        expect(cursor.y, `${columns}×${rows}`).toBeLessThan(lines.length);
        expect(cursor.x, `${columns}×${rows}`).toBeLessThan(columns);
      }
    }
  }
});

test("the last two rows are the input and the hint, also when all is crowded", () => {
  for (const given of CROWDED.slice(0, 3)) {
    const lines = drawn(viewOf({ ...given, columns: 40, rows: 10 })).split("\n");
    expect(lines.at(-2)).toBe("❯");
    expect(lines.at(-1)).toMatch(/esc to stop|\? for help/);
  }
});

test("an approval card says when it does not take keys yet", () => {
  const approval = openApproval(askedNow({ kind: "run", proposal }), NOW);
  const at = (now: number, text = ""): string =>
    drawn(
      viewOf({
        now,
        chat: { ...newChat, calls: [askedRun] },
        screen: { ...newScreen, approval, editor: { ...emptyEditor, text } },
      }),
    );
  expect(at(NOW + 399)).toContain("keys in a moment");
  expect(at(NOW + 400)).toContain("y · e · n · tab moves");
  expect(at(NOW + 400, "a draft")).toContain("send or clear your draft first");
});

test("the buttons of a long question are always there", () => {
  for (const [columns, rows] of [
    [40, 10],
    [40, 6],
    [60, 12],
    [80, 24],
  ] as const) {
    expect(drawn(viewOf({ ...CROWDED.at(-1), columns, rows })), `${columns}×${rows}`).toContain("Approve");
  }
});

test("a terminal too small for a line and its input gets one sentence", () => {
  expect(drawn(viewOf({ columns: 40, rows: 3 }))).toBe("massgen: make me larger");
  expect(drawn(viewOf({ columns: 1, rows: 2 }))).toHaveLength(1);
});

test("a long draft scrolls with its cursor", () => {
  const text = Array.from({ length: 30 }, (_, n) => `row ${n}`).join("\n");
  const at = (cursor: number): string =>
    drawn(viewOf({ screen: { ...newScreen, editor: { ...emptyEditor, text, cursor } } }));
  expect(at(0)).toContain("row 0\n");
  expect(at(0)).not.toContain("row 20");
  expect(at(text.length)).toContain("row 29");
});

test("the text of the lead is not shown twice once it stands in the transcript", () => {
  const lead = { ...idleLead, activity: "writing", text: "the answer\n", since: NOW } as const;
  expect(drawn(viewOf({ lead }))).toContain("the answer");
  const items = [{ id: 1, at: NOW, kind: "lead", text: "the answer" } as const];
  expect(drawn(viewOf({ lead, chat: { ...newChat, items } }))).not.toContain("the answer");
});

test("a notice that comes later is shown, one of the start is not repeated", () => {
  const view = viewOf();
  const info = { ...view.start, notices: [...view.start.notices, "Ollama was found."] };
  expect(drawn({ ...view, info })).toContain("Ollama was found.");
  expect(drawn(view)).not.toContain("No model key");
});

test("what a narrower window adds in rows is counted", () => {
  const rows = [[span("x".repeat(90))], [span("short")]];
  expect(addedRows(rows, 100, 40)).toBe(2);
  expect(addedRows(rows, 100, 90)).toBe(0);
  expect(addedRows(rows, 60, 40), "rows that were cut to 60 columns").toBe(1);
  expect(addedRows(rows, 40, 60), "a wider window").toBe(0);
});

test("terminals that cut long lines are left alone", () => {
  expect(breaksLinesAnew({ TERM: "xterm-256color" })).toBe(true);
  expect(breaksLinesAnew({ TERM: "screen-256color", TMUX: "/tmp/t" })).toBe(true);
  expect(breaksLinesAnew({ TERM: "screen" })).toBe(false);
  expect(breaksLinesAnew({ TERM: "xterm-256color", XTERM_VERSION: "XTerm(379)" })).toBe(false);
});

test("help lists every command and every key of the tables, each in a line with what it does", () => {
  const view = viewOf({ columns: 100, rows: 120, screen: { ...newScreen, overlay: { kind: "help", top: 0 } } });
  const shown = textOf(layout(view, createLeadTail()).rows);
  for (const { name, args, help } of slashCommands) {
    expect(shown).toMatch(new RegExp(`^  /${name}${args === "" ? "" : ` ${quoted(args)}`} +${quoted(help)}$`, "m"));
  }
  for (const { show, help } of Object.values(keys)) {
    expect(shown).toMatch(new RegExp(`^  ${quoted(show)} +${quoted(help)}$`, "m"));
  }
});

function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
