import { clip, oneLine } from "../text.ts";
import type { RunRecord } from "./events.ts";
import { validVote } from "./freshness.ts";
import { reduceRun } from "./reduce.ts";
import { newRun, type RunState } from "./state.ts";
import { statusName } from "./status-json.ts";

const EVENT_WIDTH = 10;

const LEGEND = [
  "COORDINATION TABLE",
  "",
  "Events    context = answers shown to the agent · answer · vote · update = newer answers arrived · void = a vote that no longer counts",
  "Status    waiting · streaming · answered · voted · restarting · error · timeout · completed",
  "Terms     agentN.k = the k-th answer of the N-th agent · agentN.final = the final answer",
  "",
];

type Row = { readonly agent: string | undefined; readonly text: string; readonly after: RunState };

/** The run as a text table, one row per event that changed its course and one column per agent. */
export function coordinationTable(records: readonly RunRecord[]): string {
  const rows: Row[] = [];
  let run = newRun;
  for (const record of records) {
    run = reduceRun(run, record);
    const text = describe(record);
    if (text !== undefined) rows.push({ agent: "agent" in record ? record.agent : undefined, text, after: run });
  }
  if (run.agents.length === 0) return "";
  const width = cellWidth(run.agents.length);
  const widths = [EVENT_WIDTH, ...run.agents.map(() => width)];
  const rule = (mark: string): string => `+${widths.map((cell) => mark.repeat(cell + 2)).join("+")}+`;
  const spanning = (label: string, text: string): string =>
    `| ${label.padEnd(EVENT_WIDTH)} | ${clip(text, span(widths)).padEnd(span(widths))} |`;
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, at) => clip(cell, widths[at] ?? width).padEnd(widths[at] ?? width)).join(" | ")} |`;
  return [
    ...LEGEND,
    rule("-"),
    line(["Event", ...run.agents.map(({ number, id }) => `Agent ${number} (${id})`)]),
    rule("-"),
    spanning("USER", oneLine(run.question)),
    rule("="),
    ...rows.flatMap(({ agent, text, after }, index) => {
      const label = `E${index + 1}`;
      if (agent === undefined) return [spanning(label, text), rule("-")];
      const cells = after.agents.map((other) => (other.id === agent ? text : statusName(after, other)));
      return [line([label, ...cells]), rule("-")];
    }),
    line(["TOTAL", ...run.agents.map((agent) => totals(run, agent.id))]),
    rule("-"),
    "",
  ].join("\n");
}

function cellWidth(agents: number): number {
  if (agents <= 2) return 60;
  return { 3: 40, 4: 30 }[agents] ?? 25;
}

function span(widths: readonly number[]): number {
  return widths.slice(1).reduce((sum, width) => sum + width + 3, -3);
}

function describe(record: RunRecord): string | undefined {
  switch (record.type) {
    case "execution_started":
      return `context: [${record.sees.join(", ")}] → streaming`;
    case "answer_submitted":
      return `answer ${record.label}: ${oneLine(record.text)}`;
    case "vote_cast":
      return `vote for ${record.label}: ${oneLine(record.reason)}`;
    case "vote_ignored":
      return `vote for ${record.label} void (${record.reason})`;
    case "votes_invalidated":
      return `${record.by} voids the votes of ${record.voters.join(", ")}`;
    case "update_injected":
      return `update: sees [${record.sees.join(", ")}]`;
    case "enforcement_recorded":
      return `told to try again (${record.attempt}/${record.maxAttempts}): ${record.code}`;
    case "execution_stopped":
      return `${record.cancelled ? "stopped" : "failed"}: ${oneLine(record.fault.message)}`;
    case "wrap_up_started":
      return `wrap-up: ${record.reason}`;
    case "time_ran_out":
      return "time ran out";
    case "coordination_ended":
      return `coordination ended: ${record.reason}`;
    case "winner_chosen":
      return `winner: ${record.reason}`;
    case "presentation_started":
      return "presents the final answer";
    case "presentation_failed":
      return `presentation failed: ${oneLine(record.fault.message)}`;
    case "final_stored":
      return `${record.label} (${record.source}): ${oneLine(record.text)}`;
    case "run_resumed":
      return "resumed";
    case "run_ended":
      return `run ended: ${record.outcome}`;
    default:
      return undefined;
  }
}

function totals(run: RunState, id: string): string {
  const agent = run.agents.find((candidate) => candidate.id === id);
  if (!agent) return "";
  const voted = validVote(run, agent) ? 1 : 0;
  return `answers ${agent.answers} · votes ${voted} · restarts ${agent.updates} · ${statusName(run, agent)}`;
}
