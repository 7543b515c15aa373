import type { RunRecord } from "./events.ts";
import { addReply } from "./spend.ts";
import { type AgentState, noSpend, type Round } from "./state.ts";

/** Keeps the list of rounds: one per execution of an agent, and one for a presentation or an evaluation. `agent` is its state before the event. */
export function reduceRounds(
  rounds: readonly Round[],
  record: RunRecord,
  agent: AgentState | undefined,
): readonly Round[] {
  switch (record.type) {
    case "execution_started":
      return [
        ...rounds,
        openRound(record, record.sees.length > 0 || !record.mayAnswer ? "voting" : "initial_answer", agent),
      ];
    case "presentation_started":
      return [...rounds, openRound(record, "presentation", agent)];
    case "evaluation_started":
      return [...rounds, openRound(record, "post_evaluation", agent)];
    case "model_replied":
      return editOpen(rounds, record.agent, (round) => ({ spend: addReply(round.spend, record) }));
    case "tool_finished":
      return editOpen(rounds, record.agent, (round) => ({ toolCalls: round.toolCalls + 1 }));
    case "answer_submitted":
      return close(rounds, record, "answer");
    case "vote_cast":
      return close(rounds, record, "vote");
    case "execution_stopped": {
      if (record.cancelled) return close(rounds, record, "restarted");
      return close(rounds, record, record.fault.code === "timeout" ? "timeout" : "error");
    }
    case "agent_dropped":
      return close(rounds, record, "restarted");
    case "final_stored":
      return close(rounds, record, "presentation");
    case "answer_evaluated":
      if (!record.fault) return close(rounds, record, "post_evaluation");
      return close(rounds, record, record.fault.code === "timeout" ? "timeout" : "error");
    case "presentation_failed":
      return close(rounds, record, record.fault.code === "timeout" ? "timeout" : "error");
    case "run_resumed":
      return rounds.map((round) =>
        round.outcome === undefined ? { ...round, outcome: "restarted", endedAt: record.at } : round,
      );
    default:
      return rounds;
  }
}

function openRound(record: { agent: string; at: number }, kind: Round["kind"], agent: AgentState | undefined): Round {
  return {
    agent: record.agent,
    number: agent?.executions ?? 0,
    kind,
    startedAt: record.at,
    endedAt: undefined,
    outcome: undefined,
    spend: noSpend,
    toolCalls: 0,
  };
}

function editOpen(rounds: readonly Round[], agent: string, edit: (round: Round) => Partial<Round>): readonly Round[] {
  const index = rounds.findLastIndex((round) => round.agent === agent && round.outcome === undefined);
  return rounds.map((round, at) => (at === index ? { ...round, ...edit(round) } : round));
}

function close(
  rounds: readonly Round[],
  record: { agent: string; at: number },
  outcome: NonNullable<Round["outcome"]>,
): readonly Round[] {
  return editOpen(rounds, record.agent, () => ({ outcome, endedAt: record.at }));
}
