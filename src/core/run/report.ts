import * as z from "zod";
import { RunPurpose } from "../chat/approval.ts";
import { Plan } from "../plan.ts";
import { Agreement } from "./agreement.ts";
import { AgentId, AnswerLabel } from "./terms.ts";

/** What a run delivered: read by the lead, kept in the chat's journal, shown as the settled card. */
export const RunReport = z.object({
  runId: z.string(),
  /** 1, 2, … within the project. */
  number: z.int().positive(),
  title: z.string(),
  purpose: RunPurpose,
  outcome: z.enum(["answered", "failed", "cancelled"]),
  finishReason: z.string(),
  winner: AgentId.nullable(),
  winnerLabel: AnswerLabel.nullable(),
  winnerReason: z.string().nullable(),
  /** The user made it the winner, whatever the votes say. */
  chosenByUser: z.literal(true).optional(),
  /** Attempts whose final answer was sent back, and why. */
  sentBack: z.array(z.object({ attempt: z.int().positive(), reason: z.string() })).default([]),
  /** Of a planning run: its plan, or why it is there as text only. */
  plan: Plan.nullable().default(null),
  planProblem: z.string().nullable().default(null),
  answer: z.string(),
  answers: z.array(z.object({ agent: AgentId, label: AnswerLabel, text: z.string(), file: z.string() })),
  votes: z.array(z.object({ voter: AgentId, target: AgentId, label: AnswerLabel, reason: z.string() })),
  agents: z.array(z.object({ id: AgentId, model: z.string(), simulated: z.boolean(), error: z.string().nullable() })),
  files: z.array(z.string()),
  /** What its final answer changes in the user's files, a line for each: "M src/a.ts". */
  changes: z.array(z.string()).optional(),
  costUsd: z.number(),
  costComplete: z.boolean(),
  tokens: z.number(),
  durationMs: z.number(),
  logDir: z.string(),
  fault: z.string().nullable(),
  /** What several agents made of the winner's first answer, and US dollars beyond what that one had cost, null when not known. */
  effect: z.object({ first: AnswerLabel, changed: z.boolean(), extraUsd: z.number().nullable() }).optional(),
  /** Of answers that were written blind to each other: what at least two agents say, and how many points only one makes. */
  agreement: Agreement.optional(),
});
export type RunReport = z.infer<typeof RunReport>;
