import { isSentBack, mayRestart, WRAP_UP_SHARE } from "../core/run/attempts.ts";
import { decideWinner } from "../core/run/decide-winner.ts";
import type { AgentId, AnswerLabel, StopReason } from "../core/run/terms.ts";
import { dominatedAgents } from "../core/run/dominated.ts";
import { liveAgents, newestAnswers, unseenAnswers, voteCounts } from "../core/run/freshness.ts";
import { budgetShare } from "../core/run/spend.ts";
import type { AgentState, RunPhase, RunState, Winner } from "../core/run/state.ts";
import { never } from "../core/never.ts";

export type Action =
  | {
      readonly do: "start_execution";
      readonly agent: AgentId;
      readonly sees: readonly AnswerLabel[];
      readonly mayAnswer: boolean;
      readonly mayVote: boolean;
    }
  | { readonly do: "restart_execution"; readonly agent: AgentId; readonly because: AnswerLabel }
  | { readonly do: "make_personas"; readonly agent: AgentId }
  | { readonly do: "invalidate_votes"; readonly by: AnswerLabel; readonly voters: readonly AgentId[] }
  | { readonly do: "settle_agents"; readonly agents: readonly AgentId[] }
  | { readonly do: "wrap_up"; readonly reason: "budget" }
  | { readonly do: "end_coordination"; readonly reason: StopReason }
  | { readonly do: "choose_winner"; readonly winner: Winner }
  | { readonly do: "present"; readonly agent: AgentId }
  | { readonly do: "store_final"; readonly winner: Winner }
  | { readonly do: "evaluate"; readonly agent: AgentId }
  | { readonly do: "start_attempt" }
  | { readonly do: "end"; readonly outcome: "answered" | "failed" | "cancelled" };

/** What the run needs next, most urgent first. Pure and idempotent: once an action's event is folded in, it is no longer asked for. */
export function decide(run: RunState): Action[] {
  switch (run.phase.kind) {
    case "new":
    case "ended":
      return [];
    case "coordinating":
      return coordinate(run, run.phase);
    case "finalising": {
      const winner = decideWinner(run);
      return [winner ? { do: "choose_winner", winner } : { do: "end", outcome: failedOutcome(run.phase.reason) }];
    }
    case "presenting":
      return present(run, run.phase);
    default:
      return never(run.phase);
  }
}

function coordinate(run: RunState, phase: Extract<RunPhase, { kind: "coordinating" }>): Action[] {
  const end = (reason: StopReason): Action[] => [{ do: "end_coordination", reason }];
  const outdated = outdatedVoters(run);
  const newest = run.answers.at(-1);
  if (outdated.length > 0 && newest) return [{ do: "invalidate_votes", by: newest.label, voters: outdated }];
  if (run.override !== undefined) return end("override");
  if (phase.outOfTime) return end("time");
  if (phase.wrapUp === "answer_now" && run.answers.length > 0) return end("answer_now");

  if (run.paused) return [];
  const live = liveAgents(run);
  const share = budgetShare(run);
  // At 100 % a call under way may finish (it is paid for), but no new one starts.
  if (share >= 1) return live.some(({ status }) => status.kind === "working") ? [] : end("budget");
  if (share >= WRAP_UP_SHARE && phase.wrapUp === undefined) return [{ do: "wrap_up", reason: "budget" }];

  if (run.personas === undefined) return prepare(run, live);

  const dominated = run.settings.settleDominated ? dominatedAgents(run, mayAnswer) : [];
  if (dominated.length > 0) return [{ do: "settle_agents", agents: dominated.map(({ id }) => id) }];

  const next = live.flatMap((agent) => nextFor(run, agent));
  const over = isOver(run, live, next);
  if (!over) return next;
  const chances =
    phase.wrapUp === undefined ? run.agents.filter(hasChance).flatMap((agent) => lastChance(run, agent)) : [];
  return chances.length > 0 ? chances : end(over);
}

/** One agent thinks up the perspectives; when it is lost over that, the next one does. */
function prepare(run: RunState, live: readonly AgentState[]): Action[] {
  if (live.some(({ id }) => id === run.preparing)) return [];
  const [first] = live;
  return [first ? { do: "make_personas", agent: first.id } : { do: "end_coordination", reason: "no_agents" }];
}

/** A new answer voids the votes before it. Asked here, so that a crash between the two events loses nothing. */
function outdatedVoters(run: RunState): AgentId[] {
  return run.agents.flatMap((agent) =>
    agent.status.kind === "voted" && !voteCounts(run, agent, agent.status.vote) ? [agent.id] : [],
  );
}

/** Why there is nothing left to coordinate, or undefined. */
function isOver(run: RunState, live: readonly AgentState[], next: readonly Action[]): StopReason | undefined {
  if (live.length === 0) return "no_agents";
  if (live.every(({ status }) => status.kind === "voted" || status.kind === "settled")) return "votes";
  if (live.some(({ status }) => status.kind === "working")) return undefined;
  if (next.length === 0) return run.answers.length > 0 ? "answers" : "no_agents";
  // A vote between one candidate is no vote.
  const mayStillAnswer = live.some((agent) => agent.status.kind !== "voted" && mayAnswer(run, agent));
  return newestAnswers(run).length === 1 && !mayStillAnswer ? "answers" : undefined;
}

function hasChance({ status }: AgentState): boolean {
  return status.kind === "parked" && status.chanceLeft;
}

/** Only where it can change something: an answer, or a vote between several. */
function lastChance(run: RunState, agent: AgentState): Action[] {
  const begin = start(run, agent);
  const useful = begin.mayAnswer || (begin.mayVote && begin.sees.length > 1);
  return useful && !waitsForOthers(run, agent) ? [begin] : [];
}

function nextFor(run: RunState, agent: AgentState): Action[] {
  if (agent.status.kind === "idle") {
    const begin = start(run, agent);
    return waitsForOthers(run, agent) || !(begin.mayAnswer || begin.mayVote) ? [] : [begin];
  }
  if (agent.status.kind !== "working" || run.settings.restartPolicy !== "abort") return [];
  const [newer] = isBlind(run, agent.status) ? [] : unseenAnswers(run, agent.id, agent.status.sees);
  if (!newer || agent.updates >= run.settings.maxRestartsPerAgent) return [];
  return [{ do: "restart_execution", agent: agent.id, because: newer.label }];
}

/** In a blind first round whoever has answered waits until everybody has, so that nobody votes between half of the answers. */
function waitsForOthers(run: RunState, agent: AgentState): boolean {
  if (agent.answers === 0) return false;
  if (run.settings.skipVoting) return true;
  if (!run.settings.blindFirstRound && !run.settings.deferVoting) return false;
  return liveAgents(run).some((other) => other.answers === 0 && mayAnswer(run, other));
}

function start(run: RunState, agent: AgentState): Extract<Action, { do: "start_execution" }> {
  const answer = mayAnswer(run, agent);
  const blind = answer && agent.answers === 0 && (run.settings.blindFirstRound || run.settings.deferVoting);
  const sees = blind ? [] : newestAnswers(run).map(({ label }) => label);
  const mayVote = sees.length > 0 && !run.settings.skipVoting;
  return { do: "start_execution", agent: agent.id, sees, mayAnswer: answer, mayVote };
}

/** Whether the agent still may submit an answer. After the wrap-up only those that have none may. */
export function mayAnswer(run: RunState, agent: AgentState): boolean {
  const { maxNewAnswersPerAgent, maxNewAnswersGlobal } = run.settings;
  if (maxNewAnswersGlobal !== null && run.answers.length >= maxNewAnswersGlobal) return false;
  if (run.phase.kind === "coordinating" && run.phase.wrapUp !== undefined && agent.answers > 0) return false;
  if (agent.answers > 0 && !run.settings.refinement) return false;
  return maxNewAnswersPerAgent === null || agent.answers < maxNewAnswersPerAgent;
}

/** Whether an execution must not hear of others' answers: its agent is still on its first one. */
export function isBlind(run: RunState, working: { readonly mayAnswer: boolean; readonly mayVote: boolean }): boolean {
  return !working.mayVote && working.mayAnswer && (run.settings.blindFirstRound || run.settings.deferVoting);
}

function present(run: RunState, phase: Extract<RunPhase, { kind: "presenting" }>): Action[] {
  const author = run.agents.find(({ id }) => id === phase.winner.agent);
  if (run.final) return review(run, phase, author);
  const able =
    run.answers.some(({ label }) => label === phase.winner.label) &&
    !run.settings.skipFinalPresentation &&
    phase.reason !== "stopped" &&
    budgetShare(run) < 1 &&
    author !== undefined &&
    isAble(author, phase.reason);
  if (!able || phase.failed) return [{ do: "store_final", winner: phase.winner }];
  return phase.started ? [] : [{ do: "present", agent: phase.winner.agent }];
}

/** The winner may send the final answer back; whatever else becomes of that, the run ends with the answer. */
function review(
  run: RunState,
  phase: Extract<RunPhase, { kind: "presenting" }>,
  author: AgentState | undefined,
): Action[] {
  if (isSentBack(run)) return [{ do: "start_attempt" }];
  if (phase.evaluating) return [];
  if (phase.verdict === undefined && mayRestart(run) && author && isAble(author, phase.reason)) {
    return [{ do: "evaluate", agent: author.id }];
  }
  return [{ do: "end", outcome: phase.reason === "stopped" ? "cancelled" : "answered" }];
}

/** A model that failed is not asked again; one that was only cut off by the deadline is. */
function isAble({ status }: AgentState, reason: StopReason): boolean {
  return status.kind !== "parked" || (reason === "time" && status.fault.code === "timeout");
}

function failedOutcome(reason: StopReason): "failed" | "cancelled" {
  return reason === "stopped" ? "cancelled" : "failed";
}
