import { agreementOf } from "./agreement.ts";
import type { RunPurpose } from "../chat/approval.ts";
import { finishReason } from "./finish.ts";
import { newestAnswers, validVote } from "./freshness.ts";
import { withNames } from "./names.ts";
import type { RunReport } from "./report.ts";
import { tokensOf, totalSpend } from "./spend.ts";
import type { Answer, RunState } from "./state.ts";
import { teamEffect } from "./team-effect.ts";

/** The report of a run that has ended. `fileOf` names the file that holds an answer, `files` those that it came with. */
export function makeReport(
  run: RunState,
  place: {
    readonly runId: string;
    readonly number: number;
    readonly logDir: string;
    readonly fileOf: (answer: Answer) => string;
    readonly files: readonly string[];
  },
): RunReport {
  const { phase } = run;
  const spend = totalSpend(run);
  const winner = phase.kind === "ended" ? phase.winner : undefined;
  return {
    runId: place.runId,
    number: place.number,
    title: run.title,
    purpose: run.purpose satisfies RunPurpose,
    outcome: phase.kind === "ended" ? phase.outcome : "cancelled",
    finishReason: finishReason(run),
    winner: winner?.agent ?? null,
    winnerLabel: winner?.label ?? null,
    winnerReason: winner?.reason ?? null,
    ...(winner?.tieBreak === "user" ? { chosenByUser: true } : {}),
    sentBack: run.past.map(({ number, reason }) => ({ attempt: number, reason: withNames(reason, run.agents) })),
    plan: run.final?.plan ?? null,
    planProblem: run.final?.planProblem ?? null,
    answer: run.final?.text ?? "",
    answers: newestAnswers(run).map((answer) => ({
      agent: answer.agent,
      label: answer.label,
      text: answer.text,
      file: place.fileOf(answer),
    })),
    votes: run.agents.flatMap((agent) => {
      const vote = validVote(run, agent);
      if (!vote) return [];
      const { voter, target, label, reason } = vote;
      return [{ voter, target, label, reason: withNames(reason, run.agents) }];
    }),
    agents: run.agents.map(({ id, model, otherModels, simulated, status }) => ({
      id,
      model: [model, ...Object.keys(otherModels)].join(" + "),
      simulated,
      error: status.kind === "parked" ? status.fault.message : null,
    })),
    files: [...place.files],
    ...(run.final?.changes && { changes: [...run.final.changes] }),
    costUsd: spend.costUsd,
    costComplete: spend.unpricedCalls === 0,
    tokens: tokensOf(spend),
    durationMs: run.activeMs,
    logDir: place.logDir,
    fault: phase.kind === "ended" ? (phase.fault?.message ?? null) : null,
    ...effectOf(run),
    agreement: agreementOf(run),
  };
}

function effectOf(run: RunState): Pick<RunReport, "effect"> {
  const effect = teamEffect(run);
  if (!effect) return {};
  const { first, changed, extraUsd } = effect;
  return { effect: { first: first.label, changed, extraUsd } };
}
