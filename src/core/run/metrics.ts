import { statusJson, type StatusPlace } from "./status-json.ts";
import type { Round, RunState } from "./state.ts";

/** The content of metrics_summary.json. Times in milliseconds, costs in US dollars. */
export function metricsSummary(run: RunState, place: StatusPlace) {
  const status = statusJson(run, place);
  const calls = run.rounds.map(({ spend }) => spend);
  const total = (pick: (round: Round) => number): number => run.rounds.reduce((sum, round) => sum + pick(round), 0);
  const count = total(({ spend }) => spend.calls);
  return {
    meta: {
      generated_at: new Date(place.now).toISOString(),
      session_id: place.sessionId,
      question: run.question,
      num_agents: run.agents.length,
      winner: status.results.winner,
    },
    totals: {
      estimated_cost: status.costs.total_estimated_cost,
      input_tokens: status.costs.total_input_tokens,
      output_tokens: status.costs.total_output_tokens,
      reasoning_tokens: calls.reduce((sum, { usage }) => sum + usage.reasoning, 0),
      cached_input_tokens: calls.reduce((sum, { usage }) => sum + usage.cachedInput, 0),
    },
    tools: status.tools,
    rounds: status.rounds,
    api_timing: {
      total_calls: count,
      total_time_ms: total(({ spend }) => spend.latencyMs),
      avg_time_ms: count === 0 ? 0 : Math.round(total(({ spend }) => spend.latencyMs) / count),
      avg_ttft_ms: count === 0 ? 0 : Math.round(total(({ spend }) => spend.firstTokenMs) / count),
    },
    agents: Object.fromEntries(
      run.agents.map((agent) => [
        agent.id,
        {
          token_usage: status.agents[agent.id]?.token_usage,
          tool_metrics: status.agents[agent.id]?.tool_metrics,
          round_history: run.rounds.filter((round) => round.agent === agent.id).map(roundOf),
        },
      ]),
    ),
  };
}

function roundOf(round: Round) {
  const { usage, costUsd, calls, latencyMs } = round.spend;
  return {
    round_number: round.number,
    agent_id: round.agent,
    round_type: round.kind,
    outcome: round.outcome ?? null,
    input_tokens: usage.input,
    output_tokens: usage.output,
    reasoning_tokens: usage.reasoning,
    cached_input_tokens: usage.cachedInput,
    estimated_cost: Number(costUsd.toFixed(6)),
    tool_calls_count: round.toolCalls,
    start_time: round.startedAt / 1000,
    end_time: round.endedAt === undefined ? null : round.endedAt / 1000,
    duration_ms: round.endedAt === undefined ? null : round.endedAt - round.startedAt,
    api_calls_count: calls,
    api_time_ms: latencyMs,
  };
}
