import { block } from "../core/block.ts";
import type { PastRun } from "../core/front-end.ts";
import { never } from "../core/never.ts";
import { validVote } from "../core/run/freshness.ts";
import type { AgentState, RunState } from "../core/run/state.ts";
import { clip, formatUsd, oneLine, plural } from "../core/text.ts";

const ANSWER_CHARS = 1500;

/** "run 2 · WebSocket handler · answered · won by ada · $0.38 · started 2026-01-30 · log /…" */
export function runLine(run: PastRun): string {
  return [
    `run ${run.number}`,
    oneLine(run.title),
    run.status,
    ...(run.winner === null ? [] : [`won by ${run.winner}`]),
    // Of a run that is not over nothing is known yet.
    ...(run.costUsd === null && ["running", "on hold"].includes(run.status) ? [] : [formatUsd(run.costUsd)]),
    `started ${new Date(run.startedAt).toISOString().slice(0, 16).replace("T", " ")} UTC`,
    `id ${run.runId}`,
    `log ${run.logDir}`,
  ].join(" · ");
}

/** A run under way as the lead reads it: who does what, and what has been answered and voted. */
export function runStateText(number: number, run: RunState): string {
  const votes = run.agents.flatMap((agent) => {
    const vote = validVote(run, agent);
    return vote ? [`${vote.voter} → ${vote.target} (${vote.label}): ${vote.reason}`] : [];
  });
  return block(
    "run",
    {
      run: number,
      phase: run.phase.kind,
      percent: run.percent,
      purpose: run.purpose,
      attempt: run.attempt > 1 ? run.attempt : undefined,
    },
    [
      block("title", {}, run.title),
      block("agents", {}, run.agents.map(agentLine).join("\n")),
      ...run.answers.map(({ agent, label, text }) => block("answer", { agent, label }, clip(text, ANSWER_CHARS))),
      ...(votes.length === 0 ? [] : [block("votes", {}, votes.join("\n"))]),
    ].join("\n"),
  );
}

function agentLine(agent: AgentState): string {
  return `${agent.id} (${agent.model}): ${statusText(agent)}, ${plural(agent.answers, "answer")}`;
}

function statusText({ status }: AgentState): string {
  switch (status.kind) {
    case "idle":
      return "waiting";
    case "working":
      return status.activity.kind === "tool" ? status.activity.summary : "working";
    case "voted":
      return "voted";
    case "settled":
      return "let off, its vote could not change the outcome";
    case "parked":
      return `failed: ${status.fault.message}`;
    case "presenting":
      return status.evaluating ? "checking the final answer" : "writing the final answer";
    default:
      return never(status);
  }
}
