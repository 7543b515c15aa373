import type { RunEvent } from "./events.ts";
import { type AgentState, noSpend, type RunState, type Spend } from "./state.ts";

type Reply = Extract<RunEvent, { type: "model_replied" }>;

export function addReply(spend: Spend, reply: Reply): Spend {
  return addSpend(spend, {
    calls: 1,
    usage: reply.usage ?? noSpend.usage,
    costUsd: reply.costUsd ?? 0,
    unpricedCalls: reply.costUsd === null ? 1 : 0,
    latencyMs: reply.latencyMs,
    firstTokenMs: reply.firstTokenMs ?? 0,
  });
}

/** The spend by model, of models other than the agent's own. */
export function addToModel(models: Readonly<Record<string, Spend>>, reply: Reply): Readonly<Record<string, Spend>> {
  const { model } = reply;
  if (model === undefined) return models;
  const before = Object.hasOwn(models, model) ? models[model] : undefined;
  return { ...models, [model]: addReply(before ?? noSpend, reply) };
}

function addSpend(a: Spend, b: Spend): Spend {
  return {
    calls: a.calls + b.calls,
    usage: {
      input: a.usage.input + b.usage.input,
      cachedInput: a.usage.cachedInput + b.usage.cachedInput,
      output: a.usage.output + b.usage.output,
      reasoning: a.usage.reasoning + b.usage.reasoning,
    },
    costUsd: a.costUsd + b.costUsd,
    unpricedCalls: a.unpricedCalls + b.unpricedCalls,
    latencyMs: a.latencyMs + b.latencyMs,
    firstTokenMs: a.firstTokenMs + b.firstTokenMs,
  };
}

export function totalSpend(run: RunState): Spend {
  return run.agents.reduce((sum, agent) => addSpend(sum, agent.spend), noSpend);
}

/** The model that is at work for an agent: for its final answer that may be another one. */
export function modelNow({ model, synthesis, status }: Pick<AgentState, "model" | "synthesis" | "status">): string {
  return status.kind === "presenting" ? (synthesis ?? model) : model;
}

/** What each model of an agent has spent, its own first. */
export function spendByModel({ model, spend, otherModels }: AgentState): readonly (readonly [string, Spend])[] {
  const others = Object.entries(otherModels);
  return [[model, others.reduce((left, [, other]) => subtract(left, other), spend)], ...others];
}

function subtract(a: Spend, b: Spend): Spend {
  return addSpend(a, {
    calls: -b.calls,
    usage: {
      input: -b.usage.input,
      cachedInput: -b.usage.cachedInput,
      output: -b.usage.output,
      reasoning: -b.usage.reasoning,
    },
    costUsd: -b.costUsd,
    unpricedCalls: -b.unpricedCalls,
    latencyMs: -b.latencyMs,
    firstTokenMs: -b.firstTokenMs,
  });
}

/** Input and output together: cached and reasoning tokens are part of them. */
export function tokensOf(spend: Spend): number {
  return spend.usage.input + spend.usage.output;
}

/** The largest used share of any budget, 0 when there is none. At 0.8 a run wraps up, at 1 no new model call starts. */
export function budgetShare(run: RunState): number {
  const spend = totalSpend(run);
  const { maxCostUsd, maxTokens, maxModelCalls } = run.settings.budget;
  const share = (used: number, max: number | null): number => (max === null ? 0 : used / max);
  return Math.max(
    share(spend.costUsd, maxCostUsd),
    share(tokensOf(spend), maxTokens),
    share(spend.calls, maxModelCalls),
  );
}
