import type { CostEstimate, RunProposal } from "../core/chat/approval.ts";
import { plural } from "../core/text.ts";

/** A finished run of the project, as far as estimates go. */
export type Experience = { readonly agents: number; readonly refinement: boolean; readonly costUsd: number };

/**
 * What a run is likely to cost: the range of similar runs of this project (as many agents, same mode). Without any it
 * is unknown rather than guessed; a simulated team costs nothing.
 */
export function estimateCost(
  draft: Pick<RunProposal, "agents" | "refinement">,
  experience: readonly Experience[],
): CostEstimate {
  const on = draft.agents.filter((agent) => agent.on);
  if (on.every(({ simulated }) => simulated)) return { lowUsd: 0, highUsd: 0, basis: "simulated models cost nothing" };
  const similar = experience
    .filter((run) => run.agents === on.length && run.refinement === draft.refinement)
    .map(({ costUsd }) => costUsd);
  if (similar.length === 0) return { lowUsd: null, highUsd: null, basis: "no similar run in this project yet" };
  const basis = `from ${plural(similar.length, "similar run")}`;
  return { lowUsd: Math.min(...similar), highUsd: Math.max(...similar), basis };
}
