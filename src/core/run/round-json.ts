import type * as z from "zod";
import { roundTo } from "../round-to.ts";
import type { Round } from "./state.ts";
import type { RoundJson } from "./status-schema.ts";

/** A round as status.json and the metrics files have it. */
export function roundJson(round: Round): z.infer<typeof RoundJson> {
  const { usage, costUsd, calls, latencyMs, firstTokenMs } = round.spend;
  return {
    round_number: round.number,
    agent_id: round.agent,
    round_type: round.kind,
    outcome: round.outcome ?? null,
    input_tokens: usage.input,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
    cached_input_tokens: usage.cachedInput,
    estimated_cost: roundTo(costUsd, 6),
    // No provider says how large the window of its model is.
    context_window_size: null,
    context_usage_pct: null,
    tool_calls_count: round.toolCalls,
    token_source: "api",
    start_time: round.startedAt / 1000,
    end_time: round.endedAt === undefined ? null : round.endedAt / 1000,
    duration_ms: round.endedAt === undefined ? null : round.endedAt - round.startedAt,
    api_calls_count: calls,
    api_time_ms: latencyMs,
    avg_ttft_ms: calls === 0 ? 0 : Math.round(firstTokenMs / calls),
  };
}

export function roundsJson(rounds: readonly Round[]) {
  const ended = (name: Round["outcome"]): number => rounds.filter(({ outcome }) => outcome === name).length;
  const total = (pick: (round: Round) => number): number => rounds.reduce((sum, round) => sum + pick(round), 0);
  return {
    total_rounds: rounds.length,
    by_outcome: {
      answer: ended("answer"),
      vote: ended("vote"),
      presentation: ended("presentation"),
      post_evaluation: ended("post_evaluation"),
      restarted: ended("restarted"),
      error: ended("error"),
      timeout: ended("timeout"),
    },
    total_round_input_tokens: total(({ spend }) => spend.usage.input),
    total_round_output_tokens: total(({ spend }) => spend.usage.output),
    total_round_cost: roundTo(
      total(({ spend }) => spend.costUsd),
      6,
    ),
  };
}
