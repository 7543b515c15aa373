import { block } from "../block.ts";
import { clip, formatDuration, formatTokens, formatUsd, plural } from "../text.ts";
import { planText } from "../plan.ts";
import type { RunReport } from "./report.ts";

const ANSWER_CHARS = 12_000;
const OTHER_ANSWER_CHARS = 1500;
const MAX_SHARED = 20;
const CHANGES_NOTE = "not in the user's files yet: they look at them with /diff and take them over with /apply";

/**
 * A run's result as the lead reads it: `<run_report run="2" …>` with a block for each part. Long answers are cut, and
 * name the file that holds all of it.
 */
export function runReportText(report: RunReport): string {
  return block(
    "run_report",
    {
      run: report.number,
      id: report.runId,
      purpose: report.purpose,
      outcome: report.outcome,
      finish: report.finishReason,
      winner: report.winner ?? undefined,
      answer: report.winnerLabel ?? undefined,
      chosen_by: report.chosenByUser ? "user" : undefined,
      votes: tally(report),
      attempts: report.sentBack.length > 0 ? report.sentBack.length + 1 : undefined,
      cost: report.costComplete ? formatUsd(report.costUsd) : `at least ${formatUsd(report.costUsd)}`,
      tokens: formatTokens(report.tokens),
      duration: formatDuration(report.durationMs),
      simulated: report.agents.some(({ simulated }) => simulated) ? "yes" : undefined,
    },
    parts(report).join("\n"),
  );
}

/** As `runReportText`, after the user made another answer the result. */
export function winnerChangedText(report: RunReport, instead: string | null): string {
  const before = instead === null ? "nobody had won" : `until now ${instead} had won`;
  const text = `The user made ${report.winner}'s answer the result of run ${report.number}; ${before}. Go on from this answer. What you kept of the run (deliverables, CONTEXT.md) may still name the other one: put it right.`;
  return `${block("winner_changed", { run: report.number }, text)}\n${runReportText(report)}`;
}

function parts(report: RunReport): string[] {
  const winnerFile = report.answers.find(({ label }) => label === report.winnerLabel)?.file;
  const others = report.answers.filter(({ label }) => label !== report.winnerLabel);
  return [
    block("title", {}, report.title),
    ...(report.fault === null ? [] : [block("fault", {}, report.fault)]),
    ...(report.answer === ""
      ? []
      : [block("final_answer", { file: winnerFile }, cut(report.answer, ANSWER_CHARS, winnerFile ?? report.logDir))]),
    ...(report.plan === null ? [] : [block("plan", {}, planText(report.plan))]),
    ...(report.planProblem === null
      ? []
      : [block("plan_warning", {}, `There is no plan.json, only the text above: ${report.planProblem}`)]),
    ...report.sentBack.map(({ attempt, reason }) => block("sent_back", { attempt }, reason)),
    ...(report.winnerReason === null ? [] : [block("winner_reason", {}, report.winnerReason)]),
    ...(report.votes.length === 0 ? [] : [block("votes", {}, report.votes.map(voteLine).join("\n"))]),
    ...minority(report),
    ...agreement(report),
    ...others.map(({ agent, label, text, file }) =>
      block("other_answer", { agent, label, file }, cut(text, OTHER_ANSWER_CHARS, file)),
    ),
    ...(report.files.length === 0 ? [] : [block("files", {}, report.files.join("\n"))]),
    ...(report.changes === undefined || report.changes.length === 0
      ? []
      : [block("changes_to_files", { note: CHANGES_NOTE }, report.changes.join("\n"))]),
    block("agents", {}, report.agents.map(agentLine).join("\n")),
    block("log_dir", {}, report.logDir),
  ];
}

/** "2 of 3": valid votes for the winner, of all valid ones. */
function tally({ winner, votes }: RunReport): string | undefined {
  if (votes.length === 0) return undefined;
  return `${votes.filter(({ target }) => target === winner).length} of ${votes.length}`;
}

function minority({ winner, votes }: RunReport): string[] {
  const against = votes.filter(({ target }) => target !== winner);
  return against.length === 0 ? [] : [block("minority", {}, against.map(voteLine).join("\n"))];
}

/** "3 of 3: the token is compared with ==", what most say first. */
function agreement({ agreement }: RunReport): string[] {
  if (!agreement) return [];
  const { answers, shared, alone } = agreement;
  const lines = shared
    .slice(0, MAX_SHARED)
    .map(({ text, agents }) => `${agents.length} of ${answers} (${agents.join(", ")}): ${clip(text, 200)}`);
  if (shared.length > MAX_SHARED) lines.push(`and ${shared.length - MAX_SHARED} more`);
  lines.push(`said by one only: ${plural(alone, "point")}`);
  return [block("agreement", { note: "found by the words they share, written blind to each other" }, lines.join("\n"))];
}

function voteLine({ voter, target, label, reason }: RunReport["votes"][number]): string {
  return `${voter} → ${target} (${label}): ${reason}`;
}

function agentLine({ id, model, error }: RunReport["agents"][number]): string {
  return error === null ? `${id}: ${model}` : `${id}: ${model}, failed: ${error}`;
}

function cut(text: string, max: number, where: string): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max).toWellFormed()}\n[cut after ${max} of ${text.length} characters; all of it: ${where}]`;
}
