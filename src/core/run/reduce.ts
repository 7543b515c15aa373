import type { RunRecord } from "./events.ts";
import { countVotes, findAgent, isOver, liveAgents } from "./freshness.ts";
import { isSettled, nextAnswerIndex } from "./attempts.ts";
import { editAgent, reduceFinal, TRANSIENT } from "./reduce-final.ts";
import { markNotesSeen, newAgent, reduceSteering } from "./reduce-steering.ts";
import { reduceAsks } from "./permission-asks.ts";
import { reduceRounds } from "./rounds.ts";
import { addReply, addToModel } from "./spend.ts";
import { type AgentState, type AgentStatus, type RunState, type ToolStats } from "./state.ts";

/** Folds one event into a run. Total: any known event in any state gives a state; an unknown type changes nothing. */
export function reduceRun(run: RunState, record: RunRecord): RunState {
  const next = fold(run, record);
  const touched: RunState = {
    ...next,
    rounds: reduceRounds(next.rounds, record, findAgent(run, "agent" in record ? record.agent : "")),
    agents: touch(next.agents, record),
    permissionAsks: reduceAsks(next.permissionAsks, record),
    lastEventAt: record.at,
    activeMs: run.activeMs + idleBefore(run, record),
    events: run.events + 1,
  };
  return { ...touched, percent: Math.max(next.percent, percentOf(touched)) };
}

/** Time since the event before, unless nobody drove the run meanwhile or it was paused. */
function idleBefore(run: RunState, record: RunRecord): number {
  if (run.events === 0 || run.paused || run.phase.kind === "ended" || record.type === "run_resumed") return 0;
  return Math.max(0, record.at - run.lastEventAt);
}

function fold(run: RunState, record: RunRecord): RunState {
  return reduceSteering(run, record) ?? reduceFinal(run, record) ?? reduceCoordination(run, record);
}

function reduceCoordination(run: RunState, record: RunRecord): RunState {
  switch (record.type) {
    case "run_started":
      return {
        ...run,
        question: record.question,
        images: record.images ?? [],
        title: record.title,
        purpose: record.purpose,
        settings: record.settings,
        personas: record.settings.personas === null ? {} : record.personas,
        phase: { kind: "coordinating", wrapUp: undefined, outOfTime: false },
        startedAt: record.at,
        agents: record.agents.map((agent, index) => newAgent(agent, index + 1, record.at)),
      };
    case "run_resumed":
      return resume(run);
    case "personas_started":
      return { ...run, preparing: record.agent };
    case "personas_made":
      return { ...run, preparing: undefined, personas: record.personas };
    case "execution_started":
      return editAgent(run, record.agent, (agent) => ({
        executions: record.execution,
        status: {
          kind: "working",
          execution: record.execution,
          sees: record.sees,
          mayAnswer: record.mayAnswer,
          mayVote: record.mayVote,
          since: record.at,
          // A second go of a parked agent is its last one.
          lastChance: agent.status.kind === "parked" || hasLastChance(agent.status),
          restarting: agent.status.kind === "idle" && agent.status.restarting === true,
          activity: { kind: "model" },
        },
      }));
    case "model_replied":
      return editAgent({ ...run, notes: markNotesSeen(run, record.agent) }, record.agent, (agent) => ({
        spend: addReply(agent.spend, record),
        otherModels: addToModel(agent.otherModels, record),
        status: replied(agent.status),
      }));
    case "model_retried":
      return editAgent(run, record.agent, (agent) => ({
        status: withActivity(agent.status, {
          kind: "retry",
          attempt: record.attempt,
          maxAttempts: record.maxAttempts,
          untilAt: record.at + record.delayMs,
          fault: record.fault,
        }),
      }));
    case "tool_started":
      return editAgent(run, record.agent, (agent) => ({
        status: withActivity(agent.status, { kind: "tool", call: record.call, summary: record.summary }),
      }));
    case "tool_finished":
      return editAgent(run, record.agent, (agent) => ({
        tools: { ...agent.tools, [record.name]: addTool(statsOf(agent, record.name), record) },
        status: withActivity(agent.status, { kind: "model" }),
      }));
    case "update_injected":
      return editAgent(run, record.agent, (agent) => ({
        updates: agent.updates + 1,
        status:
          agent.status.kind === "working"
            ? { ...agent.status, sees: record.sees, mayVote: true, restarting: true }
            : agent.status,
      }));
    case "enforcement_recorded":
      return editAgent(run, record.agent, (agent) => ({ enforcements: [...agent.enforcements, record] }));
    case "answer_submitted":
      return editAgent(
        {
          ...run,
          answers: [
            ...run.answers,
            {
              label: record.label,
              agent: record.agent,
              index: nextAnswerIndex(findAgent(run, record.agent)),
              text: record.text,
              snapshot: record.snapshot,
              files: record.files,
              changes: record.changes ?? [],
              at: record.at,
            },
          ],
        },
        record.agent,
        (agent) => ({ answers: agent.answers + 1, status: { kind: "idle" } }),
      );
    case "vote_cast": {
      const { agent: voter, target, label, reason, sees, at } = record;
      return editAgent(run, voter, () => ({
        status: { kind: "voted", vote: { voter, target, label, reason, sees, at } },
      }));
    }
    case "votes_invalidated":
      return record.voters.reduce(
        (state, voter) =>
          editAgent(state, voter, ({ updates }) => ({
            updates: updates + 1,
            status: { kind: "idle", restarting: true },
          })),
        run,
      );
    case "execution_stopped":
      return editAgent(run, record.agent, (agent) => ({
        salvaged: record.text.trim() === "" ? agent.salvaged : record.text,
        updates: agent.updates + (record.restartedBy === undefined ? 0 : 1),
        status: record.cancelled
          ? { ...idleAfter(agent.status), ...(record.restartedBy === undefined ? {} : { restarting: true }) }
          : {
              kind: "parked",
              fault: record.fault,
              at: record.at,
              chanceLeft: TRANSIENT.has(record.fault.code) && !hasLastChance(agent.status),
            },
      }));
    case "wrap_up_started":
      // "Answer now" stays: a limit that is reached later asks for less.
      if (run.phase.kind !== "coordinating" || run.phase.wrapUp === "answer_now") return run;
      return { ...run, phase: { ...run.phase, wrapUp: record.reason } };
    case "time_ran_out":
      return run.phase.kind === "coordinating" ? { ...run, phase: { ...run.phase, outOfTime: true } } : run;
    case "coordination_ended":
      // Whatever ended it, the user's choice say, is meant to lead to an answer.
      return { ...run, paused: false, preparing: undefined, phase: { kind: "finalising", reason: record.reason } };
    case "winner_chosen":
      return {
        ...run,
        phase: {
          kind: "presenting",
          reason: stopReason(run),
          winner: record,
          started: false,
          failed: false,
          evaluating: false,
          verdict: undefined,
        },
      };
    case "run_ended":
      return {
        ...run,
        endedAt: record.at,
        phase: {
          kind: "ended",
          outcome: record.outcome,
          reason: stopReason(run),
          winner: run.phase.kind === "presenting" ? run.phase.winner : undefined,
          fault: record.fault,
        },
      };
    case "vote_ignored":
      return run;
    default:
      return run; // from a newer version: kept in the journal, skipped here, so that a replay never stalls
  }
}

function hasLastChance(status: AgentStatus): boolean {
  return (status.kind === "working" || status.kind === "idle") && status.lastChance === true;
}

/** Free again, and no better off than before. */
function idleAfter(status: AgentStatus): Extract<AgentStatus, { kind: "idle" }> {
  return { kind: "idle", ...(hasLastChance(status) ? { lastChance: true } : {}) };
}

/** Whoever failed is asked once more; whom the user dropped stays out. */
function triedAnew(agent: AgentState): AgentState {
  const { status } = agent;
  return status.kind === "parked" && status.fault.code !== "cancelled" ? { ...agent, status: { kind: "idle" } } : agent;
}

/** Whatever was under way is free to start again; a run that failed, or that the user had stopped, goes back to work. */
function resume(run: RunState): RunState {
  const agents = run.agents.map((agent): AgentState => {
    if (agent.status.kind === "working") return { ...agent, status: idleAfter(agent.status) };
    if (agent.status.kind === "presenting") return { ...agent, status: agent.status.before };
    return agent;
  });
  const going = { ...run, agents, paused: false, preparing: undefined };
  if (run.phase.kind === "presenting") return { ...going, phase: { ...run.phase, started: false, evaluating: false } };
  if (run.phase.kind !== "ended" || isOver(run)) return going;
  return {
    ...going,
    agents: run.phase.outcome === "failed" ? agents.map(triedAnew) : agents,
    override: undefined,
    final: undefined,
    percent: 0,
    endedAt: undefined,
    phase: { kind: "coordinating", wrapUp: undefined, outOfTime: false },
  };
}

function withActivity(
  status: AgentStatus,
  activity: Extract<AgentStatus, { kind: "working" }>["activity"],
): AgentStatus {
  return status.kind === "working" || status.kind === "presenting" ? { ...status, activity } : status;
}

function replied(status: AgentStatus): AgentStatus {
  if (status.kind === "working") return { ...status, restarting: false, activity: { kind: "model" } };
  return withActivity(status, { kind: "model" });
}

function stopReason(run: RunState): "votes" | Extract<RunState["phase"], { kind: "finalising" }>["reason"] {
  return "reason" in run.phase ? run.phase.reason : "stopped";
}

function touch(agents: readonly AgentState[], record: RunRecord): readonly AgentState[] {
  if (!("agent" in record)) return agents;
  return agents.map((agent) => (agent.id === record.agent ? { ...agent, lastActivityAt: record.at } : agent));
}

/** A model can make up any name, "constructor" too. */
function statsOf({ tools }: AgentState, name: string): ToolStats | undefined {
  return Object.hasOwn(tools, name) ? tools[name] : undefined;
}

function addTool(
  stats: ToolStats | undefined,
  event: { failed: boolean; durationMs: number; inputChars: number; output: string },
): ToolStats {
  const before = stats ?? { calls: 0, failures: 0, durationMs: 0, inputChars: 0, outputChars: 0 };
  return {
    calls: before.calls + 1,
    failures: before.failures + (event.failed ? 1 : 0),
    durationMs: before.durationMs + event.durationMs,
    inputChars: before.inputChars + event.inputChars,
    outputChars: before.outputChars + event.output.length,
  };
}

/** Per live agent one point for an answer and one for a valid vote; 100 only once the final answer is stored for good. */
function percentOf(run: RunState): number {
  if (run.final) return isSettled(run) ? 100 : 99;
  const live = liveAgents(run);
  if (live.length === 0) return 0;
  const answered = live.filter(({ answers }) => answers > 0).length;
  const votes = Object.values(countVotes(run)).reduce((sum, count) => sum + count, 0);
  const points = run.settings.skipVoting ? answered / live.length : (answered + votes) / (2 * live.length);
  return Math.min(99, Math.floor(points * 100));
}
