import { roundTo } from "../round-to.ts";
import { formatUsd, plural } from "../text.ts";
import type { TieBreak } from "./terms.ts";
import { countVotes, findAnswer, newestAnswers, validVote } from "./freshness.ts";
import type { AgentState, RunState, Winner } from "./state.ts";

type Candidate = Winner & { readonly count: number; readonly cost: number; readonly seconds: number };

/**
 * Who wins, by: most valid votes, then lowest estimated cost, then earliest answer, then agent id. Agents that only
 * have salvaged text are considered when nobody has answered, not even in the attempt before. Undefined when there is
 * nothing at all to deliver.
 */
export function decideWinner(run: RunState): Winner | undefined {
  const votes = countVotes(run);
  const chosen = run.override === undefined ? undefined : findAnswer(run, run.override);
  if (chosen) {
    const { agent, label } = chosen;
    return { agent, label, votes, tieBreak: "user", reason: `${agent}'s answer was chosen by the user` };
  }
  const kept = run.past.at(-1);
  if (run.answers.length === 0 && kept) {
    const reason = `attempt ${run.attempt} gave no answer, so that of attempt ${kept.number} stands`;
    return { ...kept.winner, votes, reason };
  }
  const [best, second] = candidates(run, votes).toSorted(compare);
  if (!best) return undefined;
  const tieBreak = second ? decidedBy(best, second) : "votes";
  return { agent: best.agent, label: best.label, votes, tieBreak, reason: explain(run, best, second, tieBreak) };
}

function candidates(run: RunState, votes: Readonly<Record<string, number>>): readonly Candidate[] {
  const answers = newestAnswers(run);
  const byId = (id: string): AgentState | undefined => run.agents.find((agent) => agent.id === id);
  const seconds = (at: number): number => Math.floor((at - run.startedAt) / 1000);
  if (answers.length > 0) {
    return answers.map(({ agent, label, at }) => blank(agent, label, votes[label] ?? 0, byId(agent), seconds(at)));
  }
  return run.agents
    .filter(({ salvaged }) => salvaged !== "")
    .map((agent) => blank(agent.id, null, 0, agent, seconds(agent.lastActivityAt)));
}

function blank(
  agent: string,
  label: string | null,
  count: number,
  state: AgentState | undefined,
  seconds: number,
): Candidate {
  const priced = state?.spend.unpricedCalls === 0;
  // Sums of the same prices in another order differ in the last digit.
  const cost = priced ? roundTo(state.spend.costUsd, 6) : Number.POSITIVE_INFINITY;
  return { agent, label, count, cost, seconds, reason: "", tieBreak: "votes", votes: {} };
}

function compare(a: Candidate, b: Candidate): number {
  if (a.count !== b.count) return b.count - a.count;
  if (a.cost !== b.cost) return a.cost < b.cost ? -1 : 1;
  if (a.seconds !== b.seconds) return a.seconds - b.seconds;
  return a.agent < b.agent ? -1 : 1;
}

function decidedBy(best: Candidate, second: Candidate): Exclude<TieBreak, "user"> {
  if (best.count !== second.count) return "votes";
  if (best.cost !== second.cost) return "cost";
  return best.seconds === second.seconds ? "id" : "time";
}

function explain(
  run: RunState,
  best: Candidate,
  second: Candidate | undefined,
  tieBreak: Exclude<TieBreak, "user">,
): string {
  const cast = run.agents.filter((agent) => validVote(run, agent)).length;
  if (best.label === null && !second) return `${best.agent} is the only one whose unfinished text could be saved`;
  if (cast === 0 && !second) return `${best.agent} gave the only answer`;
  const won = `${best.agent} has ${best.count} of ${plural(cast, "vote")}`;
  if (tieBreak === "votes" || !second) return won;
  const nobody = best.label === null ? "nobody had answered" : cast === 0 ? "nobody had voted" : undefined;
  const tied = nobody ?? `${won}, as many as ${second.agent}`;
  const money = (usd: number): string => formatUsd(Number.isFinite(usd) ? usd : null);
  const because = {
    cost: `${best.agent} cost less (${money(best.cost)} against ${money(second.cost)})`,
    time: `${best.agent} answered first (after ${best.seconds} s against ${second.seconds} s)`,
    id: `${best.agent} comes first by name`,
  }[tieBreak];
  return `${tied}; ${because}`;
}
