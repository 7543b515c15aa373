import type { CostEstimate, RunProposal } from "../core/chat/approval.ts";
import type { AgentConfig, BackendConfig } from "../core/config/schema.ts";
import type { Usage } from "../core/model.ts";
import type { RunSettings } from "../core/run/settings.ts";
import { formatTokens, plural } from "../core/text.ts";
import { priceOf } from "../models/prices.ts";

/** A finished run of the project, as far as estimates go. */
export type Experience = { readonly agents: number; readonly refinement: boolean; readonly costUsd: number };

/** Who would take part: what their models cost, by the configuration or the price list. */
export type Member = {
  readonly id: string;
  readonly backend: Pick<BackendConfig, "type" | "model" | "options">;
  readonly models?: AgentConfig["models"];
};

/** Tokens of a model call, short and long: what agents with a few files to read come to. */
const SHORT: Usage = { input: 3_000, cachedInput: 0, output: 800, reasoning: 0 };
const LONG: Usage = { input: 15_000, cachedInput: 0, output: 2_000, reasoning: 0 };
/** Model calls that an answer takes when its author uses tools. */
const CALLS_OF_A_LONG_ANSWER = 5;
const ANSWERS_WITHOUT_LIMIT = 3;

/**
 * What a run is likely to cost: the range of similar runs of this project (as many agents, same mode); without any, a
 * guess by the prices of its models and its limits. A model without a known price makes it unknown, never less.
 */
export function estimateCost(
  draft: Pick<RunProposal, "agents" | "refinement">,
  experience: readonly Experience[],
  team: readonly Member[],
  settings: RunSettings,
): CostEstimate {
  const on = draft.agents.filter((agent) => agent.on);
  if (on.every(({ simulated }) => simulated)) return { lowUsd: 0, highUsd: 0, basis: "simulated models cost nothing" };
  const similar = experience
    .filter((run) => run.agents === on.length && run.refinement === draft.refinement)
    .map(({ costUsd }) => costUsd);
  if (similar.length > 0) {
    const basis = `from ${plural(similar.length, "similar run")}`;
    return { lowUsd: Math.min(...similar), highUsd: Math.max(...similar), basis };
  }
  const free = new Set(on.flatMap(({ id, simulated }) => (simulated ? [id] : [])));
  const members = team.filter(({ id }) => on.some((agent) => agent.id === id));
  return guess(
    members.map((member) => (free.has(member.id) ? { id: member.id, backend: SIMULATED } : atWork(member, settings))),
    settings,
  );
}

const SIMULATED = { type: "simulated", model: "simulated", options: {} };

/** With the model that it works with in a run of that kind. */
function atWork(member: Member, { planningMode }: RunSettings): Member {
  return planningMode ? withModel(member, member.models?.planning) : member;
}

function withModel(member: Member, model: string | undefined): Member {
  if (model === undefined || model === member.backend.model) return member;
  const { price: _, ...options } = member.backend.options;
  return { ...member, backend: { ...member.backend, model, options } };
}

function guess(members: readonly Member[], settings: RunSettings): CostEstimate {
  const calls = callsOfOne(members.length, settings);
  const presents = settings.skipFinalPresentation ? 0 : 1;
  const limit = settings.budget.maxModelCalls ?? Number.POSITIVE_INFINITY;
  const most = limit / members.length;
  const low = total(members, SHORT, Math.min(calls.low, most), presents);
  const high = total(members, LONG, Math.min(calls.high, most), presents);
  if (low === null || high === null) {
    const used = members.flatMap((member) => [member, withModel(member, member.models?.synthesis)]);
    const unknown = used.filter((member) => price(member, SHORT) === null);
    const models = [...new Set(unknown.map(({ backend }) => backend.model))].join(", ");
    return { lowUsd: null, highUsd: null, basis: `the price of ${models} is not known; set price in its backend` };
  }
  if (high === 0) return { lowUsd: 0, highUsd: 0, basis: "these models cost nothing" };
  const cap = settings.budget.maxCostUsd ?? Number.POSITIVE_INFINITY;
  const tokens = [SHORT, LONG].map(({ input, output }) => formatTokens(input + output)).join("–");
  const basis = `a guess: ${plural(members.length, "agent")} × ${calls.low}–${calls.high} calls × ${tokens} tokens`;
  return { lowUsd: Math.min(low, cap), highUsd: Math.min(high, cap), basis };
}

/** Few: an answer and a vote. Many: as many answers as are allowed, with tools, and a vote after each. */
function callsOfOne(agents: number, settings: RunSettings): { readonly low: number; readonly high: number } {
  const votes = agents > 1 && !settings.skipVoting ? 1 : 0;
  const answers = settings.maxNewAnswersPerAgent ?? ANSWERS_WITHOUT_LIMIT;
  return { low: 1 + votes, high: answers * (CALLS_OF_A_LONG_ANSWER + votes) };
}

/** Null when one of them has no known price. The presentation is by whoever wins: the dearest, to be safe. */
function total(members: readonly Member[], usage: Usage, calls: number, presents: number): number | null {
  const prices = members.map((member) => price(member, usage));
  const last = members.map((member) => price(withModel(member, member.models?.synthesis), usage));
  if (!prices.every((one) => one !== null) || !last.every((one) => one !== null)) return null;
  return prices.reduce((sum, one) => sum + one * calls, 0) + presents * Math.max(0, ...last);
}

function price({ id, backend }: Member, usage: Usage): number | null {
  const { type, model, options } = backend;
  try {
    return priceOf({ type, model, options, agentId: id, idleTimeoutMs: 0 }, usage);
  } catch {
    return null; // options that are no options: the run will say so
  }
}
