import { totalSpend } from "../../src/core/run/spend.ts";
import type { Spend } from "../../src/core/run/state.ts";
import { teamEffect } from "../../src/core/run/team-effect.ts";
import { formatTokens, formatUsd, oneLine, plural } from "../../src/core/text.ts";
import { sessionSpend } from "../chat/status-line.ts";
import { effectText } from "../run/effect-text.ts";
import { modelName } from "../run/names.ts";
import { liveRuns } from "../run/live-runs.ts";
import type { View } from "../screen/screen-state.ts";
import { fitRow, type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";
import type { SeenRun } from "./seen-run.ts";

/** What a line of the table holds. `usd` is a lower bound when a call has no price. */
type Line = {
  readonly name: string;
  readonly calls: number | undefined;
  readonly tokens: number;
  readonly usd: number;
  readonly complete: boolean;
  readonly strong?: boolean;
};

const WIDEST = 84;

/** The runs of this session, in order. */
export function costRuns(view: Pick<View, "chat" | "runs">): readonly string[] {
  return [...view.chat.reports, ...liveRuns(view)].map(({ runId }) => runId);
}

/** The session: the lead, every run, and all of it. */
export function sessionCost(view: View, width: number): readonly Row[] {
  const { leadSpend, reports, lead } = view.chat;
  const total = sessionSpend(view);
  const lines: readonly Line[] = [
    {
      name: `lead ${lead.model}`,
      calls: leadSpend.calls,
      tokens: leadSpend.tokens,
      usd: leadSpend.costUsd,
      complete: leadSpend.unpricedCalls === 0,
    },
    ...reports.map(({ number, title, tokens, costUsd, costComplete }) => ({
      name: `run ${number} ${title}`,
      calls: undefined,
      tokens,
      usd: costUsd,
      complete: costComplete,
    })),
    ...liveRuns(view).map(({ number, state }) => ofSpend(`run ${number} ${state.title}, under way`, totalSpend(state))),
    { name: "all", calls: undefined, tokens: total.tokens, usd: total.costUsd, complete: total.complete, strong: true },
  ];
  return table("This session", lines, width);
}

/** One run: each agent, the whole, what is left of its limit, and what the team's work was good for. */
export function runCost({ number, state }: SeenRun, width: number): readonly Row[] {
  const agents = state.agents.map((agent) => ofSpend(`${agent.id} ${modelName(agent)}`, agent.spend));
  const whole = { ...ofSpend("the run", totalSpend(state)), strong: true };
  const effect = teamEffect(state);
  const said = effect
    ? [[], ...wrap([span(safe(`Did the team change the answer? ${effectText(effect)}`))], Math.min(width, WIDEST))]
    : [];
  return [
    ...table(`Run ${number} · ${state.title}`, [...agents, whole], width),
    ...capRows(whole, state.settings.budget.maxCostUsd),
    ...saved(state.saved),
    ...said,
  ];
}

function ofSpend(name: string, spend: Spend): Line {
  const { calls, usage, costUsd, unpricedCalls } = spend;
  return { name, calls, tokens: usage.input + usage.output, usd: costUsd, complete: unpricedCalls === 0 };
}

/** Names at the left, figures in columns at the right, and how large a part of the last line each is. */
function table(title: string, lines: readonly Line[], width: number): readonly Row[] {
  const whole = lines.at(-1)?.usd ?? 0;
  const wide = Math.min(width, WIDEST);
  const columns = COLUMNS.filter(({ from }) => wide >= from);
  const room = wide - columns.reduce((sum, column) => sum + column.cells, 0);
  return [
    row(span(safe(oneLine(title)), { bold: true })),
    ...lines.map((line) => {
      const style = line.strong === true ? { bold: true } : {};
      const figures = columns.map(({ cells, of }) => span(of(line, whole).padStart(cells), style));
      return row(...fitRow([span(safe(oneLine(line.name)), style)], Math.max(8, room)), ...figures);
    }),
    ...(lines.every(({ complete }) => complete) ? [] : [row(span("+: some calls have no known price", "dim"))]),
  ];
}

/** The columns of figures, each shown from a certain width on. */
const COLUMNS: readonly {
  readonly cells: number;
  readonly from: number;
  readonly of: (line: Line, whole: number) => string;
}[] = [
  { cells: 10, from: 62, of: (line, whole) => part(line.strong === true ? 0 : line.usd / (whole || 1)) },
  { cells: 10, from: 56, of: ({ calls }) => (calls === undefined ? "" : plural(calls, "call")) },
  { cells: 11, from: 44, of: ({ tokens }) => `${formatTokens(tokens)} tok` },
  { cells: 10, from: 0, of: money },
];

const PART_CELLS = 8;

function part(share: number): string {
  return "▇".repeat(Math.round(Math.min(1, share) * PART_CELLS)).padEnd(PART_CELLS);
}

function money({ usd, complete }: Line): string {
  return `${formatUsd(usd)}${complete ? "" : "+"}`;
}

function capRows(whole: Line, capUsd: number | null): readonly Row[] {
  if (capUsd === null) return [row(span("no limit on what it may cost", "dim"))];
  const share = whole.usd / capUsd;
  return [
    row(span(`${Math.round(share * 100)} % of its limit of ${formatUsd(capUsd)}`, share >= 0.8 ? "warn" : "dim")),
  ];
}

function saved({ calls, usd }: SeenRun["state"]["saved"]): readonly Row[] {
  if (calls === 0) return [];
  const price = usd === null ? "" : `, about ${formatUsd(usd)}`;
  return [row(span(`${plural(calls, "call")} saved${price}: votes that could not change the outcome`, "dim"))];
}
