import { planSize } from "../../src/core/plan.ts";
import { agreementText } from "../../src/core/run/agreement.ts";
import type { RunReport } from "../../src/core/run/report.ts";
import { clip, formatDuration, formatUsd, oneLine, plural } from "../../src/core/text.ts";
import { indent, type Row, row, rowCells, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

/** A run that is over, in the few lines that stay in the transcript. `opens`: the key that shows more. */
export function settledRunRows(report: RunReport, width: number, opens: string): readonly Row[] {
  const { mark, tone } = MARKS[report.outcome];
  const simulated = report.agents.length > 0 && report.agents.every((agent) => agent.simulated) ? "simulated" : "";
  const facts = [
    `Run ${report.number}`,
    safe(oneLine(report.title)),
    outcomeText(report),
    formatDuration(report.durationMs),
    `${formatUsd(report.costUsd)}${report.costComplete ? "" : "+"}`,
    simulated,
  ];
  const details = [
    ...plan(report),
    ...sentBack(report),
    ...disagreement(report),
    ...agreed(report),
    ...worth(report),
    ...lost(report),
    ...changes(report),
    ...files(report),
  ];
  const line = row(span(`${mark} `, tone), span(facts.filter((fact) => fact !== "").join(" · ")));
  const head =
    rowCells(line) <= width
      ? [spread(line, row(span(opens, "dim")), width)]
      : indent(wrap(line, width), span(""), span("  "));
  return [
    ...head,
    ...details.flatMap((line) => indent(wrap([span(line, "dim")], width - 2), span("  "), span("    "))),
  ];
}

const MARKS = {
  answered: { mark: "✔", tone: "ok" },
  failed: { mark: "✖", tone: "failed" },
  cancelled: { mark: "○", tone: "warn" },
} as const;

function outcomeText(report: RunReport): string {
  if (report.outcome === "failed") return `failed: ${safe(oneLine(report.fault ?? "no agent gave an answer"))}`;
  if (report.outcome === "cancelled") return report.answer === "" ? "stopped" : "stopped, its answers are kept";
  if (report.winner === null) return "answered";
  const won = report.votes.filter(({ label }) => label === report.winnerLabel).length;
  const votes = `${won} of ${plural(report.votes.length, "vote")}`;
  if (report.chosenByUser) return `${report.winner} chosen by you${report.votes.length === 0 ? "" : ` (${votes})`}`;
  return report.votes.length === 0 ? `${report.winner} answered` : `${report.winner} won ${votes}`;
}

function plan({ plan, planProblem }: RunReport): readonly string[] {
  if (plan) return [`plan: ${planSize(plan)} · plan.json`];
  return planProblem === null ? [] : [`no plan.json, the plan is text only: ${clip(safe(oneLine(planProblem)), 160)}`];
}

/** An answer that the team itself did not find good enough is part of the cost, so it is said. */
function sentBack({ sentBack }: RunReport): readonly string[] {
  return sentBack.map(({ attempt, reason }) => `attempt ${attempt} was sent back: ${clip(safe(oneLine(reason)), 160)}`);
}

/** Who voted otherwise, and why: the minority is part of the result. */
function disagreement(report: RunReport): readonly string[] {
  if (report.winnerLabel === null) return [];
  const others = report.votes.filter(({ target }) => target !== report.winner);
  return others.slice(0, 2).map(({ voter, target, reason }) => {
    const why = clip(safe(oneLine(reason)), 160);
    return `${voter} disagreed: ${why === "" ? `voted for ${target}` : `"${why}"`}`;
  });
}

/** Of answers that were written blind to each other. */
function agreed({ agreement }: RunReport): readonly string[] {
  return agreement ? [`they agree: ${agreementText(agreement)}`] : [];
}

/** Whether it was worth a team: a single agent would have stopped at its first answer. */
function worth({ winner, winnerLabel, effect }: RunReport): readonly string[] {
  if (!effect || winner === null) return [];
  const [first, last] = [effect.first, winnerLabel ?? ""].map((label) => label.replace(/^agent/, ""));
  const what = effect.changed
    ? `the team changed the answer: ${winner} ${last} took the place of ${first}`
    : `the team kept the first answer of ${winner}`;
  return [effect.extraUsd === null ? what : `${what} · ${formatUsd(effect.extraUsd)} more than that one alone`];
}

function lost(report: RunReport): readonly string[] {
  return report.agents.flatMap(({ id, error }) =>
    error === null ? [] : [`${id} dropped out: ${safe(oneLine(error))}`],
  );
}

/** What waits for the user to take it over. */
function changes({ changes = [], number }: RunReport): readonly string[] {
  if (changes.length === 0) return [];
  const more = changes.length > 3 ? `, and ${changes.length - 3} more` : "";
  const few = changes.slice(0, 3).map((line) => safe(oneLine(line)));
  return [
    `would change ${plural(changes.length, "file")} of yours: ${few.join(", ")}${more} · /diff ${number} · /apply ${number}`,
  ];
}

function files({ files }: RunReport): readonly string[] {
  if (files.length === 0) return [];
  const more = files.length > 3 ? `, and ${files.length - 3} more` : "";
  return [`${plural(files.length, "file")} in its workspace: ${files.slice(0, 3).map(shortPath).join(", ")}${more}`];
}

/** As the agent saw it: where on this machine its workspace lies is in the log folder's records. */
function shortPath(path: string): string {
  return safe(path.split("/workspace/").at(-1) ?? path);
}
