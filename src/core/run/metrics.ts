import { roundJson } from "./round-json.ts";
import { totalSpend } from "./spend.ts";
import type { Round, RunState, Spend } from "./state.ts";
import { statusJson, type StatusPlace } from "./status-json.ts";
import { estimateTokens, toolType } from "./tool-metrics.ts";

/** The content of metrics_summary.json. Times in milliseconds, costs in US dollars. Says the same whenever it is written. */
export function metricsSummary(run: RunState, place: Omit<StatusPlace, "now">) {
  const status = statusJson(run, { ...place, now: run.lastEventAt });
  const spend = totalSpend(run);
  const { total_rounds, by_outcome } = status.rounds;
  return {
    meta: { ...metaOf(run, place), num_agents: run.agents.length, winner: status.results.winner },
    totals: {
      estimated_cost: status.costs.total_estimated_cost,
      agent_cost: status.costs.total_estimated_cost,
      subagent_cost: 0,
      input_tokens: status.costs.total_input_tokens,
      output_tokens: status.costs.total_output_tokens,
      reasoning_tokens: spend.usage.reasoning,
      cached_input_tokens: spend.usage.cachedInput,
    },
    duration_ms: run.activeMs,
    tools: status.tools,
    rounds: {
      total_rounds,
      by_outcome,
      total_input_tokens: status.rounds.total_round_input_tokens,
      total_output_tokens: status.rounds.total_round_output_tokens,
      total_reasoning_tokens: run.rounds.reduce((sum, round) => sum + round.spend.usage.reasoning, 0),
      total_estimated_cost: status.rounds.total_round_cost,
      avg_context_usage_pct: null,
    },
    api_timing: {
      ...timingOf(run.rounds.map((round) => round.spend)),
      by_round: timingBy(run.rounds, ({ number }) => `round_${number}`),
      by_backend: timingBy(run.rounds, ({ agent }) => run.agents.find(({ id }) => id === agent)?.backend ?? agent),
    },
    agents: Object.fromEntries(
      run.agents.map(({ id }) => [
        id,
        {
          token_usage: status.agents[id]?.token_usage,
          tool_metrics: status.agents[id]?.tool_metrics,
          round_history: run.rounds.filter((round) => round.agent === id).map(roundJson),
        },
      ]),
    ),
  };
}

/** The content of metrics_events.json: every tool call and every round that is over. */
export function metricsEvents(run: RunState, place: Omit<StatusPlace, "now">) {
  return {
    meta: metaOf(run, place),
    tool_executions: (place.toolUses ?? []).map((use) => ({
      tool_name: use.tool,
      tool_type: toolType(use.tool),
      call_id: use.callId,
      agent_id: use.agent,
      round_number: use.round,
      start_time: use.startedAt / 1000,
      end_time: use.endedAt / 1000,
      execution_time_ms: use.durationMs,
      success: use.error === undefined,
      error_message: use.error ?? null,
      input_chars: use.inputChars,
      output_chars: use.outputChars,
      input_tokens_est: estimateTokens(use.inputChars),
      output_tokens_est: estimateTokens(use.outputChars),
    })),
    round_completions: run.rounds.filter(({ outcome }) => outcome !== undefined).map(roundJson),
  };
}

function metaOf(run: RunState, { sessionId }: Pick<StatusPlace, "sessionId">) {
  return { generated_at: new Date(run.lastEventAt).toISOString(), session_id: sessionId, question: run.question };
}

function timingOf(spends: readonly Spend[]) {
  const total = (pick: (spend: Spend) => number): number => spends.reduce((sum, spend) => sum + pick(spend), 0);
  const calls = total((spend) => spend.calls);
  const mean = (value: number): number => (calls === 0 ? 0 : Math.round(value / calls));
  const time = total(({ latencyMs }) => latencyMs);
  const firstToken = mean(total(({ firstTokenMs }) => firstTokenMs));
  return { total_calls: calls, total_time_ms: time, avg_time_ms: mean(time), avg_ttft_ms: firstToken };
}

function timingBy(rounds: readonly Round[], key: (round: Round) => string) {
  const keys = [...new Set(rounds.map(key))];
  return Object.fromEntries(
    keys.map((name) => {
      const timing = timingOf(rounds.filter((round) => key(round) === name).map(({ spend }) => spend));
      return [name, { calls: timing.total_calls, time_ms: timing.total_time_ms, ttft_ms: timing.avg_ttft_ms }];
    }),
  );
}
