import * as z from "zod";
import { ContextPath, RunPurpose } from "../chat/approval.ts";
import { FaultSchema } from "../fault-schema.ts";
import { Image } from "../image.ts";
import { NativeParts, ToolCall } from "../message.ts";
import { Usage } from "../model.ts";
import { Plan } from "../plan.ts";
import type { Stamp } from "../log.ts";
import { stamped } from "../stamped.ts";
import { RunSettings } from "./settings.ts";
import { AgentId, AnswerLabel, EnforcementCode, ModelStage, RunAgent, StopReason, TieBreak } from "./terms.ts";

/** What the answer would do to the user's files, a line for each: "M src/a.ts". */
const changes = z.array(z.string()).optional();

/** An execution is one agent's go: it ends with an answer, a vote, a failure or a cancellation. `execution` counts from 1 per agent. */
const goOf = { agent: AgentId, execution: z.int().positive() };

/**
 * Everything that can happen in a run, in the past tense. The journal's lines, the screen's source and the
 * tests' language. Add to it; never change the meaning of what is there.
 */
export const RunEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("run_started"),
    question: z.string(),
    /** Shown to every agent with the question. */
    images: z.array(Image).optional(),
    title: z.string(),
    purpose: RunPurpose,
    agents: z.array(RunAgent).min(1),
    settings: RunSettings,
    contextPaths: z.array(ContextPath).default([]),
    /** Extra role text by agent id. */
    instructions: z.record(AgentId, z.string()).default({}),
    /** Perspectives by agent id that an earlier run of the session made; then none are made anew. */
    personas: z.record(AgentId, z.string()).optional(),
  }),
  z.object({ type: z.literal("run_resumed") }),
  /** The agent's model thinks up a perspective for each agent; nobody begins before that is over. */
  z.object({ type: z.literal("personas_started"), agent: AgentId }),
  /** By agent id; `fault`: why there are none, and the run goes on without. */
  z.object({
    type: z.literal("personas_made"),
    agent: AgentId,
    personas: z.record(AgentId, z.string()),
    fault: FaultSchema.optional(),
  }),
  /** `sees`: the newest answer of each agent that this execution was shown, its own included. */
  z.object({
    type: z.literal("execution_started"),
    ...goOf,
    sees: z.array(AnswerLabel),
    mayAnswer: z.boolean(),
    mayVote: z.boolean(),
    /** The execution whose conversation it takes up, which the end of a process had cut off. */
    continues: z.int().positive().optional(),
  }),
  /** What the model calls from here on are made with, journalled when it changes. `execution` is absent in the presentation. */
  z.object({
    type: z.literal("prompt_set"),
    agent: AgentId,
    execution: z.int().positive().optional(),
    system: z.string(),
    stage: ModelStage.optional(),
    /** The message that the conversation begins with. */
    opening: z.string(),
    /** Names of the tools offered. */
    tools: z.array(z.string()),
  }),
  /** One complete model call, in an execution or (execution absent) in the presentation or what `stage` says. */
  z.object({
    type: z.literal("model_replied"),
    agent: AgentId,
    execution: z.int().positive().optional(),
    stage: ModelStage.optional(),
    /** Where it is not the agent's own one. */
    model: z.string().optional(),
    text: z.string(),
    reasoning: z.string(),
    calls: z.array(ToolCall),
    native: NativeParts.optional(),
    usage: Usage.nullable(),
    costUsd: z.number().nonnegative().nullable(),
    latencyMs: z.number().nonnegative(),
    firstTokenMs: z.number().nonnegative().nullable(),
  }),
  z.object({
    type: z.literal("model_retried"),
    agent: AgentId,
    fault: FaultSchema,
    attempt: z.int(),
    maxAttempts: z.int(),
    delayMs: z.number(),
  }),
  z.object({ type: z.literal("tool_started"), agent: AgentId, call: ToolCall, summary: z.string() }),
  z.object({
    type: z.literal("tool_finished"),
    agent: AgentId,
    callId: z.string(),
    name: z.string(),
    output: z.string(),
    failed: z.boolean(),
    images: z.array(Image).optional(),
    durationMs: z.number().nonnegative(),
    inputChars: z.int().nonnegative(),
  }),
  /** Newer answers were put into the agent's conversation. */
  z.object({ type: z.literal("update_injected"), ...goOf, sees: z.array(AnswerLabel) }),
  /** The soft limit of its round is over, and the agent was told to submit. */
  z.object({ type: z.literal("round_limit_told"), ...goOf, graceSeconds: z.number().nonnegative() }),
  z.object({
    type: z.literal("enforcement_recorded"),
    ...goOf,
    code: EnforcementCode,
    attempt: z.int().positive(),
    maxAttempts: z.int().positive(),
    toolCalls: z.array(z.string()),
    unknownTools: z.array(z.string()),
    message: z.string(),
    /** Text of the rejected reply: the first 500 characters, and how long it was. */
    bufferPreview: z.string(),
    bufferChars: z.int().nonnegative(),
  }),
  /** `snapshot`: where the agent's files at this answer lie, relative to the run's workspaces; null when it has none. */
  z.object({
    type: z.literal("answer_submitted"),
    ...goOf,
    label: AnswerLabel,
    text: z.string(),
    snapshot: z.string().nullable(),
    files: z.array(z.string()),
    changes,
    /** Why the files could not be kept. The answer counts without them. */
    snapshotFault: FaultSchema.optional(),
  }),
  z.object({
    type: z.literal("vote_cast"),
    ...goOf,
    target: AgentId,
    label: AnswerLabel,
    reason: z.string(),
    sees: z.array(AnswerLabel),
  }),
  z.object({ type: z.literal("vote_ignored"), ...goOf, label: AnswerLabel, reason: z.string() }),
  z.object({ type: z.literal("votes_invalidated"), by: AnswerLabel, voters: z.array(AgentId).min(1) }),
  /** `text`: what the model had written so far. `cancelled`: stopped by us, the agent is free again; otherwise it is parked. */
  z.object({
    type: z.literal("execution_stopped"),
    ...goOf,
    fault: FaultSchema,
    text: z.string(),
    cancelled: z.boolean(),
    /** The newer answer because of which the agent starts afresh; counts as an update. */
    restartedBy: AnswerLabel.optional(),
  }),
  /** The user told some agents something: put into their conversations at the next boundary. */
  z.object({ type: z.literal("note_sent"), id: z.string(), text: z.string(), agents: z.array(AgentId).min(1) }),
  z.object({ type: z.literal("notes_delivered"), ...goOf, ids: z.array(z.string()).min(1) }),
  /** No new model call starts until it goes on; time does not count meanwhile. */
  z.object({ type: z.literal("run_paused") }),
  z.object({ type: z.literal("run_continued") }),
  z.object({ type: z.literal("agent_dropped"), agent: AgentId }),
  z.object({ type: z.literal("agent_added"), added: RunAgent }),
  /** Absent: as it was. Null: no limit. `orchestratorSeconds` from the start of the run. */
  z.object({
    type: z.literal("limits_changed"),
    maxCostUsd: z.number().positive().nullable().optional(),
    maxTokens: z.int().positive().nullable().optional(),
    maxModelCalls: z.int().positive().nullable().optional(),
    orchestratorSeconds: z.number().positive().optional(),
  }),
  /** The user chose the winner: coordination ends with it. */
  z.object({ type: z.literal("winner_overridden"), label: AnswerLabel }),
  /** Their votes cannot change the outcome any more. `savedUsd`: what they would have cost, by their calls so far; null when unknown. */
  z.object({
    type: z.literal("agents_settled"),
    agents: z.array(AgentId).min(1),
    savedCalls: z.int().nonnegative(),
    savedUsd: z.number().nonnegative().nullable(),
  }),
  z.object({
    type: z.literal("question_asked"),
    id: z.string(),
    agent: AgentId,
    to: z.enum(["agents", "human"]),
    text: z.string(),
  }),
  /** `by`: an agent, "human", or "default" when nobody answered in time. */
  z.object({ type: z.literal("question_answered"), id: z.string(), by: z.string(), text: z.string() }),
  /** A tool call waits for the user's yes; it has not begun. */
  z.object({
    type: z.literal("permission_asked"),
    id: z.string(),
    agent: AgentId,
    callId: z.string(),
    /** "run npm publish" */
    title: z.string(),
    /** All of it: the whole command, the resolved path, and why it is asked for. */
    detail: z.string(),
    /** What a yes for the rest of the run lets through: "npm publish". Another call is let through when all of its own are. */
    covers: z.array(z.string()),
  }),
  z.object({
    type: z.literal("permission_answered"),
    id: z.string(),
    allow: z.boolean(),
    /** earlier: something like it was allowed for the rest of the run. policy: there is nobody to ask. late: nobody answered in time. */
    by: z.enum(["user", "earlier", "policy", "late"]),
    /** For everything that it covers until the run ends, whichever agent wants it. */
    forRun: z.boolean().optional(),
    /** What the user told the agent with a no. */
    reason: z.string().optional(),
  }),
  z.object({ type: z.literal("wrap_up_started"), reason: z.enum(["time", "budget", "answer_now"]) }),
  z.object({ type: z.literal("time_ran_out") }),
  z.object({ type: z.literal("coordination_ended"), reason: StopReason }),
  z.object({
    type: z.literal("winner_chosen"),
    agent: AgentId,
    /** Null when the winner only has text that was salvaged from a stopped execution. */
    label: AnswerLabel.nullable(),
    reason: z.string(),
    tieBreak: TieBreak,
    votes: z.record(AnswerLabel, z.int().nonnegative()),
  }),
  /** `continues`: it takes up the one that the end of a process had cut off. */
  z.object({ type: z.literal("presentation_started"), agent: AgentId, continues: z.literal(true).optional() }),
  z.object({ type: z.literal("presentation_failed"), agent: AgentId, fault: FaultSchema }),
  z.object({
    type: z.literal("final_stored"),
    agent: AgentId,
    label: AnswerLabel,
    text: z.string(),
    /** "earlier": nobody answered in this attempt, and that of the one before stands. */
    source: z.enum(["presented", "stored", "salvaged", "earlier"]),
    snapshot: z.string().nullable(),
    files: z.array(z.string()),
    /** Of a planning run: its plan as data, or why there is none. */
    plan: Plan.optional(),
    planProblem: z.string().optional(),
    changes,
    /** The name under which those changes are kept. */
    patch: z.string().optional(),
  }),
  /** The winner looks once more at the final answer, to submit it or to ask for another attempt. */
  z.object({ type: z.literal("evaluation_started"), agent: AgentId }),
  z.object({
    type: z.literal("answer_evaluated"),
    agent: AgentId,
    verdict: z.enum(["submit", "restart"]),
    /** Why, and what the next attempt has to do otherwise; empty when the answer is submitted. */
    reason: z.string(),
    instructions: z.string(),
    /** The evaluation came to nothing: the answer is submitted as it is. */
    fault: FaultSchema.optional(),
  }),
  /** Everybody begins again, with the reason and the answer of the attempt before. Labels and executions count on. */
  z.object({ type: z.literal("attempt_started"), attempt: z.int().min(2) }),
  z.object({
    type: z.literal("run_ended"),
    outcome: z.enum(["answered", "failed", "cancelled"]),
    fault: FaultSchema.optional(),
  }),
]);
export type RunEvent = z.infer<typeof RunEvent>;

/** A journal line. */
export type RunRecord = RunEvent & Stamp;
export const RunRecord = stamped(RunEvent);
