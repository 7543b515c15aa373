import { clip, formatDuration, oneLine } from "../text.ts";
import { startOfAttempt } from "./attempts.ts";
import type { RunRecord } from "./events.ts";
import { countVotes, findAgent, findAnswer, iterationOf, maxRound, newestAnswers } from "./freshness.ts";
import { narrate } from "./narrate.ts";
import { reduceRun } from "./reduce.ts";
import { newRun, type RunState } from "./state.ts";
import { statusName } from "./status-json.ts";

type Draft = {
  readonly event_type: string;
  readonly agent_id?: string | null;
  readonly details: string;
  readonly context?: Readonly<Record<string, unknown>>;
};

/** The content of coordination_events.json, for the last of the attempts that the records tell of. An iteration starts when there is something new to see, and at no other time. */
export function coordinationEvents(records: readonly RunRecord[]) {
  const events: object[] = [];
  let run = newRun;
  const from = startOfAttempt(records);
  for (const [index, record] of records.entries()) {
    const before = run;
    run = reduceRun(run, record);
    if (index < from) continue;
    for (const { event_type, agent_id = null, details, context } of [
      ...describe(record, before, run),
      ...statusChanges(before, run),
    ]) {
      const round = agent_id === null ? maxRound(run) : (findAgent(run, agent_id)?.updates ?? 0);
      events.push({
        timestamp: record.at / 1000,
        event_type,
        agent_id,
        details,
        context: { ...context, iteration: iterationOf(run), round },
      });
    }
  }
  return {
    session_metadata: {
      user_prompt: run.question,
      agent_ids: run.agents.map(({ id }) => id),
      start_time: run.startedAt / 1000,
      end_time: run.endedAt === undefined ? null : run.endedAt / 1000,
      final_winner: run.final?.agent ?? null,
    },
    events,
  };
}

function statusChanges(before: RunState, run: RunState): readonly Draft[] {
  return run.agents.flatMap((agent): Draft[] => {
    const old = findAgent(before, agent.id);
    const now = statusName(run, agent);
    if (old && statusName(before, old) === now) return [];
    return [{ event_type: "status_change", agent_id: agent.id, details: `Changed to status: ${now}` }];
  });
}

function describe(record: RunRecord, before: RunState, run: RunState): readonly Draft[] {
  const agent_id = "agent" in record ? record.agent : null;
  const one = (event_type: string, details: string, context?: Draft["context"]): readonly Draft[] => [
    { event_type, agent_id, details, ...(context ? { context } : {}) },
  ];
  const labels = newestAnswers(run).map(({ label }) => label);
  const iteration: Draft = {
    event_type: "iteration_start",
    details: `Iteration ${iterationOf(run)} started`,
    context: { available_answers: labels },
  };
  switch (record.type) {
    case "run_started":
      return [...one("session_start", `Started with agents: ${run.agents.map(({ id }) => id).join(", ")}`), iteration];
    case "execution_started":
      return one("context_received", `Received context with ${record.sees.length} answers`, {
        available_answers: record.sees.map((label) => label.replace(/\..*$/, "")),
        available_answer_labels: record.sees,
        answer_count: record.sees.length,
        has_conversation_history: false,
      });
    case "answer_submitted": {
      const restarts = findAgent(before, record.agent)?.updates ?? 0;
      const completed: Draft = {
        event_type: "restart_completed",
        agent_id,
        details: `Completed restart ${restarts}`,
        context: { agent_round: restarts },
      };
      return [
        ...one("new_answer", `New answer: ${record.label}`, { label: record.label }),
        ...(restarts > 0 ? [completed] : []),
        iteration,
      ];
    }
    case "vote_cast":
      return one("vote_cast", `Voted for ${record.target} (${record.label})`, {
        voted_for: record.target,
        voted_for_label: record.label,
        reason: record.reason,
        available_answers: record.sees,
      });
    case "vote_ignored":
      return one("vote_ignored", `VOTE_IGNORED: vote for ${record.label} (${record.reason})`);
    case "update_injected":
      return one("update_injected", `UPDATE_INJECTED: sees ${record.sees.join(", ")}`);
    case "votes_invalidated":
      return [restart(run, record.by, record.voters)];
    case "execution_stopped": {
      const kind = record.cancelled ? "cancelled" : record.fault.code === "timeout" ? "timeout" : "error";
      const stopped = one(`agent_${kind}`, `${kind.toUpperCase()}: ${oneLine(record.fault.message)}`);
      return record.restartedBy === undefined
        ? stopped
        : [restart(run, record.restartedBy, [record.agent]), ...stopped];
    }
    case "winner_chosen":
      return one("final_agent_selected", `Selected as winner: ${record.reason}`, finalContext(run));
    case "presentation_started":
      return one("final_round_start", "Starting final presentation", {
        round_type: "final",
        final_round: maxRound(run) + 1,
      });
    case "presentation_failed":
      return one("agent_error", `ERROR: presentation: ${oneLine(record.fault.message)}`);
    case "final_stored":
      return one("final_answer", `Final answer: ${record.label}`, { label: record.label, ...finalContext(run) });
    case "evaluation_started":
      return one("post_evaluation_started", "Evaluating the final answer");
    case "answer_evaluated": {
      const { verdict, reason, instructions, fault } = record;
      if (fault) return one("agent_error", `ERROR: post-evaluation: ${oneLine(fault.message)}`);
      return one("post_evaluation", `Verdict: ${verdict}`, { verdict, reason, instructions });
    }
    case "attempt_started":
      return [
        {
          event_type: "orchestration_restart",
          details: `Attempt ${record.attempt} started`,
          context: restartContext(run),
        },
        iteration,
      ];
    case "question_asked":
      return one("broadcast_created", `Asked ${record.to}`, {
        request_id: record.id,
        question_preview: clip(record.text, 100),
      });
    case "question_answered":
      return broadcastAnswered(record);
    case "run_ended":
      return one("session_end", `Ended after ${formatDuration(run.activeMs)}: ${record.outcome}`);
    case "model_replied":
    case "model_retried":
    case "tool_started":
    case "tool_finished":
      return [];
    default:
      return one(record.type, narrate(record) ?? record.type);
  }
}

function restartContext({ attempt, past }: RunState) {
  const before = past.at(-1);
  return { attempt, reason: before?.reason, instructions: before?.instructions };
}

function restart(run: RunState, by: string, affected: readonly string[]): Draft {
  const triggering = findAnswer(run, by)?.agent ?? null;
  return {
    event_type: "restart_triggered",
    agent_id: triggering,
    details: `${by} restarts ${affected.join(", ")}`,
    context: { affected_agents: affected, triggering_agent: triggering },
  };
}

function broadcastAnswered(record: Extract<RunRecord, { type: "question_answered" }>): readonly Draft[] {
  const context = { request_id: record.id };
  if (record.by === "default") {
    const details = "Nobody answered in time";
    return [{ event_type: "broadcast_timeout", details, context: { ...context, completion_status: "timeout" } }];
  }
  const isHuman = record.by === "human";
  return [
    {
      event_type: isHuman ? "human_broadcast_response" : "broadcast_response",
      agent_id: isHuman ? null : record.by,
      details: `Answered: ${clip(oneLine(record.text), 100)}`,
      context: { ...context, is_human: isHuman },
    },
  ];
}

function finalContext(run: RunState) {
  const votes = Object.entries(countVotes(run)).map(([label, count]) => `${label}: ${count}`);
  return {
    vote_summary: votes.length === 0 ? "no votes" : votes.join(", "),
    all_answers: run.answers.map(({ label }) => label),
    answers_for_context: Object.fromEntries(newestAnswers(run).map(({ label, text }) => [label, text])),
  };
}
