import * as z from "zod";

/**
 * How a run coordinates. All limits are enforced by the engine, never by a prompt. Kept in the journal: a resumed run
 * keeps them. Budget and time are for the run, whatever its attempts; answers and updates for one attempt.
 */
export const RunSettings = z.object({
  /** Vote and refine. Off: every agent answers once, blind to the others. */
  refinement: z.boolean().default(true),
  votingSensitivity: z.enum(["lenient", "balanced", "strict"]).default("lenient"),
  answerNovelty: z.enum(["lenient", "balanced", "strict"]).default("lenient"),
  /** Null: no limit. */
  maxNewAnswersPerAgent: z.int().positive().nullable().default(3),
  maxNewAnswersGlobal: z.int().positive().nullable().default(null),
  /** Updates (injections and restarts) that one agent may receive; after that its votes count although stale. */
  maxRestartsPerAgent: z.int().nonnegative().default(5),
  restartPolicy: z.enum(["inject", "abort"]).default("inject"),
  /** Nobody sees an answer before every live agent has given its first. */
  blindFirstRound: z.boolean().default(true),
  /** The run ends once every live agent has answered. */
  skipVoting: z.boolean().default(false),
  skipFinalPresentation: z.boolean().default(false),
  /** Others' answers are never put into a conversation under way. */
  disableInjection: z.boolean().default(false),
  deferVoting: z.boolean().default(false),
  /** How often the winner may send its own final answer back for another attempt of the whole team. */
  maxOrchestrationRestarts: z.int().nonnegative().default(0),
  /** Describe, do not act: agents get read-only tools. */
  planningMode: z.boolean().default(false),
  /** What planning agents are told instead of the built-in text. */
  planningInstruction: z.string().nullable().default(null),
  planDepth: z.enum(["shallow", "medium", "deep"]).nullable().default(null),
  /** A perspective for each agent, thought up for the task before they begin; null: none. */
  personas: z
    .object({
      mode: z.enum(["perspective", "implementation"]).default("perspective"),
      guidelines: z.string().nullable().default(null),
      /** Later runs of the session take them over. */
      persist: z.boolean().default(false),
    })
    .nullable()
    .default(null),
  /** Let agents off whose vote cannot change the outcome any more. */
  settleDominated: z.boolean().default(true),
  /** Whom agents may ask with ask_others. */
  broadcast: z.union([z.literal(false), z.enum(["agents", "human"])]).default(false),
  /** Seconds until an unanswered question gets its default answer. */
  broadcastTimeout: z.number().positive().default(300),
  maxBroadcastsPerAgent: z.int().nonnegative().default(10),
  maxToolCallsPerExecution: z.int().positive().default(100),
  budget: z
    .object({
      maxCostUsd: z.number().positive().nullable().default(null),
      maxTokens: z.int().positive().nullable().default(null),
      maxModelCalls: z.int().positive().nullable().default(200),
    })
    .prefault({}),
  /** Seconds. */
  timeouts: z
    .object({
      agent: z.number().positive().default(600),
      orchestrator: z.number().positive().default(1800),
      presentation: z.number().positive().default(300),
      /** After these an agent is asked to submit in its first round and in later ones; null: only the other limits hold. */
      firstRound: z.number().positive().nullable().default(null),
      laterRounds: z.number().positive().nullable().default(null),
      /** Between that and the end of all tools but new_answer and vote. */
      roundGrace: z.number().nonnegative().default(120),
    })
    .prefault({}),
});
export type RunSettings = z.infer<typeof RunSettings>;
