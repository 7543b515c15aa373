import { validVote } from "../core/run/freshness.ts";
import type { RunState } from "../core/run/state.ts";

/** The content of final_output/manifest.json. */
export function manifestOf(state: RunState, artifacts: readonly object[]): object {
  const winner = "winner" in state.phase ? state.phase.winner : undefined;
  return {
    winner: winner?.agent ?? null,
    winner_reason: winner?.reason ?? null,
    votes: winner?.votes ?? {},
    artifacts,
    agents: Object.fromEntries(
      state.agents.map((agent) => {
        const fault = agent.status.kind === "parked" ? agent.status.fault : undefined;
        return [
          agent.id,
          {
            status: fault ? "failed" : "completed",
            answers: agent.answers,
            votes: validVote(state, agent) ? 1 : 0,
            error: fault?.message ?? null,
          },
        ];
      }),
    ),
  };
}
