import { clip, oneLine, plural } from "../text.ts";
import { startOfAttempt } from "./attempts.ts";
import type { RunRecord } from "./events.ts";
import { validVote } from "./freshness.ts";
import { limitsText, narrate } from "./narrate.ts";
import { reduceRun } from "./reduce.ts";
import { newRun, type RunState } from "./state.ts";
import { statusName } from "./status-json.ts";

const EVENT_WIDTH = 10;

const LEGEND = [
  "COORDINATION TABLE",
  "",
  "Events    context = answers shown to the agent · answer · vote · update = newer answers arrived · void = a vote that no longer counts",
  "Steering  note · paused · dropped · joins · new limits · chosen · settled = let off, its vote cannot change the outcome · asks",
  "Status    waiting · streaming · answered · voted · restarting · error · timeout · completed",
  "Terms     agentN.k = the k-th answer of the N-th agent · agentN.final = the final answer",
  "",
];

type Row = { readonly agent: string | undefined; readonly text: string; readonly after: RunState };

/** The last of the attempts that the records tell of as a text table, one row per event that changed its course and one column per agent. */
export function coordinationTable(records: readonly RunRecord[]): string {
  const rows: Row[] = [];
  let run = newRun;
  const from = startOfAttempt(records);
  for (const [index, record] of records.entries()) {
    run = reduceRun(run, record);
    const text = describe(record);
    if (text !== undefined && index >= from)
      rows.push({ agent: "agent" in record ? record.agent : undefined, text, after: run });
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
      // An agent that joins later has an empty column before.
      const cells = run.agents.map(({ id }) => {
        if (id === agent) return text;
        const then = after.agents.find((other) => other.id === id);
        return then ? statusName(after, then) : "";
      });
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
    case "personas_started":
      return "thinks up a perspective for each agent";
    case "personas_made":
      if (record.fault) return `no perspectives: ${oneLine(record.fault.message)}`;
      return `perspectives for ${Object.keys(record.personas).join(", ")}`;
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
    case "round_limit_told":
      return "the time of the round is up";
    case "enforcement_recorded":
      return `told to try again (${record.attempt}/${record.maxAttempts}): ${record.code}`;
    case "execution_stopped":
      return `${record.cancelled ? "stopped" : "failed"}: ${oneLine(record.fault.message)}`;
    case "note_sent":
      return `note to ${record.agents.join(", ")}: ${oneLine(record.text)}`;
    case "notes_delivered":
      return `got ${plural(record.ids.length, "note")}`;
    case "run_paused":
      return "paused";
    case "run_continued":
      return "goes on";
    case "agent_dropped":
      return "dropped by the user";
    case "agent_added":
      return `${record.added.id} (${record.added.model}) joins`;
    case "limits_changed":
      return `new limits: ${limitsText(record)}`;
    case "winner_overridden":
      return `${record.label} chosen by the user`;
    case "agents_settled":
      return `settled: ${record.agents.join(", ")}`;
    case "question_asked":
      return `asks ${record.to === "human" ? "the user" : "the others"}: ${oneLine(record.text)}`;
    case "question_answered":
      return record.by === "default"
        ? "no answer to the question in time"
        : `${record.by === "human" ? "the user" : record.by} answers: ${oneLine(record.text)}`;
    case "permission_asked":
    case "permission_answered":
      return narrate(record) ?? "";
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
    case "evaluation_started":
      return "checks the final answer";
    case "answer_evaluated":
      if (record.fault) return `check failed: ${oneLine(record.fault.message)}`;
      return record.verdict === "submit" ? "stands by the final answer" : `sent back: ${oneLine(record.reason)}`;
    case "attempt_started":
      return `ATTEMPT ${record.attempt}`;
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
