import * as z from "zod";

/** The configured id of an agent: "ada". Never shown to another agent. */
export const AgentId = z.string().min(1);
export type AgentId = z.infer<typeof AgentId>;

/** `agent<N>.<k>`: the k-th answer (from 1) of the N-th configured agent (from 1). `agent<N>.final` is the final answer. */
export const AnswerLabel = z.string().regex(/^agent\d+\.(\d+|final)$/);
export type AnswerLabel = z.infer<typeof AnswerLabel>;

export const RunAgent = z.object({
  id: AgentId,
  model: z.string(),
  backend: z.string(),
  simulated: z.boolean(),
  /** The model that writes its final answer, where that is another one. */
  synthesis: z.string().optional(),
  /** The configured agent that it is another one of; absent where that is its own id. */
  like: AgentId.optional(),
});
export type RunAgent = z.infer<typeof RunAgent>;

/** Why an agent was told to try again, as in status.json `reliability`. */
export const EnforcementCode = z.enum([
  "no_workflow_tool",
  "no_tool_calls",
  "invalid_vote_id",
  "vote_no_answers",
  "vote_and_answer",
  "answer_limit",
  "answer_novelty",
  "answer_duplicate",
]);
export type EnforcementCode = z.infer<typeof EnforcementCode>;

/** What made coordination stop, and thereby `finish_reason` of a run that has an answer. */
export const StopReason = z.enum([
  "votes",
  "answers",
  "answer_limit",
  "time",
  "budget",
  "answer_now",
  "no_agents",
  "override",
  "stopped",
]);
export type StopReason = z.infer<typeof StopReason>;

/** What a model call outside of executions and the presentation is for. */
export const ModelStage = z.enum(["evaluation", "personas"]);
export type ModelStage = z.infer<typeof ModelStage>;

export const TieBreak = z.enum(["votes", "cost", "time", "id", "user"]);
export type TieBreak = z.infer<typeof TieBreak>;
