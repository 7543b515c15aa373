import type { AgentId, AnswerLabel } from "./terms.ts";
import type { AgentState, Answer, RunState, Vote } from "./state.ts";

/** Ended for good. One that failed or was stopped may go on. */
export function isOver({ phase }: RunState): boolean {
  return phase.kind === "ended" && phase.outcome === "answered";
}

export function findAgent(run: RunState, id: AgentId): AgentState | undefined {
  return run.agents.find((agent) => agent.id === id);
}

/** One state is asked many times, and a large team has many answers. */
const newest = new WeakMap<RunState, readonly Answer[]>();

/** The newest answer of each agent that has one, in configuration order. */
export function newestAnswers(run: RunState): readonly Answer[] {
  const known = newest.get(run);
  if (known) return known;
  const byAgent = new Map(run.answers.map((answer) => [answer.agent, answer]));
  const answers = run.agents.flatMap(({ id }) => byAgent.get(id) ?? []);
  newest.set(run, answers);
  return answers;
}

export function findAnswer(run: RunState, label: AnswerLabel): Answer | undefined {
  return run.answers.find((answer) => answer.label === label);
}

/** Whether the answer is still its author's newest one. */
export function stands(run: RunState, label: AnswerLabel): boolean {
  return newestAnswers(run).some((answer) => answer.label === label);
}

/** The newest answers of *other* agents that are missing from what `agent` was shown. Nothing else makes a view stale. */
export function unseenAnswers(run: RunState, agent: AgentId, sees: readonly AnswerLabel[]): readonly Answer[] {
  const seen = new Set(sees);
  return newestAnswers(run).filter((answer) => answer.agent !== agent && !seen.has(answer.label));
}

/** Agents that can still take part: everyone but those that are parked. */
export function liveAgents(run: RunState): readonly AgentState[] {
  return run.agents.filter(({ status }) => status.kind !== "parked");
}

/** Whether a vote counts: nothing newer was there to see, or its voter has had all its updates and its choice still stands. */
export function voteCounts(run: RunState, voter: AgentState, { label, sees }: Pick<Vote, "label" | "sees">): boolean {
  if (unseenAnswers(run, voter.id, sees).length === 0) return true;
  return voter.updates >= run.settings.maxRestartsPerAgent && stands(run, label);
}

/** The agent's vote, if it has one that counts. The winner keeps its own while it presents. */
export function validVote(run: RunState, agent: AgentState): Vote | undefined {
  const status = agent.status.kind === "presenting" ? agent.status.before : agent.status;
  return status.kind === "voted" && voteCounts(run, agent, status.vote) ? status.vote : undefined;
}

/** How many valid votes each standing answer has. Answers without one are left out. */
export function countVotes(run: RunState): Record<AnswerLabel, number> {
  const counts: Record<AnswerLabel, number> = {};
  for (const agent of run.agents) {
    const vote = validVote(run, agent);
    if (vote) counts[vote.label] = (counts[vote.label] ?? 0) + 1;
  }
  return counts;
}

/** Counts what changes what there is to see: 0 until the first answer, then one more with each. */
export function iterationOf(run: RunState): number {
  return run.answers.length;
}

/** The round of a run is that of the agent that was updated most often. */
export function maxRound(run: RunState): number {
  return Math.max(0, ...run.agents.map(({ updates }) => updates));
}
