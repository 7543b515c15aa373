import { decideWinner } from "./decide-winner.ts";
import type { RunRecord } from "./events.ts";
import type { RunAgent } from "./terms.ts";
import { findAnswer, isOver } from "./freshness.ts";
import { type AgentState, noSpend, type RunState } from "./state.ts";

/** What the user and the agents among themselves do to a run under way. Undefined for every other event. */
export function reduceSteering(run: RunState, record: RunRecord): RunState | undefined {
  switch (record.type) {
    case "note_sent": {
      const { id, text, agents, at } = record;
      return { ...run, notes: [...run.notes, { id, text, agents, deliveredTo: [], seenBy: [], at }] };
    }
    case "notes_delivered":
      return {
        ...run,
        notes: run.notes.map((note) =>
          record.ids.includes(note.id) && !note.deliveredTo.includes(record.agent)
            ? { ...note, deliveredTo: [...note.deliveredTo, record.agent] }
            : note,
        ),
      };
    case "run_paused":
      return { ...run, paused: true };
    case "run_continued":
      return { ...run, paused: false };
    case "agent_dropped":
      return editAgents(run, [record.agent], (agent) => ({
        ...agent,
        status: {
          kind: "parked",
          fault: { code: "cancelled", message: "Dropped by the user" },
          at: record.at,
          chanceLeft: false,
        },
      }));
    case "agent_added":
      return { ...run, agents: [...run.agents, newAgent(record.added, run.agents.length + 1, record.at)] };
    case "limits_changed":
      return withLimits(run, record);
    case "winner_overridden":
      return findAnswer(run, record.label) ? overridden({ ...run, override: record.label }) : run;
    case "agents_settled": {
      const usd = run.saved.usd === null || record.savedUsd === null ? null : run.saved.usd + record.savedUsd;
      const settled = editAgents(run, record.agents, (agent) => ({ ...agent, status: { kind: "settled" } }));
      return { ...settled, saved: { calls: run.saved.calls + record.savedCalls, usd } };
    }
    case "question_asked": {
      const { id, agent, to, text, at } = record;
      return { ...run, questions: [...run.questions, { id, agent, to, text, at, answers: [] }] };
    }
    case "question_answered":
      return {
        ...run,
        questions: run.questions.map((question) =>
          question.id === record.id
            ? { ...question, answers: [...question.answers, { by: record.by, text: record.text }] }
            : question,
        ),
      };
    default:
      return undefined;
  }
}

/** A run under way ends with the answer. Of one that has ended it is the result at once, and the run is answered. */
function overridden(run: RunState): RunState {
  const { phase } = run;
  if (phase.kind !== "ended") return run;
  const reason = isOver(run) ? phase.reason : "override";
  return { ...run, phase: { ...phase, outcome: "answered", reason, fault: undefined, winner: decideWinner(run) } };
}

/** An agent that replied has read the notes that it was given. */
export function markNotesSeen(run: RunState, agent: string): RunState["notes"] {
  if (!run.notes.some(({ deliveredTo, seenBy }) => deliveredTo.includes(agent) && !seenBy.includes(agent))) {
    return run.notes;
  }
  return run.notes.map((note) =>
    note.deliveredTo.includes(agent) && !note.seenBy.includes(agent)
      ? { ...note, seenBy: [...note.seenBy, agent] }
      : note,
  );
}

/** An agent that has done nothing yet. `number`: its 1-based place; `at`: Unix milliseconds. */
export function newAgent(agent: RunAgent, number: number, at: number): AgentState {
  return {
    ...agent,
    number,
    status: { kind: "idle" },
    executions: 0,
    updates: 0,
    answers: 0,
    earlierAnswers: 0,
    salvaged: "",
    spend: noSpend,
    otherModels: {},
    tools: {},
    enforcements: [],
    lastActivityAt: at,
  };
}

function withLimits(run: RunState, change: Extract<RunRecord, { type: "limits_changed" }>): RunState {
  const { maxCostUsd, maxTokens, maxModelCalls, orchestratorSeconds } = change;
  const { budget, timeouts } = run.settings;
  return {
    ...run,
    settings: {
      ...run.settings,
      budget: {
        maxCostUsd: maxCostUsd === undefined ? budget.maxCostUsd : maxCostUsd,
        maxTokens: maxTokens === undefined ? budget.maxTokens : maxTokens,
        maxModelCalls: maxModelCalls === undefined ? budget.maxModelCalls : maxModelCalls,
      },
      timeouts: { ...timeouts, orchestrator: orchestratorSeconds ?? timeouts.orchestrator },
    },
  };
}

function editAgents(run: RunState, ids: readonly string[], edit: (agent: AgentState) => AgentState): RunState {
  return { ...run, agents: run.agents.map((agent) => (ids.includes(agent.id) ? edit(agent) : agent)) };
}
