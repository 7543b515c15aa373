import type { RunRecord } from "./events.ts";
import { iterationOf, maxRound, newestAnswers } from "./freshness.ts";
import type { RunState } from "./state.ts";

type VoteCast = Extract<RunRecord, { type: "vote_cast" }>;

/** The content of vote.json. `run` is the state after the vote, `timestamp` the name of its folder. */
export function voteJson(run: RunState, vote: VoteCast, timestamp: string) {
  const anonymous = (id: string): string => `agent${run.agents.find((agent) => agent.id === id)?.number}`;
  const authorOf = (label: string): string => run.answers.find((answer) => answer.label === label)?.agent ?? "";
  const options = [...new Set(vote.sees.map(authorOf))];
  return {
    voter_id: vote.agent,
    voter_anon_id: anonymous(vote.agent),
    voted_for: vote.target,
    voted_for_label: vote.label,
    voted_for_anon: anonymous(vote.target),
    reason: vote.reason,
    timestamp,
    unix_timestamp: vote.at / 1000,
    iteration: iterationOf(run),
    coordination_round: maxRound(run),
    available_options: options,
    available_options_labels: vote.sees,
    answer_label_to_agent: Object.fromEntries(vote.sees.map((label) => [label, authorOf(label)])),
    available_options_anon: options.map(anonymous),
    agent_mapping: Object.fromEntries(run.agents.map(({ id }) => [anonymous(id), id])),
    vote_context: {
      total_agents: run.agents.length,
      agents_with_answers: newestAnswers(run).length,
      current_task: run.question,
    },
  };
}
