import { validVote } from "../../src/core/run/freshness.ts";
import type { Answer, RunState } from "../../src/core/run/state.ts";
import { standingAnswers } from "../../src/core/run/team-effect.ts";
import { plural } from "../../src/core/text.ts";
import { answerName } from "../run/names.ts";
import type { Tone } from "../theme.ts";
import { fitRow, indent, type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";
import { type AlignedRow, alignLines } from "./align.ts";
import type { FullView } from "./full-view.ts";
import type { SeenRun } from "./seen-run.ts";

type Comparing = Extract<FullView, { kind: "compare" }>;

/** From these widths on two and three answers stand side by side. */
export const TWO_ANSWERS = 96;
const THREE_ANSWERS = 150;
const GAP = " │ ";

/** The answer at the left, which wins or leads, and the one that was chosen to stand beside it. */
export function compared(
  { state }: Pick<SeenRun, "state">,
  shown: Pick<Comparing, "picked">,
): { readonly left: Answer; readonly right: Answer; readonly all: readonly Answer[] } | undefined {
  const all = standingAnswers(state);
  const [left] = all;
  const right = all[Math.max(1, Math.min(shown.picked, all.length - 1))];
  return left && right ? { left, right, all } : undefined;
}

/** Answers line by line: side by side where that fits, else one line above the other. */
export function compareBody({ state }: SeenRun, shown: Comparing, width: number): readonly Row[] {
  const found = compared({ state }, shown);
  if (!found) return [row(span("There are no two answers to compare yet.", "dim"))];
  const { left, right, all } = found;
  const third = all.find((answer) => answer !== left && answer !== right);
  const answers = width >= THREE_ANSWERS && third ? [left, right, third] : [left, right];
  const rows = alignLines(answers.map(({ text }) => safe(text).trim()));
  const kept = shown.onlyDifferences ? differing(rows) : rows;
  const headings = answers.map((answer) => heading(answer, state, answer === right));
  return width < TWO_ANSWERS ? stacked(kept, headings, width) : sideBySide(kept, headings, width);
}

/** A row of nothing stands for what was left out: so many lines alike. */
type Kept = AlignedRow | { readonly alike: number };

function differing(rows: readonly AlignedRow[]): readonly Kept[] {
  return rows.reduce<readonly Kept[]>((kept, line) => {
    const last = kept.at(-1);
    if (!line.same) return [...kept, line];
    return last && "alike" in last ? [...kept.slice(0, -1), { alike: last.alike + 1 }] : [...kept, { alike: 1 }];
  }, []);
}

function heading(answer: Answer, state: RunState, picked: boolean): Row {
  const { phase } = state;
  const winner = phase.kind === "ended" || phase.kind === "presenting" ? phase.winner?.label : undefined;
  const votes = state.agents.filter((agent) => validVote(state, agent)?.label === answer.label).length;
  return row(
    span(picked ? "❯ " : "  ", "accent"),
    span(safe(answerName(answer.agent, answer.label)), { bold: true }),
    span(answer.label === winner ? " ✔ winner" : "", "ok"),
    span(` · ${plural(votes, "vote")}`, "dim"),
  );
}

function sideBySide(rows: readonly Kept[], headings: readonly Row[], width: number): readonly Row[] {
  const room = Math.floor((width - GAP.length * (headings.length - 1)) / headings.length);
  const draw = (cells: readonly Row[]): Row =>
    cells.flatMap((cell, index) => [...(index === 0 ? [] : [span(GAP, "dim")]), ...fitRow(cell, room)]);
  const rule = row(span(headings.map(() => "─".repeat(room)).join("─┼─"), "dim"));
  return [
    draw(headings),
    rule,
    ...rows.flatMap((line) => {
      if ("alike" in line) return [alikeRow(line.alike)];
      const cells = line.lines.map((text) => cellRows(text, markOf(line), room));
      const height = Math.max(...cells.map((cell) => cell.length));
      return Array.from({ length: height }, (_, at) => draw(cells.map((cell) => cell[at] ?? [])));
    }),
  ];
}

type Mark = { readonly text: string; readonly tone: Tone | undefined };

const ALIKE: Mark = { text: "  ", tone: "dim" };
const CHANGED: Mark = { text: "~ ", tone: "warn" };
const ONLY_HERE: Mark = { text: "+ ", tone: "ok" };

function markOf({ lines, same }: AlignedRow): Mark {
  if (same) return ALIKE;
  return lines.filter((line) => line !== undefined).length > 1 ? CHANGED : ONLY_HERE;
}

function cellRows(text: string | undefined, mark: Mark, width: number): readonly Row[] {
  if (text === undefined || text === "") return [[]];
  const style = mark.tone === undefined ? {} : { tone: mark.tone };
  return indent(
    wrap([span(text, mark === ALIKE ? { tone: "dim" } : {})], width - 2),
    span(mark.text, style),
    span("  "),
  );
}

/** As a patch shows it: what only the left one has, then what stands there in the right one. */
function stacked(rows: readonly Kept[], headings: readonly Row[], width: number): readonly Row[] {
  const [left = [], right = []] = headings;
  const line = (text: string | undefined, mark: Mark): readonly Row[] =>
    text === undefined ? [] : cellRows(text, mark, width);
  return [
    [span("− ", "failed"), ...left],
    [span("+ ", "ok"), ...right],
    row(span("─".repeat(width), "dim")),
    ...rows.flatMap((kept) => {
      if ("alike" in kept) return [alikeRow(kept.alike)];
      const [before, after] = kept.lines;
      if (kept.same) return line(before, ALIKE);
      return [...line(before, { text: "− ", tone: "failed" }), ...line(after, { text: "+ ", tone: "ok" })];
    }),
  ];
}

function alikeRow(count: number): Row {
  return row(span(`  … ${plural(count, "line")} alike`, "dim"));
}
