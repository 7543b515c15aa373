import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ContextPath, RunProposal } from "../core/chat/approval.ts";
import { runSettings } from "../core/config/normalise.ts";
import { problemText } from "../core/config/problem.ts";
import type { AgentConfig, Config } from "../core/config/schema.ts";
import { FaultError } from "../core/fault.ts";
import { nearest } from "../core/nearest.ts";
import { withMode } from "../core/run/mode.ts";
import type { RunSettings } from "../core/run/settings.ts";
import type { RunState } from "../core/run/state.ts";
import type { Environment } from "./config-directory.ts";
import { withinParent } from "./nesting.ts";
import type { RunOrder } from "./roster.ts";

/** What the proposal means as an order. Throws FaultError for overrides that are no keys of `orchestrator`, or bad values. */
export function orderOf(proposal: RunProposal, config: Config, env: Environment): RunOrder {
  const ids = proposal.agents.flatMap(({ id, on }) => (on ? [id] : []));
  const { settings, problems } = proposedSettings(proposal, config);
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    const message = errors.map((problem) => problemText(problem, "coordination_overrides")).join("\n");
    throw new FaultError({ code: "tool", message, hint: "Use keys of `orchestrator` as in configs/README.md." });
  }
  return {
    question: proposal.context ? `${proposal.task}\n\nContext:\n${proposal.context}` : proposal.task,
    images: proposal.images,
    title: proposal.title,
    purpose: proposal.purpose,
    agents: ids.map((id) => agentOf(config, id)),
    settings: withinParent(settings, env),
    contextPaths: proposal.contextPaths,
    instructions: joined(config.agentSystemPrompts, proposal.agentSystemPrompts),
  };
}

/** The settings that the proposal comes to. With an error among the problems its overrides are left out. */
export function proposedSettings(
  proposal: Omit<RunProposal, "estimate">,
  config: Config,
): ReturnType<typeof runSettings> {
  const { refinement, planningMode } = proposal;
  const agents = proposal.agents.filter(({ on }) => on).length;
  const { settings, problems } = runSettings(config, proposal.coordinationOverrides);
  return { settings: withCaps(withMode(settings, { agents, refinement, planningMode }), proposal), problems };
}

/** Both texts of each agent, what the configuration says first. */
function joined(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): Record<string, string> {
  const ids = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const textOf = (from: typeof a, id: string): string => (Object.hasOwn(from, id) ? (from[id] ?? "") : "");
  return Object.fromEntries(ids.map((id) => [id, [textOf(a, id), textOf(b, id)].filter(Boolean).join("\n\n")]));
}

function withCaps(
  settings: RunSettings,
  { maxCostUsd, timeoutSeconds }: Pick<RunProposal, "maxCostUsd" | "timeoutSeconds">,
): RunSettings {
  const { budget, timeouts } = settings;
  return {
    ...settings,
    budget: { ...budget, maxCostUsd: maxCostUsd ?? budget.maxCostUsd },
    timeouts: { ...timeouts, orchestrator: timeoutSeconds ?? timeouts.orchestrator },
  };
}

/** The order of a run that was started before, with today's models for its agents. */
export function orderFrom(state: RunState, records: readonly { type: string }[], config: Config): RunOrder {
  const started = records.find((record) => record.type === "run_started") as
    Pick<RunOrder, "contextPaths" | "instructions"> | undefined;
  return {
    question: state.question,
    images: state.images,
    title: state.title,
    purpose: state.purpose,
    agents: state.agents.map(({ id, like = id }) => ({ ...agentOf(config, like), id })),
    settings: state.settings,
    contextPaths: started?.contextPaths ?? [],
    instructions: Object.fromEntries(state.agents.map(({ id, like = id }) => [id, started?.instructions[like] ?? ""])),
  };
}

/** The same order for one more agent alone, under an id of its own. */
export function orderForOne(order: RunOrder, agent: AgentConfig, id: string): RunOrder {
  const instructions = { [id]: order.instructions[agent.id] ?? "" };
  return { ...order, agents: [{ ...agent, id }], instructions };
}

/** The configured agent that somebody wants in a run under way. Throws FaultError "usage" when there is none. */
export function namedAgent({ agents }: Pick<Config, "agents">, words: string): AgentConfig {
  const wanted = words.trim().toLowerCase();
  const found = agents.find(({ id }) => id.toLowerCase() === wanted);
  if (found) return found;
  const ids = agents.map(({ id }) => id);
  const meant = nearest(wanted, ids);
  throw new FaultError({
    code: "usage",
    message: `No agent "${words}" is configured (${ids.join(", ")})`,
    hint: meant === undefined ? "Name one of them." : `Did you mean "${meant}"?`,
  });
}

function agentOf(config: Config, id: string): AgentConfig {
  const agent = config.agents.find((candidate) => candidate.id === id);
  if (agent) return agent;
  throw new FaultError({
    code: "config",
    message: `The run needs agent "${id}", which the configuration does not have`,
    hint: "Start massgen with the configuration that the run was started with (--config).",
  });
}

/** The context paths of a configuration as grants: what is protected below a writable one may only be read. */
export function contextPathsOf({ contextPaths }: Pick<Config, "contextPaths">): readonly ContextPath[] {
  return contextPaths.flatMap(({ path, permission, protectedPaths }) => [
    { path, permission },
    ...protectedPaths
      .map((one) => join(path, one))
      .filter((one) => existsSync(one))
      .map((one) => ({ path: one, permission: "read" as const })),
  ]);
}
