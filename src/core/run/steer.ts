import { FaultError } from "../fault.ts";
import { nearest } from "../nearest.ts";
import type { RunEvent } from "./events.ts";
import type { RunAgent } from "./terms.ts";
import { findAgent, newestAnswers } from "./freshness.ts";
import { openAsks } from "./permission-asks.ts";
import type { AgentState, RunState } from "./state.ts";

/** What a user, or the lead for them, may do to a run under way. */
export type Steer =
  | SteerNow
  /** One more of the configured agents; another one of it when it takes part already. */
  | { readonly do: "add"; readonly agent: string };

/** What needs nothing but the run itself. */
export type SteerNow =
  /** `agents` absent: everybody who is still at work. */
  | { readonly do: "note"; readonly text: string; readonly agents?: readonly string[] | undefined }
  | { readonly do: "pause" }
  | { readonly do: "continue" }
  | { readonly do: "drop"; readonly agent: string }
  /** Null lifts a limit. Seconds from the start of the run. */
  | { readonly do: "limits"; readonly maxCostUsd?: number | null; readonly timeoutSeconds?: number }
  /** The newest answer of this agent wins, now. */
  | { readonly do: "choose"; readonly agent: string }
  /** To a question that an agent asked the user; the oldest open one when `question` is absent. */
  | { readonly do: "answer"; readonly text: string; readonly question?: string | undefined }
  /** To a tool call that waits for the user; the oldest one when `ask` is absent. `forRun`: to all of the kind. */
  | {
      readonly do: "permit";
      readonly allow: boolean;
      readonly ask?: string | undefined;
      readonly forRun?: boolean;
      readonly reason?: string | undefined;
    };

/** The event that does it. Throws FaultError "usage" for what cannot be done now. */
export function steerEvent(run: RunState, steer: SteerNow): RunEvent {
  if (steer.do === "permit") return permitEvent(run, steer);
  refuseOver(run);
  switch (steer.do) {
    case "note": {
      const working = run.agents.filter(({ status }) => status.kind !== "parked" && status.kind !== "settled");
      const agents = steer.agents?.map((id) => known(run, id)) ?? working.map(({ id }) => id);
      if (agents.length === 0) throw cannot("Nobody is at work who could read a note", "Wait for the result.");
      return { type: "note_sent", id: `n${run.notes.length + 1}`, text: steer.text, agents };
    }
    case "pause":
      return { type: "run_paused" };
    case "continue":
      return { type: "run_continued" };
    case "drop": {
      const agent = known(run, steer.agent);
      const left = run.agents.filter(({ id, status }) => id !== agent && status.kind !== "parked");
      if (left.length === 0) throw cannot(`${agent} is the last agent of the run`, "Stop the run instead: /stop.");
      return { type: "agent_dropped", agent };
    }
    case "limits":
      return {
        type: "limits_changed",
        ...(steer.maxCostUsd === undefined ? {} : { maxCostUsd: steer.maxCostUsd }),
        ...(steer.timeoutSeconds === undefined ? {} : { orchestratorSeconds: steer.timeoutSeconds }),
      };
    case "choose": {
      const agent = known(run, steer.agent);
      const answer = newestAnswers(run).find((one) => one.agent === agent);
      if (!answer) throw cannot(`${agent} has no answer yet`, "Wait for one, or choose another agent.");
      return { type: "winner_overridden", label: answer.label };
    }
    case "answer": {
      const open = run.questions.filter(({ to, answers }) => to === "human" && answers.length === 0);
      const question = steer.question === undefined ? open[0] : open.find(({ id }) => id === steer.question);
      if (!question) throw cannot("No agent waits for an answer", "Tell agents something with a note.");
      return { type: "question_answered", id: question.id, by: "human", text: steer.text };
    }
  }
}

/**
 * Makes an agent's newest answer the result of a run that has ended, whatever it ended with. Throws FaultError "usage"
 * when the run goes on, or that answer is the result already.
 */
export function chooseEvents(run: RunState, agent: string): readonly RunEvent[] {
  if (run.phase.kind !== "ended") throw cannot("The run is on hold, not over", "Go on with it first: /runs, then g.");
  const { number } = knownAgent(run, agent);
  const answer = newestAnswers(run).find((one) => one.agent === agent);
  if (!answer) throw cannot(`${agent} has no answer in this run`, "/compare shows those that there are.");
  const { label, text, snapshot, files, changes } = answer;
  if (run.phase.winner?.label === label) throw cannot(`${agent}'s answer is the result already`, "Choose another one.");
  return [
    { type: "winner_overridden", label },
    {
      type: "final_stored",
      agent,
      label: `agent${number}.final`,
      text,
      source: "stored",
      snapshot,
      files: [...files],
      ...(run.settings.planningMode ? { planProblem: "the answer that you chose is text; it came without one" } : {}),
      ...(changes.length > 0 && { changes: [...changes], patch: label }),
    },
  ];
}

/** Also while the final answer is written. What was meant for another question is not the answer to this one. */
function permitEvent(run: RunState, steer: Extract<SteerNow, { do: "permit" }>): RunEvent {
  const open = openAsks(run);
  const ask = steer.ask === undefined ? open[0] : open.find(({ id }) => id === steer.ask);
  if (!ask) throw cannot("No agent waits for that permission any more", "/inbox shows what waits for you.");
  const reason = steer.reason?.trim() ?? "";
  return {
    type: "permission_answered",
    id: ask.id,
    allow: steer.allow,
    by: "user",
    ...(steer.allow && steer.forRun && { forRun: true }),
    ...(!steer.allow && reason !== "" && { reason }),
  };
}

/** Throws FaultError "usage" when the run takes nobody any more. */
export function addEvent(run: RunState, added: RunAgent): RunEvent {
  refuseOver(run);
  return { type: "agent_added", added };
}

/** "ada" for the first one of it in the run, then "ada-2", "ada-3", … */
export function freeId(run: RunState, id: string): string {
  let free = id;
  for (let count = 2; findAgent(run, free); count++) free = `${id}-${count}`;
  return free;
}

function refuseOver({ phase }: RunState): void {
  if (phase.kind !== "coordinating") throw cannot("The run is not at work any more", "/runs lists all runs.");
}

function known(run: RunState, id: string): string {
  return knownAgent(run, id).id;
}

function knownAgent(run: RunState, id: string): AgentState {
  const agent = findAgent(run, id);
  if (agent) return agent;
  const ids = run.agents.map((agent) => agent.id);
  const meant = nearest(id, ids);
  throw cannot(
    `"${id}" is not in this run (${ids.join(", ")})`,
    meant === undefined ? "Name one of them." : `Did you mean "${meant}"?`,
  );
}

function cannot(message: string, hint: string): FaultError {
  return new FaultError({ code: "usage", message, hint });
}
