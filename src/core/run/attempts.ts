import type { RunRecord } from "./events.ts";
import type { StopReason } from "./terms.ts";
import { liveAgents } from "./freshness.ts";
import { budgetShare } from "./spend.ts";
import type { AgentState, RunState } from "./state.ts";

/** From this share of a budget or of the time on, a run finishes what it has and begins nothing new. */
export const WRAP_UP_SHARE = 0.8;

/** Coordination came to its own end: what the user or a limit cut short is not begun anew. */
const OWN_END: ReadonlySet<StopReason> = new Set(["votes", "answers"]);

export function maxAttempts(run: RunState): number {
  return 1 + run.settings.maxOrchestrationRestarts;
}

/** Whether the final answer may be sent back: an attempt, time and budget are left, and somebody to use them. */
export function mayRestart(run: RunState): boolean {
  const { phase, final, settings } = run;
  if (phase.kind !== "presenting" || run.attempt >= maxAttempts(run) || !OWN_END.has(phase.reason)) return false;
  if (final && final.source !== "presented" && final.source !== "stored") return false;
  const time = run.activeMs / (settings.timeouts.orchestrator * 1000);
  return time < WRAP_UP_SHARE && budgetShare(run) < WRAP_UP_SHARE && liveAgents(run).length > 0;
}

/** Whether the final answer is the last word: nobody can send it back any more. */
export function isSettled(run: RunState): boolean {
  if (!run.final) return false;
  if (run.phase.kind !== "presenting") return true;
  return run.phase.verdict === undefined ? !mayRestart(run) : run.phase.verdict.kind === "submit";
}

/** Whether this attempt is over because its final answer was sent back. */
export function isSentBack({ phase }: RunState): boolean {
  return phase.kind === "presenting" && phase.verdict?.kind === "restart";
}

/** The k of the next label `agentN.k`. */
export function nextAnswerIndex(agent: Pick<AgentState, "answers" | "earlierAnswers"> | undefined): number {
  return agent ? agent.earlierAnswers + agent.answers + 1 : 1;
}

/** "attempt 2 of 3". */
export function attemptText(run: RunState): string {
  return `attempt ${run.attempt} of ${maxAttempts(run)}`;
}

/** Where among the records the last of their attempts begins. */
export function startOfAttempt(records: readonly RunRecord[]): number {
  return Math.max(
    0,
    records.findLastIndex(({ type }) => type === "attempt_started"),
  );
}
