import { findAnswer, newestAnswers, validVote } from "./freshness.ts";
import { totalSpend } from "./spend.ts";
import type { Answer, RunState } from "./state.ts";

/** What the team added to the best first answer, and for how much: a single agent would have stopped there. */
export type TeamEffect = {
  /** The first answer of the agent that won. */
  readonly first: Answer;
  readonly winning: Answer;
  /** The winner took its first answer back and wrote a better one. */
  readonly changed: boolean;
  /** US dollars that the first answer had cost, and those that came on top; null when a price is not known. */
  readonly firstUsd: number | null;
  readonly extraUsd: number | null;
  /** Valid votes for the winning answer, and all valid ones. */
  readonly agreed: number;
  readonly votes: number;
};

/** Undefined while nobody has won, and of one agent alone. */
export function teamEffect(run: RunState): TeamEffect | undefined {
  if (run.agents.length < 2) return undefined;
  const { phase } = run;
  const winner = phase.kind === "ended" || phase.kind === "presenting" ? phase.winner : undefined;
  if (!winner) return undefined;
  const first = run.answers.find(({ agent }) => agent === winner.agent);
  const winning = winner.label === null ? first : findAnswer(run, winner.label);
  if (!first || !winning) return undefined;
  const alone = spentUntilFirst(run, winner.agent);
  const all = totalSpend(run);
  const priced = all.unpricedCalls === 0;
  const votes = run.agents.flatMap((agent) => validVote(run, agent) ?? []);
  return {
    first,
    winning,
    changed: first.label !== winning.label,
    firstUsd: priced ? alone : null,
    extraUsd: priced ? Math.max(0, all.costUsd - alone) : null,
    agreed: votes.filter(({ label }) => label === winning.label).length,
    votes: votes.length,
  };
}

function spentUntilFirst(run: RunState, agent: string): number {
  const rounds = run.rounds.filter((round) => round.agent === agent);
  const answered = rounds.findIndex(({ outcome }) => outcome === "answer");
  return rounds.slice(0, answered + 1).reduce((sum, { spend }) => sum + spend.costUsd, 0);
}

/** The answers that are up for the vote, the one that wins or leads first. */
export function standingAnswers(run: RunState): readonly Answer[] {
  const { phase } = run;
  const winner = phase.kind === "ended" || phase.kind === "presenting" ? phase.winner?.label : undefined;
  const votes = run.agents.flatMap((agent) => validVote(run, agent)?.label ?? []);
  const rank = (answer: Answer): number =>
    answer.label === winner ? Infinity : votes.filter((label) => label === answer.label).length;
  return newestAnswers(run).toSorted((a, b) => (rank(b) === rank(a) ? 0 : rank(b) - rank(a)));
}
