import * as z from "zod";
import { RunSettings } from "../run/settings.ts";
import { later, moot, python } from "./fields.ts";
import { Backend } from "./schema-agents.ts";

// A run that is started without a file has the same limits: there is one place for their defaults.
const standard = RunSettings.parse({});

const media = "Media that agents make.";
const workspaces = "each run keeps its workspaces and snapshots in its own directory";

const Personas = z.object({
  enabled: z
    .boolean()
    .default(false)
    .describe("One model call before the agents begin gives each its own perspective."),
  diversity_mode: z
    .enum(["perspective", "implementation"])
    .default("perspective")
    .describe("In what they differ: what they value, or how they go about it."),
  persona_guidelines: z.string().nullable().default(null).describe("What else the perspectives should be like."),
  persist_across_turns: z
    .boolean()
    .default(false)
    .describe("Later runs of a chat give the same agents the same perspectives again."),
});

const Coordination = z.object({
  enable_planning_mode: z
    .boolean()
    .default(standard.planningMode)
    .describe(
      "Agents describe what they would do and get only tools that read, be it the web; the winner writes plan.json.",
    ),
  planning_mode_instruction: z
    .string()
    .nullable()
    .default(standard.planningInstruction)
    .describe("What planning agents are told instead of the built-in text."),
  plan_depth: z
    .enum(["shallow", "medium", "deep"])
    .nullable()
    .default(standard.planDepth)
    .describe("How detailed plans are: about 5 to 10, 20 to 50, or 100 to 200 tasks."),
  max_orchestration_restarts: z
    .int()
    .nonnegative()
    .default(standard.maxOrchestrationRestarts)
    .describe("How often the winner may send its final answer back for another attempt of the team."),
  enable_agent_task_planning: later("Task lists of agents."),
  task_planning_filesystem_mode: later("Task lists as files."),
  max_tasks_per_plan: later("Longest task list."),
  enable_memory_filesystem_mode: later("Memory of agents as files."),
  compression_target_ratio: later("How much of a long conversation is kept."),
  use_two_tier_workspace: later("Workspaces with scratch and deliverable parts."),
  use_skills: later("Skills."),
  skills_directory: later("Where skills lie."),
  massgen_skills: later("Skills of the package."),
  load_previous_session_skills: later("Skills of the session before."),
  broadcast: z
    .union([z.literal(false), z.enum(["agents", "human"])])
    .default(standard.broadcast)
    .describe("Whom agents may ask questions while they work. Asking never waits."),
  broadcast_sensitivity: later("How readily agents ask."),
  response_depth: later("How detailed they answer."),
  broadcast_timeout: z
    .number()
    .positive()
    .default(standard.broadcastTimeout)
    .describe("Seconds until a question that nobody answers gets the answer to decide alone."),
  broadcast_wait_by_default: moot("Whether they wait.", "asking never waits"),
  max_broadcasts_per_agent: z
    .int()
    .nonnegative()
    .default(standard.maxBroadcastsPerAgent)
    .describe("Questions that one agent may ask."),
  persona_generator: Personas.prefault({}).describe("A perspective for each agent, made up for the task."),
  enable_subagents: later("Agents that start agents."),
  subagent_default_timeout: later("Time limit of such agents."),
  subagent_min_timeout: later("Shortest time limit of such agents."),
  subagent_max_timeout: later("Longest time limit of such agents."),
  subagent_max_concurrent: later("How many run at once."),
  subagent_round_timeouts: later("Time limits of their rounds."),
  subagent_orchestrator: later("How they coordinate."),
  async_subagents: later("How their results come in."),
});

const Budget = z.object({
  max_cost_usd: z
    .number()
    .positive()
    .nullable()
    .default(standard.budget.maxCostUsd)
    .describe("US dollars of one run; then agents are asked to finish. null: no limit."),
  max_tokens: z
    .int()
    .positive()
    .nullable()
    .default(standard.budget.maxTokens)
    .describe("Tokens of one run, input and output. null: no limit."),
  max_model_calls: z
    .int()
    .positive()
    .nullable()
    .default(standard.budget.maxModelCalls)
    .describe("Model calls of one run. null: no limit."),
});

const InteractiveMode = z.object({
  backend: Backend.optional().describe("The model of the lead agent; that of the first agent when left out."),
  require_approval: z
    .boolean()
    .default(true)
    .describe("Ask before a run is started. false: chats begin in the mode auto, which also applies what runs change."),
  max_parallel_runs: z.int().positive().default(2).describe("Runs that may go on at the same time."),
  max_session_cost_usd: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe("US dollars of one session, the lead included; then no run starts any more. null: no limit."),
  max_context_tokens: z
    .int()
    .min(8000)
    .nullable()
    .default(null)
    .describe(
      "Length of the lead's conversation at which its older part is summarised. null: as its model takes, at most 200,000.",
    ),
});

const ContextPath = z.union([
  z.string().min(1),
  z.object({
    path: z.string().min(1).describe("File or directory, relative to where massgen is started."),
    permission: z
      .enum(["read", "write"])
      .default("read")
      .describe("With write, every agent works on a copy of it, and the final answer's changes are for you to apply."),
    protected_paths: z
      .array(z.string().min(1))
      .default([])
      .describe("Parts of it that stay read-only, relative to path."),
  }),
]);

const strictness = z.enum(["lenient", "balanced", "strict"]);

export const Orchestrator = z.object({
  refinement: z
    .boolean()
    .default(standard.refinement)
    .describe("Vote and refine. false: every agent answers once, blind to the others."),
  voting_sensitivity: strictness.default(standard.votingSensitivity).describe("How critical voters are."),
  answer_novelty_requirement: strictness
    .default(standard.answerNovelty)
    .describe("How different a new answer must be from those there are."),
  max_new_answers_per_agent: z
    .int()
    .positive()
    .nullable()
    .default(standard.maxNewAnswersPerAgent)
    .describe("Answers that one agent may give. null: no limit."),
  max_new_answers_global: z
    .int()
    .positive()
    .nullable()
    .default(standard.maxNewAnswersGlobal)
    .describe("Answers of all agents together. null: no limit."),
  max_restarts_per_agent: z
    .int()
    .nonnegative()
    .default(standard.maxRestartsPerAgent)
    .describe("Updates that one agent may receive because others answered."),
  restart_policy: z
    .enum(["inject", "abort"])
    .default(standard.restartPolicy)
    .describe("inject: tell an agent about newer answers in its conversation. abort: stop it and start it afresh."),
  blind_first_round: z
    .boolean()
    .default(standard.blindFirstRound)
    .describe("Nobody sees an answer before everybody has given one."),
  skip_voting: z.boolean().default(standard.skipVoting).describe("End when everybody has answered."),
  skip_final_presentation: z
    .boolean()
    .default(standard.skipFinalPresentation)
    .describe("Deliver the winner's answer as it is."),
  disable_injection: z
    .boolean()
    .default(standard.disableInjection)
    .describe("Never put others' answers into a conversation under way."),
  defer_voting_until_all_answered: z
    .boolean()
    .default(standard.deferVoting)
    .describe("Nobody votes before everybody has answered."),
  settle_dominated: z
    .boolean()
    .default(standard.settleDominated)
    .describe("Let agents off whose vote cannot change the outcome any more."),
  max_tool_calls_per_execution: z
    .int()
    .positive()
    .default(standard.maxToolCallsPerExecution)
    .describe("Tool calls in one go of an agent; then it has to answer or vote."),
  budget: Budget.prefault({}).describe("What one run may spend."),
  interactive_mode: InteractiveMode.prefault({}).describe("The lead agent that you talk to."),
  context_paths: z.array(ContextPath).default([]).describe("Files and directories that agents may see."),
  coordination: Coordination.prefault({}).describe("Ways of working together."),
  agent_system_prompts: z
    .record(z.string(), z.string())
    .default({})
    .describe("Extra role text by agent id, after its system_message."),
  snapshot_storage: moot("Where snapshots are kept.", workspaces),
  agent_temporary_workspace: moot("Where agents see each other's work.", workspaces),
  skip_coordination_rounds: moot("Debugging: straight to the final answer.", "refinement: false is the quick way"),
  debug_final_answer: moot("Debugging: replaces the answer.", "a scenario of the simulated backend can do that"),
  enable_multimodal_tools: later(media),
  multimodal_config: later(media),
  image_generation_backend: later(media),
  image_generation_model: later(media),
  video_generation_backend: later(media),
  video_generation_model: later(media),
  audio_generation_backend: later(media),
  audio_generation_model: later(media),
  dspy: python("Other wordings of the question."),
  enable_nlip: python("The NLIP protocol."),
  nlip_config: python("The NLIP protocol."),
});
export type Orchestrator = z.infer<typeof Orchestrator>;

export const Timeouts = z.object({
  agent_timeout_seconds: z
    .number()
    .positive()
    .default(standard.timeouts.agent)
    .describe("One go of one agent; what it has written by then is kept."),
  idle_timeout_seconds: z.number().positive().default(120).describe("Silence of a provider in the middle of a reply."),
  orchestrator_timeout_seconds: z
    .number()
    .positive()
    .default(standard.timeouts.orchestrator)
    .describe("The whole run without its final presentation."),
  presentation_timeout_seconds: z
    .number()
    .positive()
    .default(standard.timeouts.presentation)
    .describe("The final presentation."),
  initial_round_timeout_seconds: z
    .number()
    .positive()
    .nullable()
    .default(standard.timeouts.firstRound)
    .describe("First round of an agent: after this it is asked to submit."),
  subsequent_round_timeout_seconds: z
    .number()
    .positive()
    .nullable()
    .default(standard.timeouts.laterRounds)
    .describe("Later rounds of an agent: after this it is asked to submit."),
  round_timeout_grace_seconds: z
    .number()
    .nonnegative()
    .default(standard.timeouts.roundGrace)
    .describe("From then on; after it only new_answer and vote are left."),
});
export type Timeouts = z.infer<typeof Timeouts>;
