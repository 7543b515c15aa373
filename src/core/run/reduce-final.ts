import type { Fault } from "../fault.ts";
import { mayRestart } from "./attempts.ts";
import type { RunRecord } from "./events.ts";
import type { AgentId } from "./terms.ts";
import type { AgentState, AgentStatus, RunPhase, RunState } from "./state.ts";

/** Faults that may be gone when the agent is tried once more. */
export const TRANSIENT: ReadonlySet<Fault["code"]> = new Set([
  "rate_limit",
  "overloaded",
  "network",
  "bad_response",
  "timeout",
  "cancelled", // not by us: the model's client gave up
]);

/** What becomes of a run once its winner is chosen. Undefined for every other event. */
export function reduceFinal(run: RunState, record: RunRecord): RunState | undefined {
  switch (record.type) {
    case "presentation_started":
      return presenting(enter(run, record), { started: true });
    case "presentation_failed":
      return presenting(leave(run, record.agent), { failed: true });
    case "final_stored":
      return { ...leave(run, record.agent), final: record };
    case "evaluation_started":
      return presenting(enter(run, record, { evaluating: true }), { evaluating: true });
    case "answer_evaluated": {
      const { verdict, reason, instructions } = record;
      const again = verdict === "restart" && mayRestart(run);
      return presenting(leave(run, record.agent), {
        evaluating: false,
        verdict: again ? { kind: "restart", reason, instructions } : { kind: "submit" },
      });
    }
    case "attempt_started":
      return nextAttempt(run, record.attempt);
    default:
      return undefined;
  }
}

export function editAgent(run: RunState, id: AgentId, edit: (agent: AgentState) => Partial<AgentState>): RunState {
  return { ...run, agents: run.agents.map((agent) => (agent.id === id ? { ...agent, ...edit(agent) } : agent)) };
}

function enter(run: RunState, { agent, at }: { agent: AgentId; at: number }, task?: { evaluating: true }): RunState {
  return editAgent(run, agent, ({ status }) => ({
    status: { kind: "presenting", since: at, before: status, activity: { kind: "model" }, ...task },
  }));
}

function leave(run: RunState, id: AgentId): RunState {
  return editAgent(run, id, ({ status }) => ({ status: status.kind === "presenting" ? status.before : status }));
}

function presenting(run: RunState, edit: Partial<Extract<RunPhase, { kind: "presenting" }>>): RunState {
  return run.phase.kind === "presenting" ? { ...run, phase: { ...run.phase, ...edit } } : run;
}

/** What was spent, said and asked stays; answers, votes and the winner are those of the attempt before. */
function nextAttempt(run: RunState, attempt: number): RunState {
  const { phase, final } = run;
  if (phase.kind !== "presenting" || phase.verdict?.kind !== "restart" || !final) return run;
  const { winner, verdict } = phase;
  return {
    ...run,
    attempt,
    past: [...run.past, { number: run.attempt, winner, final, ...feedback(verdict) }],
    phase: { kind: "coordinating", wrapUp: undefined, outOfTime: false },
    agents: run.agents.map(beginAgain),
    answers: [],
    final: undefined,
    override: undefined,
    percent: 0,
  };
}

function feedback({ reason, instructions }: { reason: string; instructions: string }) {
  return { reason, instructions };
}

function beginAgain(agent: AgentState): AgentState {
  const { answers, earlierAnswers } = agent;
  return {
    ...agent,
    status: statusAgain(agent.status),
    updates: 0,
    answers: 0,
    earlierAnswers: earlierAnswers + answers,
    salvaged: "",
  };
}

/** Who failed for a reason that may be gone is tried again; whom the user dropped or whose key was refused is not. */
function statusAgain(status: AgentStatus): AgentStatus {
  const isLost = status.kind === "parked" && (status.fault.code === "cancelled" || !TRANSIENT.has(status.fault.code));
  return isLost ? status : { kind: "idle" };
}
