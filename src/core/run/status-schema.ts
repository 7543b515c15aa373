import * as z from "zod";

const count = z.int().nonnegative();
const usd = z.number().nonnegative().describe("US dollars; a lower bound where `costs.complete` is false");
const milliseconds = z.number().nonnegative();
const unixSeconds = z.number();

const toolTotals = {
  call_count: count,
  success_count: count,
  failure_count: count,
  total_execution_time_ms: milliseconds,
  avg_execution_time_ms: milliseconds,
  total_input_chars: count,
  total_output_chars: count,
  tool_type: z.enum(["mcp", "custom", "provider", "unknown"]),
  input_tokens_est: count.describe("characters / 4"),
  output_tokens_est: count.describe("characters / 4"),
};

const sums = { total_calls: count, total_failures: count, total_execution_time_ms: milliseconds };
const Tools = z.strictObject({ ...sums, by_tool: z.record(z.string(), z.strictObject(toolTotals)) });

const spread = { min: count, max: count, median: z.number().nonnegative() };
const AgentTools = z.strictObject({
  ...sums,
  by_tool: z.record(
    z.string(),
    z.strictObject({
      ...toolTotals,
      avg_input_chars: z.number().nonnegative(),
      avg_output_chars: z.number().nonnegative(),
      input_distribution: z.strictObject(spread),
      output_distribution: z.strictObject({ ...spread, p90: count, p99: count }),
      exec_time_distribution: z.strictObject({
        min_ms: milliseconds,
        max_ms: milliseconds,
        median_ms: milliseconds,
        p90_ms: milliseconds,
      }),
    }),
  ),
});

/** One go of an agent, as in `round_history` and the metrics files. */
export const RoundJson = z.strictObject({
  round_number: count,
  agent_id: z.string(),
  round_type: z.enum(["initial_answer", "voting", "presentation", "post_evaluation"]),
  outcome: z.enum(["answer", "vote", "presentation", "post_evaluation", "restarted", "error", "timeout"]).nullable(),
  input_tokens: count,
  output_tokens: count,
  reasoning_tokens: count,
  cached_input_tokens: count,
  estimated_cost: usd,
  context_window_size: count.nullable().describe("null: not known"),
  context_usage_pct: z.number().nullable(),
  tool_calls_count: count,
  token_source: z.enum(["api", "estimated"]),
  start_time: unixSeconds,
  end_time: unixSeconds.nullable(),
  duration_ms: milliseconds.nullable(),
  api_calls_count: count,
  api_time_ms: milliseconds,
  avg_ttft_ms: milliseconds,
});

const Rounds = z.strictObject({
  total_rounds: count,
  by_outcome: z.strictObject({
    answer: count,
    vote: count,
    presentation: count,
    post_evaluation: count,
    restarted: count,
    error: count,
    timeout: count,
  }),
  total_round_input_tokens: count,
  total_round_output_tokens: count,
  total_round_cost: usd,
});

const Reliability = z.strictObject({
  enforcement_attempts: z.array(
    z.strictObject({
      round: count,
      attempt: count,
      max_attempts: count,
      reason: z.string(),
      tool_calls: z.array(z.string()),
      error_message: z.string(),
      buffer_preview: z.string().nullable(),
      buffer_chars: count,
      timestamp: unixSeconds,
    }),
  ),
  by_round: z.record(z.string(), z.strictObject({ count, reasons: z.array(z.string()) })),
  unknown_tools: z.array(z.string()),
  workflow_errors: z.array(z.string()),
  total_enforcement_retries: count,
  total_buffer_chars_lost: count,
  outcome: z.enum(["failed", "recovered"]),
});

const Agent = z.strictObject({
  status: z.enum(["waiting", "streaming", "answered", "voted", "restarting", "error", "timeout", "completed"]),
  model: z.string(),
  backend: z.string(),
  simulated: z.boolean(),
  answer_count: count,
  latest_answer_label: z.string().nullable(),
  vote_cast: z
    .strictObject({ voted_for_agent: z.string(), voted_for_label: z.string(), reason_preview: z.string().nullable() })
    .nullable(),
  times_restarted: count,
  last_activity: unixSeconds,
  error: z.strictObject({ type: z.enum(["timeout", "error"]), message: z.string(), timestamp: unixSeconds }).nullable(),
  workspace_paths: z
    .strictObject({
      workspace: z.string().nullable(),
      snapshot_storage: z.string().nullable(),
      temp_workspace: z.string().nullable(),
    })
    .nullable(),
  token_usage: z.strictObject({
    input_tokens: count,
    output_tokens: count,
    reasoning_tokens: count,
    cached_input_tokens: count,
    estimated_cost: usd,
  }),
  tool_metrics: AgentTools.nullable(),
  round_history: z.array(RoundJson).nullable(),
  round_timing: z.strictObject({ round_number: count, round_start_time: unixSeconds }).nullable(),
  reliability: Reliability.nullable(),
});

const TelemetryRow = z.strictObject({
  tokens: count,
  cost: usd,
  latency: z.number().nonnegative().describe("seconds"),
  calls: count,
});

/** The format of status.json. Times are Unix seconds, durations seconds where the name does not say `_ms`. */
export const StatusJson = z.strictObject({
  finish_reason: z
    .enum(["in_progress", "completed", "timeout", "error", "budget", "answer_now", "cancelled", "restarted"])
    .describe("restarted: the final answer was sent back, and the run goes on in the next attempt's folder"),
  finish_reason_details: z.string().nullable(),
  is_complete: z.boolean(),
  meta: z.strictObject({
    last_updated: unixSeconds,
    session_id: z.string(),
    log_dir: z.string(),
    question: z.string(),
    start_time: unixSeconds,
    elapsed_seconds: z.number().nonnegative(),
    attempt: z.int().positive().default(1).describe("costs, tools and rounds are those of all attempts so far"),
    max_attempts: z.int().positive().default(1),
    orchestrator_paths: z
      .strictObject({ snapshot_storage: z.string().nullable(), temp_workspace_parent: z.string().nullable() })
      .nullable(),
  }),
  costs: z.strictObject({
    total_estimated_cost: usd,
    total_input_tokens: count,
    total_output_tokens: count,
    complete: z.boolean().describe("false: some calls have no known price"),
  }),
  tools: Tools,
  rounds: Rounds,
  coordination: z.strictObject({
    phase: z.enum(["initial_answer", "enforcement", "presentation"]),
    active_agent: z.string().nullable(),
    completion_percentage: z.int().min(0).max(100),
    is_final_presentation: z.boolean(),
  }),
  agents: z.record(z.string(), Agent),
  historical_workspaces: z.array(
    z.strictObject({
      answerId: z.string(),
      agentId: z.string(),
      answerNumber: count,
      answerLabel: z.string(),
      timestamp: z.string(),
      workspacePath: z.string().nullable(),
    }),
  ),
  results: z.strictObject({
    votes: z.record(z.string(), count),
    winner: z.string().nullable(),
    winner_reason: z.string().nullable(),
    tie_break: z.enum(["votes", "cost", "time", "id", "user"]).nullable(),
    final_answer_preview: z.string().nullable(),
    degraded: z.boolean().describe("not every agent took part to the end"),
  }),
  telemetry: z.strictObject({
    total_calls: count,
    by_model: z.record(z.string(), TelemetryRow),
    by_agent: z.record(z.string(), TelemetryRow),
  }),
});
export type StatusJson = z.infer<typeof StatusJson>;

/** What configs/status.schema.json holds. */
export function statusSchema(): object {
  return { title: "status.json of massgen", ...z.toJSONSchema(StatusJson) };
}
