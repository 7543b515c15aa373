import { finishReason, type FinishReason } from "./finish.ts";
import { countVotes, liveAgents, validVote } from "./freshness.ts";
import { reliabilityOf } from "./reliability.ts";
import { tokensOf, totalSpend } from "./spend.ts";
import type { AgentState, Round, RunState, Spend, ToolStats } from "./state.ts";

export type AgentStatusName =
  "waiting" | "streaming" | "answered" | "voted" | "restarting" | "error" | "timeout" | "completed";

/** What status.json knows beside the run: absolute paths, and the time of writing in Unix milliseconds. */
export type StatusPlace = { readonly sessionId: string; readonly logDir: string; readonly now: number };

/** The content of status.json. Times are Unix seconds, durations seconds, costs US dollars, as its readers expect. */
export function statusJson(run: RunState, place: StatusPlace) {
  const ended = run.phase.kind === "ended";
  const total = totalSpend(run);
  const winner = winnerOf(run);
  const elapsedMs = run.activeMs + (ended ? 0 : Math.max(0, place.now - run.lastEventAt));
  return {
    finish_reason: finishReason(run),
    finish_reason_details: details(run, finishReason(run)),
    is_complete: ended,
    meta: {
      last_updated: place.now / 1000,
      session_id: place.sessionId,
      log_dir: place.logDir,
      question: run.question,
      start_time: run.startedAt / 1000,
      elapsed_seconds: Math.round(elapsedMs) / 1000,
    },
    costs: {
      total_estimated_cost: round(total.costUsd, 6),
      total_input_tokens: total.usage.input,
      total_output_tokens: total.usage.output,
      /** False: some calls have no known price, so that the total is a lower bound. */
      complete: total.unpricedCalls === 0,
    },
    tools: toolsOf(run.agents.map(({ tools }) => tools)),
    rounds: roundsOf(run.rounds),
    coordination: {
      phase: phaseOf(run),
      active_agent: run.agents.find(isBusy)?.id ?? null,
      completion_percentage: run.percent,
      is_final_presentation: phaseOf(run) === "presentation",
    },
    agents: Object.fromEntries(run.agents.map((agent) => [agent.id, agentOf(run, agent)])),
    results: {
      votes: countVotes(run),
      winner: winner?.agent ?? null,
      winner_reason: winner?.reason ?? null,
      tie_break: winner?.tieBreak ?? null,
      final_answer_preview: run.final ? firstCharacters(run.final.text, 200) : null,
      degraded: run.agents.length > liveAgents(run).length,
    },
    telemetry: telemetryOf(run),
  };
}

export type StatusJson = ReturnType<typeof statusJson>;

/** Null until the final answer is stored: before that a winner is only a candidate. */
function winnerOf(run: RunState) {
  if (!run.final || !("winner" in run.phase)) return undefined;
  return run.phase.winner;
}

function details(run: RunState, reason: FinishReason): string | null {
  if (run.phase.kind !== "ended") return `Phase: ${run.phase.kind}`;
  const { fault, winner } = run.phase;
  if (fault) return fault.message;
  return winner ? `${reason === "completed" ? "Winner" : `Ended by ${reason}, winner`}: ${winner.agent}` : null;
}

/** The three names of the format; "enforcement" is its word for voting. */
export function phaseOf(run: RunState): "initial_answer" | "enforcement" | "presentation" {
  if (run.phase.kind === "presenting" || run.phase.kind === "finalising") return "presentation";
  if (run.final) return "presentation";
  return Object.keys(countVotes(run)).length > 0 ? "enforcement" : "initial_answer";
}

function isBusy({ status }: AgentState): boolean {
  return status.kind === "working" || status.kind === "presenting";
}

export function statusName(run: RunState, agent: AgentState): AgentStatusName {
  const { status } = agent;
  const over = run.phase.kind === "ended";
  switch (status.kind) {
    case "parked":
      return status.fault.code === "timeout" ? "timeout" : "error";
    case "presenting":
      return "streaming";
    case "voted":
      return over ? "completed" : "voted";
    case "working":
      return status.restarting ? "restarting" : "streaming";
    case "idle":
      if (over || (run.phase.kind !== "coordinating" && agent.answers === 0)) {
        return agent.executions > 0 ? "completed" : "waiting";
      }
      if (status.restarting) return "restarting";
      return agent.answers > 0 ? "answered" : "waiting";
  }
}

function agentOf(run: RunState, agent: AgentState) {
  const { status } = agent;
  const newest = run.answers.findLast((answer) => answer.agent === agent.id);
  const vote = validVote(run, agent);
  return {
    status: statusName(run, agent),
    model: agent.model,
    backend: agent.backend,
    simulated: agent.simulated,
    answer_count: agent.answers,
    latest_answer_label: newest?.label ?? null,
    vote_cast: vote
      ? {
          voted_for_agent: vote.target,
          voted_for_label: vote.label,
          reason_preview: firstCharacters(vote.reason, 100),
        }
      : null,
    times_restarted: agent.updates,
    last_activity: agent.lastActivityAt / 1000,
    error:
      status.kind === "parked"
        ? {
            type: status.fault.code === "timeout" ? "timeout" : "error",
            message: status.fault.message,
            timestamp: status.at / 1000,
          }
        : null,
    token_usage: {
      input_tokens: agent.spend.usage.input,
      output_tokens: agent.spend.usage.output,
      reasoning_tokens: agent.spend.usage.reasoning,
      cached_input_tokens: agent.spend.usage.cachedInput,
      estimated_cost: round(agent.spend.costUsd, 6),
    },
    tool_metrics: toolsOf([agent.tools]),
    reliability: reliabilityOf(agent),
  };
}

function toolsOf(tables: readonly Readonly<Record<string, ToolStats>>[]) {
  const byTool = new Map<string, ReturnType<typeof toolOf>>();
  for (const [name, stats] of tables.flatMap(Object.entries<ToolStats>)) {
    byTool.set(name, toolOf(stats, byTool.get(name)));
  }
  const all = [...byTool.values()];
  return {
    total_calls: sum(all.map(({ call_count }) => call_count)),
    total_failures: sum(all.map(({ failure_count }) => failure_count)),
    total_execution_time_ms: round(sum(all.map((tool) => tool.total_execution_time_ms)), 2),
    by_tool: Object.fromEntries(byTool),
  };
}

function toolOf(
  stats: ToolStats,
  before?: { call_count: number; failure_count: number; total_execution_time_ms: number },
) {
  const calls = stats.calls + (before?.call_count ?? 0);
  const failures = stats.failures + (before?.failure_count ?? 0);
  const time = round(stats.durationMs + (before?.total_execution_time_ms ?? 0), 2);
  return {
    call_count: calls,
    success_count: calls - failures,
    failure_count: failures,
    total_execution_time_ms: time,
    avg_execution_time_ms: round(time / calls, 2),
  };
}

function roundsOf(rounds: readonly Round[]) {
  const names = ["answer", "vote", "presentation", "restarted", "error", "timeout"] as const;
  return {
    total_rounds: rounds.length,
    by_outcome: Object.fromEntries(
      names.map((name) => [name, rounds.filter(({ outcome }) => outcome === name).length]),
    ),
    total_round_input_tokens: sum(rounds.map(({ spend }) => spend.usage.input)),
    total_round_output_tokens: sum(rounds.map(({ spend }) => spend.usage.output)),
    total_round_cost: round(sum(rounds.map(({ spend }) => spend.costUsd)), 6),
  };
}

function telemetryOf(run: RunState) {
  type Row = { tokens: number; cost: number; latency: number; calls: number };
  const row = (spend: Spend, before: Row = { tokens: 0, cost: 0, latency: 0, calls: 0 }): Row => ({
    tokens: before.tokens + tokensOf(spend),
    cost: round(before.cost + spend.costUsd, 6),
    latency: round(before.latency + spend.latencyMs / 1000, 3),
    calls: before.calls + spend.calls,
  });
  const byModel = new Map<string, Row>();
  for (const { model, spend } of run.agents) byModel.set(model, row(spend, byModel.get(model)));
  return {
    total_calls: totalSpend(run).calls,
    by_model: Object.fromEntries(byModel),
    by_agent: Object.fromEntries(run.agents.map(({ id, spend }) => [id, row(spend)])),
  };
}

/** Whole characters: half an emoji is no JSON that every reader takes. */
function firstCharacters(text: string, max: number): string {
  return Array.from(text).slice(0, max).join("");
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
