import type { LiveRun } from "../../src/core/front-end.ts";
import { openAsks } from "../../src/core/run/permission-asks.ts";
import type { RunState } from "../../src/core/run/state.ts";
import { formatTokens, oneLine, plural } from "../../src/core/text.ts";
import { card } from "../text/card.ts";
import { fitRow, type Row, row, span } from "../text/rows.ts";
import { cells, safe } from "../text/width.ts";
import { age } from "../text/age.ts";
import { agentLine } from "./agent-line.ts";
import { isSimulated, modelAtWork } from "./names.ts";
import { clock, runFigures, tally } from "./tally.ts";

/** From this width on a row has room for model, age and tokens. */
const WIDE = 70;

/** A run under way as a box of `width` columns: a row per agent, where the votes stand, time and money. */
export function runCardRows(run: LiveRun, now: number, width: number, footer: string): readonly Row[] {
  const { state } = run;
  return card({
    title: row(span(title(run), { bold: true })),
    right: row(span(`${simulatedMark(state)}${runFigures(state, now)}`, "dim")),
    body: [...agentRows(run, now, width - 4), ...talkRows(state, width - 4), row(span(tally(state), "dim"))],
    footer: row(span(footer, "dim")),
    width,
    tone: "busy",
  });
}

/** The same run in one line, for where the box does not fit. */
export function runLine(run: LiveRun, now: number): Row {
  const { state } = run;
  const busy = state.agents.filter(({ status }) => status.kind === "working" || status.kind === "presenting").length;
  return row(
    span("◐ ", "busy"),
    span(`Run ${run.number}`, { bold: true }),
    span(` · ${clock(state, now)} · ${busy} at work · ${tally(state)} · ${safe(oneLine(state.title))}`),
  );
}

function title({ number, state }: LiveRun): string {
  return `Run ${number} · ${state.purpose} · ${safe(oneLine(state.title))}`;
}

function agentRows({ state, lines }: LiveRun, now: number, width: number): readonly Row[] {
  const names = Math.max(...state.agents.map(({ id }) => cells(safe(id))), 0);
  const models = Math.min(18, Math.max(...state.agents.map((agent) => cells(safe(modelAtWork(agent)))), 0));
  return state.agents.map((agent) => {
    const { mark, tone, doing } = agentLine(agent, state, lines[agent.id] ?? "", now);
    const used = agent.spend.usage.input + agent.spend.usage.output;
    const since = agent.lastActivityAt === 0 ? "" : age(now - agent.lastActivityAt);
    const figures =
      width < WIDE ? "" : `${since.padStart(8)}${(used === 0 ? "" : `${formatTokens(used)} tok`).padStart(10)}`;
    const model = width < WIDE ? "" : `  ${cut(safe(modelAtWork(agent)), models)}`;
    const room = width - 2 - names - cells(model) - 2 - cells(figures);
    return [
      span(`${mark} `, tone),
      ...fitRow([span(safe(agent.id), { bold: true })], names),
      span(model, "dim"),
      span("  "),
      ...fitRow([span(doing)], room),
      span(figures, "dim"),
    ];
  });
}

/** What waits for the user, and whether what they said has been read. */
function talkRows(state: RunState, width: number): readonly Row[] {
  const { notes, questions } = state;
  const asks = openAsks(state);
  const more = asks.length > 1 ? ` · and ${asks.length - 1} more` : "";
  const open = questions.find(({ to, answers }) => to === "human" && answers.length === 0);
  const note = notes.at(-1);
  const read = note && `note "${safe(oneLine(note.text))}" seen by ${note.seenBy.length} of ${note.agents.length}`;
  return [
    ...(asks[0]
      ? [
          fitRow(
            [span(`? ${safe(asks[0].agent)} wants to ${safe(oneLine(asks[0].title))}${more} · /inbox`, "warn")],
            width,
          ),
        ]
      : []),
    ...(open
      ? [fitRow([span(`? ${safe(open.agent)} asks: ${safe(oneLine(open.text))} · /answer`, "warn")], width)]
      : []),
    ...(read !== undefined ? [fitRow([span(read, "dim")], width)] : []),
  ];
}

function cut(text: string, width: number): string {
  return fitRow([span(text)], width)
    .map((part) => part.text)
    .join("");
}

function simulatedMark(state: RunState): string {
  if (isSimulated(state)) return "simulated · ";
  const some = state.agents.filter(({ simulated }) => simulated).length;
  return some === 0 ? "" : `${plural(some, "agent")} simulated · `;
}
