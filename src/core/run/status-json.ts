import { roundTo } from "../round-to.ts";
import { isSentBack, isSettled, maxAttempts } from "./attempts.ts";
import { finishReason, type FinishReason } from "./finish.ts";
import { oneLine } from "../text.ts";
import { countVotes, liveAgents, validVote } from "./freshness.ts";
import { reliabilityOf } from "./reliability.ts";
import { roundJson, roundsJson } from "./round-json.ts";
import { modelNow, spendByModel, tokensOf, totalSpend } from "./spend.ts";
import type { AgentState, RunState, Spend } from "./state.ts";
import type { StatusJson } from "./status-schema.ts";
import { agentToolsOf, toolsOf, type ToolUse } from "./tool-metrics.ts";

export type AgentStatusName = StatusJson["agents"][string]["status"];

/** Where the files of a run lie, absolute. */
export type RunPaths = {
  /** The folder that holds status.json. */
  readonly attempt: string;
  readonly snapshots: string;
  /** Holds the working directories of all agents. */
  readonly workspaces: string;
  /** Working directories by agent id. */
  readonly agents: Readonly<Record<string, string>>;
  /** The name of the folder of an answer or vote, by its time in Unix milliseconds. */
  readonly stamp: (at: number) => string;
};

/** What status.json knows beside the run: where it is, and the time of writing in Unix milliseconds. */
export type StatusPlace = {
  readonly sessionId: string;
  readonly logDir: string;
  readonly now: number;
  readonly paths?: RunPaths | undefined;
  /** Every finished tool call. Without it the tables of tools are empty. */
  readonly toolUses?: readonly ToolUse[] | undefined;
};

/** The content of status.json. Times are Unix seconds, durations seconds, costs US dollars, as its readers expect. */
export function statusJson(run: RunState, place: StatusPlace): StatusJson {
  const ended = run.phase.kind === "ended" || isSentBack(run);
  const total = totalSpend(run);
  const winner = winnerOf(run);
  const elapsedMs = run.activeMs + (ended ? 0 : Math.max(0, place.now - run.lastEventAt));
  return {
    finish_reason: finishReason(run),
    finish_reason_details: details(run, finishReason(run)),
    is_complete: ended,
    meta: {
      // What is over says the same whenever it is written.
      last_updated: (ended ? run.lastEventAt : place.now) / 1000,
      session_id: place.sessionId,
      log_dir: place.logDir,
      question: run.question,
      start_time: run.startedAt / 1000,
      elapsed_seconds: Math.round(elapsedMs) / 1000,
      attempt: run.attempt,
      max_attempts: maxAttempts(run),
      orchestrator_paths: place.paths
        ? { snapshot_storage: place.paths.snapshots, temp_workspace_parent: place.paths.workspaces }
        : null,
    },
    costs: {
      total_estimated_cost: roundTo(total.costUsd, 6),
      total_input_tokens: total.usage.input,
      total_output_tokens: total.usage.output,
      /** False: some calls have no known price, so that the total is a lower bound. */
      complete: total.unpricedCalls === 0,
    },
    tools: toolsOf(place.toolUses ?? []),
    rounds: roundsJson(run.rounds),
    coordination: {
      phase: phaseOf(run),
      active_agent: run.agents.find(isBusy)?.id ?? null,
      completion_percentage: run.percent,
      is_final_presentation: phaseOf(run) === "presentation",
    },
    agents: Object.fromEntries(run.agents.map((agent) => [agent.id, agentOf(run, agent, place)])),
    historical_workspaces: pastWorkspaces(run, place.paths),
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

/** Null until the final answer is stored for good: before that a winner is only a candidate. */
function winnerOf(run: RunState) {
  if (!(isSettled(run) || isSentBack(run)) || !("winner" in run.phase)) return undefined;
  return run.phase.winner;
}

function details(run: RunState, reason: FinishReason): string | null {
  if (run.phase.kind === "presenting" && run.phase.verdict?.kind === "restart") {
    return `Sent back, attempt ${run.attempt + 1} goes on: ${oneLine(run.phase.verdict.reason)}`;
  }
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
    case "settled":
      return "completed";
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

function agentOf(run: RunState, agent: AgentState, place: StatusPlace): StatusJson["agents"][string] {
  const { status } = agent;
  const newest = run.answers.findLast((answer) => answer.agent === agent.id);
  const vote = validVote(run, agent);
  const rounds = run.rounds.filter((round) => round.agent === agent.id);
  const current = rounds.at(-1);
  return {
    status: statusName(run, agent),
    model: modelNow(agent),
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
    workspace_paths: place.paths
      ? {
          workspace: place.paths.agents[agent.id] ?? null,
          snapshot_storage: place.paths.snapshots,
          temp_workspace: place.paths.snapshots,
        }
      : null,
    token_usage: {
      input_tokens: agent.spend.usage.input,
      output_tokens: agent.spend.usage.output,
      reasoning_tokens: agent.spend.usage.reasoning,
      cached_input_tokens: agent.spend.usage.cachedInput,
      estimated_cost: roundTo(agent.spend.costUsd, 6),
    },
    tool_metrics: agentToolsOf((place.toolUses ?? []).filter((use) => use.agent === agent.id)),
    round_history: rounds.filter(({ outcome }) => outcome !== undefined).map(roundJson),
    round_timing: current ? { round_number: current.number, round_start_time: current.startedAt / 1000 } : null,
    reliability: reliabilityOf(agent),
  };
}

/** The files of every answer so far. */
function pastWorkspaces(run: RunState, paths: RunPaths | undefined): StatusJson["historical_workspaces"] {
  if (!paths) return [];
  return run.answers.map(({ agent, index, label, snapshot, at }) => {
    const timestamp = paths.stamp(at);
    return {
      answerId: `${agent}-${timestamp}`,
      agentId: agent,
      answerNumber: index,
      answerLabel: label,
      timestamp,
      workspacePath: snapshot === null ? null : `${paths.attempt}/${agent}/${timestamp}/workspace`,
    };
  });
}

function telemetryOf(run: RunState) {
  type Row = { tokens: number; cost: number; latency: number; calls: number };
  const row = (spend: Spend, before: Row = { tokens: 0, cost: 0, latency: 0, calls: 0 }): Row => ({
    tokens: before.tokens + tokensOf(spend),
    cost: roundTo(before.cost + spend.costUsd, 6),
    latency: roundTo(before.latency + spend.latencyMs / 1000, 3),
    calls: before.calls + spend.calls,
  });
  const byModel = new Map<string, Row>();
  for (const agent of run.agents) {
    for (const [model, spend] of spendByModel(agent)) byModel.set(model, row(spend, byModel.get(model)));
  }
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
