import type { AgentState, RunState } from "../../src/core/run/state.ts";
import { formatTokens, formatUsd, oneLine } from "../../src/core/text.ts";
import { agentLine } from "../run/agent-line.ts";
import { modelName } from "../run/names.ts";
import { runFigures, tally } from "../run/tally.ts";
import type { View } from "../screen/screen-state.ts";
import { age } from "../text/age.ts";
import { fitRow, type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { feedRows } from "./feed-rows.ts";
import type { FullView } from "./full-view.ts";
import type { SeenRun } from "./seen-run.ts";

type RunViewState = Extract<FullView, { kind: "run" }>;

/** A column that is narrower is no pleasure to read. */
const COLUMN_CELLS = 30;
const GAP = " │ ";

/** Agents side by side where that fits, else the one in focus below a line for each of them. */
export function runBody(view: View, shown: RunViewState, run: SeenRun, width: number, height: number): readonly Row[] {
  const { state } = run;
  const focus = Math.min(shown.agent, state.agents.length - 1);
  const stand = row(span(tally(state) === "" ? "nothing yet" : tally(state), "dim"));
  const atOnce = Math.min(state.agents.length, Math.floor((width + GAP.length) / (COLUMN_CELLS + GAP.length)));
  const room = height < 10 ? height : height - 2;
  const body =
    atOnce < 2 || shown.zoom || height < 8
      ? stacked(view, run, focus, shown.back, width, room)
      : columns(view, run, focus, shown.back, atOnce, width, room);
  return height < 10 ? body : [stand, [], ...body];
}

export function runTitle({ number, state }: SeenRun): string {
  return `Run ${number} · ${safe(oneLine(state.title))}`;
}

/** At the right of the title of every view of a run. */
export function runFacts({ state, live }: SeenRun, now: number): Row {
  return row(span(`${live ? "" : "over · "}${runFigures(state, live ? now : state.lastEventAt)}`, "dim"));
}

function columns(
  view: View,
  run: SeenRun,
  focus: number,
  back: number,
  atOnce: number,
  width: number,
  height: number,
): readonly Row[] {
  const { agents } = run.state;
  const from = Math.max(0, Math.min(focus - atOnce + 1, agents.length - atOnce));
  const shown = agents.slice(from, from + atOnce);
  const room = Math.floor((width - GAP.length * (atOnce - 1)) / atOnce);
  const cells = shown.map((agent, index) => column(view, run, agent, from + index === focus, back, room, height));
  return Array.from({ length: height }, (_, at) =>
    cells.flatMap((rows, index) => [...(index === 0 ? [] : [span(GAP, "dim")]), ...fitRow(rows[at] ?? [], room)]),
  );
}

function column(
  view: View,
  run: SeenRun,
  agent: AgentState,
  focused: boolean,
  back: number,
  width: number,
  height: number,
): readonly Row[] {
  const head = [agentHead(agent, run, focused, view.now), row(span(figures(agent, view.now, run.live), "dim")), []];
  return [...head, ...feedPart(run, agent.id, focused ? back : 0, width, height - head.length)];
}

function stacked(view: View, run: SeenRun, focus: number, back: number, width: number, height: number): readonly Row[] {
  const { agents } = run.state;
  const focused = agents[focus];
  if (!focused) return [];
  const heads = agents.map((agent, index) => [
    ...agentHead(agent, run, index === focus, view.now),
    span(`  ${doing(agent, run.state, run.lines[agent.id] ?? "", view.now)}`, "dim"),
  ]);
  const shown = height - heads.length - 1 >= 3 ? heads : heads.slice(focus, focus + 1);
  return [...shown, [], ...feedPart(run, focused.id, back, width, height - shown.length - 1)];
}

/** What the agent wrote, `back` rows up from its end, but never beyond its start. */
function feedPart(run: SeenRun, agent: string, back: number, width: number, height: number): readonly Row[] {
  const rows = feedRows(run, agent, width, height + back);
  const part = rows.slice(0, Math.max(height, rows.length - back)).slice(-height);
  return part.length === 0 ? [row(span("nothing yet", "dim"))] : part;
}

function agentHead(agent: AgentState, run: SeenRun, focused: boolean, now: number): Row {
  const { mark, tone } = agentLine(agent, run.state, "", now);
  return row(
    span(focused ? "❯ " : "  ", "accent"),
    span(`${mark} `, tone),
    span(safe(agent.id), focused ? { bold: true, tone: "accent" } : { bold: true }),
    span(`  ${safe(modelName(agent))}`, "dim"),
  );
}

function doing(agent: AgentState, state: RunState, line: string, now: number): string {
  return agentLine(agent, state, line, now).doing;
}

function figures(agent: AgentState, now: number, live: boolean): string {
  const { usage, costUsd, unpricedCalls, calls } = agent.spend;
  const parts = [
    calls === 0 ? "" : `${formatTokens(usage.input + usage.output)} tok`,
    calls === 0 ? "" : `${formatUsd(costUsd)}${unpricedCalls > 0 ? "+" : ""}`,
    live && agent.lastActivityAt > 0 ? age(now - agent.lastActivityAt) : "",
  ];
  return `  ${parts.filter((part) => part !== "").join(" · ")}`;
}
