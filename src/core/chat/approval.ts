import * as z from "zod";
import { Image } from "../image.ts";

export const RunPurpose = z.enum(["planning", "execution", "verification", "review", "research", "analysis"]);
export type RunPurpose = z.infer<typeof RunPurpose>;

export const ContextPath = z.object({
  path: z.string(),
  permission: z.enum(["read", "write"]).default("read"),
});
export type ContextPath = z.infer<typeof ContextPath>;

/** Estimated cost of a run in US dollars; `basis` says in words where the figures are from. Null bounds: unknown. */
export const CostEstimate = z.object({
  lowUsd: z.number().nullable(),
  highUsd: z.number().nullable(),
  basis: z.string(),
});
export type CostEstimate = z.infer<typeof CostEstimate>;

/** A run as it is proposed, shown on the card, edited there, and started. The only shape for that. */
export const RunProposal = z.object({
  task: z.string().min(1),
  title: z.string(),
  purpose: RunPurpose,
  context: z.string().optional(),
  /** What of the user's images the agents are shown. Absent: there are none. */
  images: z.array(Image).optional(),
  /** Every agent of the team, in configuration order; those with `on` take part. */
  agents: z.array(z.object({ id: z.string(), model: z.string(), simulated: z.boolean(), on: z.boolean() })).min(1),
  refinement: z.boolean(),
  planningMode: z.boolean(),
  executeAfterPlanning: z.boolean(),
  contextPaths: z.array(ContextPath),
  agentSystemPrompts: z.record(z.string(), z.string()).default({}),
  /** Keys of `orchestrator` in the configuration, for this run alone. */
  coordinationOverrides: z.record(z.string(), z.unknown()).default({}),
  maxCostUsd: z.number().positive().optional(),
  timeoutSeconds: z.number().positive().optional(),
  estimate: CostEstimate,
});
export type RunProposal = z.infer<typeof RunProposal>;

/** A question to the user, as data: it survives a restart and any front end can answer it. */
export const ApprovalAsk = z.discriminatedUnion("kind", [
  /** `widens`: paths that the proposal grants beyond the configuration; with any of them the user is always asked. */
  z.object({ kind: z.literal("run"), proposal: RunProposal, widens: z.array(z.string()).optional() }),
  /** `covers`: what a yes to everything of the kind would let through. */
  z.object({
    kind: z.literal("command"),
    title: z.string(),
    detail: z.string(),
    covers: z.array(z.string()).optional(),
  }),
]);
export type ApprovalAsk = z.infer<typeof ApprovalAsk>;

/** "Team, vote and refine", … : how a proposal's mode is called everywhere a user reads it. */
export function modeLabel(proposal: Pick<RunProposal, "agents" | "refinement" | "planningMode">): string {
  const several = proposal.agents.filter(({ on }) => on).length > 1;
  const plan = proposal.planningMode ? "Plan only: " : "";
  if (several)
    return `${plan}${proposal.refinement ? "Team, vote and refine" : "Independent answers, then one vote each"}`;
  return `${plan}${proposal.refinement ? "Single agent that improves its own answer" : "Quick, single agent"}`;
}
