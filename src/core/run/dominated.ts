import { decideWinner } from "./decide-winner.ts";
import { liveAgents, newestAnswers } from "./freshness.ts";
import type { AgentState, RunState } from "./state.ts";

/**
 * The agents whose votes cannot change the outcome any more, whatever they are. Only when none of them may still
 * answer: a new answer would void all votes. `mayAnswer` is the engine's rule.
 */
export function dominatedAgents(
  run: RunState,
  mayAnswer: (run: RunState, agent: AgentState) => boolean,
): readonly AgentState[] {
  const open = liveAgents(run).filter(({ status }) => status.kind !== "voted" && status.kind !== "settled");
  const voted = run.agents.some(({ status }) => status.kind === "voted");
  const returns = run.agents.some(({ status }) => status.kind === "parked" && status.chanceLeft);
  if (!voted || returns || open.length === 0 || open.some((agent) => mayAnswer(run, agent))) return [];
  const now = decideWinner(run)?.label;
  const same = newestAnswers(run).every(({ label, agent }) => {
    const against = run.agents.map((one): AgentState => {
      if (!open.some(({ id }) => id === one.id)) return one;
      const vote = { voter: one.id, target: agent, label, reason: "", sees: newestLabels(run), at: run.lastEventAt };
      return { ...one, status: { kind: "voted", vote } };
    });
    const then = decideWinner({ ...run, agents: against });
    // A tie goes to the cheaper, and the winner's own vote has yet to be paid for.
    const mayCostIt = then?.tieBreak !== "votes" && open.some(({ id }) => id === then?.agent);
    return then?.label === now && !mayCostIt;
  });
  return same ? open : [];
}

/** What their next calls would have cost, by the mean of the calls that they made. */
export function savedBy(agents: readonly AgentState[]): { savedCalls: number; savedUsd: number | null } {
  const priced = agents.every(({ spend }) => spend.unpricedCalls === 0);
  const usd = agents.reduce((sum, { spend }) => sum + (spend.calls === 0 ? 0 : spend.costUsd / spend.calls), 0);
  return { savedCalls: agents.length, savedUsd: priced ? usd : null };
}

function newestLabels(run: RunState): readonly string[] {
  return newestAnswers(run).map(({ label }) => label);
}
