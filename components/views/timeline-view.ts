import type { Lane, Mark, Replay, Span as Stretch } from "../../src/core/run/replay.ts";
import { withNames } from "../../src/core/run/names.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import { agentLine } from "../run/agent-line.ts";
import { tally } from "../run/tally.ts";
import { age } from "../text/age.ts";
import { clipRow, type Row, row, span, type Span } from "../text/rows.ts";
import { cells, graphemes, safe } from "../text/width.ts";

/** Where a timeline stands: `at` events have happened. */
export type Moment = { readonly replay: Replay; readonly at: number };

/** Who did what when, and what everybody was at after the chosen event. */
export function timelineBody({ replay, at }: Moment, width: number, height: number): readonly Row[] {
  const { lanes, states } = replay;
  const state = states[at - 1] ?? newRun;
  const names = Math.max(...lanes.map(({ agent }) => cells(safe(agent))), 4) + 2;
  const room = Math.max(10, width - names);
  const now = replay.at[at - 1] ?? 0;
  const whole = replay.at.at(-1) ?? 0;
  const small = height < lanes.length * 2 + 7;
  const upper = [
    row(" ".repeat(names), ...axis(now, whole, room)),
    ...lanes.map((lane) =>
      row(span(safe(lane.agent).padEnd(names), { bold: true }), ...bar(lane, now, whole, room, at)),
    ),
    ...(small ? [] : [clipRow(row(span(LEGEND, "dim")), width), []]),
    row(span(`Event ${at} of ${states.length}`, { bold: true }), span(` · ${age(now)} · ${tally(state)}`, "dim")),
    ...(small ? [] : [...state.agents.map((agent) => agentRow(agent, state, names, width)), []]),
  ];
  return [...upper, ...said(replay, state, at, width, Math.max(1, height - upper.length))];
}

const LEGEND = "█ model  ▒ tools  ░ waiting  ⚠ retry  ▏answer  ✔ vote  ✖ void or failed  ● final";

function agentRow(agent: RunState["agents"][number], state: RunState, names: number, width: number): Row {
  // As it was then: the clock stands at the event.
  const { mark, tone, doing } = agentLine(agent, state, "", state.lastEventAt);
  return clipRow(row(span(`${mark} `, tone), span(safe(agent.id).padEnd(names - 2), { bold: true }), doing), width);
}

/** "0s ──────●────── 2m 04s" */
function axis(now: number, whole: number, width: number): readonly Span[] {
  const [start, end] = ["0s ", ` ${age(whole)}`];
  const line = Math.max(1, width - cells(start) - cells(end));
  const place = Math.min(line - 1, Math.floor((now / Math.max(1, whole)) * line));
  return [
    span(`${start}${"─".repeat(place)}`, "dim"),
    span("●", "accent"),
    span(`${"─".repeat(line - place - 1)}${end}`, "dim"),
  ];
}

const STRETCHES: Readonly<Record<Stretch["kind"], string>> = {
  model: "█",
  tool: "▒",
  retry: "⚠",
  waiting: "░",
  out: " ",
};
const MARKS = { vote: "✔", void: "✖", failed: "✖", final: "●" } as const;

/** One agent's time in `width` cells: what it was at for the longest in each, and over that what it did. The future is dim. */
function bar({ spans, marks }: Lane, now: number, whole: number, width: number, at: number): readonly Span[] {
  const glyphs = Array.from({ length: width }, (_, cell) => STRETCHES[longest(spans, cell, whole / width)]);
  const taken = new Set<number>();
  for (const mark of marks) {
    const text = markText(mark);
    const from = freeCell(taken, Math.floor((mark.at / Math.max(1, whole)) * width), text.length, width);
    if (from === undefined) continue;
    for (const [offset, glyph] of graphemes(text).entries()) {
      glyphs[from + offset] = glyph;
      taken.add(from + offset);
    }
  }
  const passed = at === 0 ? 0 : Math.ceil((now / Math.max(1, whole)) * width);
  return [span(glyphs.slice(0, passed).join("")), span(glyphs.slice(passed).join(""), "dim")];
}

function markText(mark: Mark): string {
  return mark.kind === "answer" ? `▏${mark.text}` : MARKS[mark.kind];
}

/** The first place from `wanted` on, or just before it, where so many cells are free of other marks. */
function freeCell(taken: ReadonlySet<number>, wanted: number, count: number, width: number): number | undefined {
  const last = width - count;
  const free = (from: number): boolean =>
    Array.from({ length: count }, (_, n) => from + n).every((cell) => !taken.has(cell));
  const start = Math.min(wanted, last);
  for (let from = start; from <= last; from++) if (free(from)) return from;
  for (let from = start - 1; from >= 0; from--) if (free(from)) return from;
  return undefined;
}

function longest(spans: readonly Stretch[], cell: number, ms: number): Stretch["kind"] {
  const [from, to] = [cell * ms, (cell + 1) * ms];
  const shares = spans.map((stretch) => Math.min(to, stretch.to) - Math.max(from, stretch.from));
  const most = Math.max(0, ...shares);
  return most <= 0 ? "waiting" : (spans[shares.indexOf(most)]?.kind ?? "waiting");
}

/** The last things that happened until then, the chosen event marked. */
function said(
  { said: words, at: times }: Replay,
  { agents }: RunState,
  at: number,
  width: number,
  count: number,
): readonly Row[] {
  // "ada answered (agent1.1)" names ada once already.
  const named = (text: string): string => withNames(text.replace(/\(agent(\d+\.\d+)\)/g, "($1)"), agents);
  const told = words.slice(0, at).flatMap((text, index) => (text === undefined ? [] : [{ text, index }]));
  return told
    .slice(-count)
    .map(({ text, index }) =>
      clipRow(
        row(
          span(index === at - 1 ? "❯ " : "  ", "accent"),
          span(age(times[index] ?? 0).padStart(7), "dim"),
          span(`  ${safe(named(text))}`, index === at - 1 ? {} : "dim"),
        ),
        width,
      ),
    );
}
