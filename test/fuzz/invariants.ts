import {
  isSentBack,
  isSettled,
  maxAttempts,
  mayRestart,
  nextAnswerIndex,
  WRAP_UP_SHARE,
} from "../../src/core/run/attempts.ts";
import { decideWinner } from "../../src/core/run/decide-winner.ts";
import type { RunRecord } from "../../src/core/run/events.ts";
import { countVotes, findAgent, newestAnswers, stands, unseenAnswers } from "../../src/core/run/freshness.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { budgetShare, tokensOf, totalSpend } from "../../src/core/run/spend.ts";
import { newRun, type RunState, type Spend } from "../../src/core/run/state.ts";
import { statusJson } from "../../src/core/run/status-json.ts";
import type { Played } from "./schedule.ts";

type Fail = (what: string) => never;

/** What must hold for every run, whatever happened in it. Throws a sentence that says what does not. */
export function checkInvariants(seed: number, { state, records, resumedAfter, wrongRequests }: Played): void {
  const fail: Fail = (what) => {
    throw new Error(`seed ${seed}${resumedAfter > 0 ? ` resumed after ${resumedAfter}` : ""}: ${what}`);
  };
  if (state.phase.kind !== "ended") fail(`the run stopped in phase ${state.phase.kind}`);
  if (wrongRequests.length > 0) fail(wrongRequests.join("; "));
  let run = newRun;
  // A limit may be set below what is spent already.
  let spentBefore = totalSpend(newRun);
  for (const record of records) {
    if (record.type === "limits_changed") spentBefore = totalSpend(run);
    if (record.type === "model_replied") checkBudget(run, record, spentBefore, fail);
    checkRecord(run, record, fail);
    const next = reduceRun(run, record);
    checkStep(run, next, record, fail);
    run = next;
  }
  if (JSON.stringify(run) !== JSON.stringify(state)) fail("the replayed state differs from the live one");
  if (run.answers.length > 0 && !run.final) fail("there was an answer and no final answer");
  if (run.final && run.percent !== 100) fail("a final answer is stored and the percentage is not 100");
  if (records.at(-1)?.type !== "run_ended") fail(`the last event is ${records.at(-1)?.type}`);
  const busy = run.agents.find(({ status }) => status.kind === "working" || status.kind === "presenting");
  if (busy) fail(`${busy.id} is still ${busy.status.kind} after the end`);
  const open = run.rounds.find(({ outcome }) => outcome === undefined);
  if (open) fail(`round ${open.number} of ${open.agent} has no end`);
  const bad = notFinite(statusJson(run, { sessionId: "s", logDir: "/l", now: run.lastEventAt }));
  if (bad !== undefined) fail(`status.json has no number at ${bad}`);
}

function checkStep(run: RunState, next: RunState, record: RunRecord, fail: Fail): void {
  const goesOn = record.type === "attempt_started" || (record.type === "run_resumed" && run.phase.kind === "ended");
  if (next.percent < run.percent && !goesOn) fail(`the percentage fell from ${run.percent} to ${next.percent}`);
  if (next.percent > 99 && !isSettled(next)) fail("100 % without a final answer that stands");
  if (next.attempt > maxAttempts(next)) fail(`attempt ${next.attempt} of ${maxAttempts(next)}`);
  const gone = Object.keys(countVotes(next)).filter((label) => !stands(next, label));
  if (gone.length > 0) fail(`votes are counted for ${gone.join(", ")}, which is replaced`);
  for (const agent of next.agents) {
    const before = findAgent(run, agent.id);
    if (!before || agent.updates <= before.updates || before.updates < run.settings.maxRestartsPerAgent) continue;
    if (!choiceIsGone(run, before.id)) fail(`${agent.id} got update ${agent.updates} although its choice stands`);
  }
}

/** Past its limit an agent gets an update only because what it voted for, last or in force, has been replaced. */
function choiceIsGone(run: RunState, id: string): boolean {
  const status = findAgent(run, id)?.status;
  if (status?.kind === "voted") return !stands(run, status.vote.label);
  // Working: its void vote is the event before, and was checked there.
  return status?.kind === "working" && status.sees.some((label) => !stands(run, label));
}

function checkRecord(run: RunState, record: RunRecord, fail: Fail): void {
  const author = "agent" in record ? findAgent(run, record.agent) : undefined;
  const { settings } = run;
  checkTime(run, record, fail);
  switch (record.type) {
    case "vote_cast": {
      if (settings.skipVoting) fail(`${record.agent} voted in a run without votes`);
      if (!record.sees.includes(record.label)) fail(`${record.agent} voted for ${record.label}, which it had not seen`);
      if (findAnswerAgent(run, record.label) !== record.target)
        fail(`${record.agent} voted for ${record.label}, which is not ${record.target}'s`);
      if (!stands(run, record.label)) fail(`${record.agent} voted for ${record.label}, which is replaced`);
      const stale = unseenAnswers(run, record.agent, record.sees).length > 0;
      if (stale && (author?.updates ?? 0) < settings.maxRestartsPerAgent) fail(`${record.agent}'s stale vote was cast`);
      return;
    }
    case "vote_ignored": {
      const sees = author?.status.kind === "working" ? author.status.sees : [];
      if (unseenAnswers(run, record.agent, sees).length === 0)
        fail(`${record.agent}'s vote was ignored on a fresh view`);
      const spent = (author?.updates ?? 0) >= settings.maxRestartsPerAgent;
      if (spent && stands(run, record.label)) fail(`${record.agent}'s last vote was ignored`);
      return;
    }
    case "votes_invalidated":
      for (const voter of record.voters) {
        if (findAgent(run, voter)?.status.kind !== "voted") fail(`${voter}'s vote was voided, and it had none`);
      }
      return;
    case "execution_started": {
      if (run.phase.kind !== "coordinating") fail(`${record.agent} was started in phase ${run.phase.kind}`);
      if (run.personas === undefined) fail(`${record.agent} was started before the perspectives were there`);
      const { kind } = author?.status ?? { kind: "none" };
      const lastChance = author?.status.kind === "parked" && author.status.chanceLeft;
      if (kind !== "idle" && !lastChance) fail(`${record.agent} was started while ${kind}`);
      if (record.execution !== (author?.executions ?? 0) + 1) fail(`${record.agent} skipped an execution`);
      if (!record.mayAnswer && !record.mayVote) fail(`${record.agent} was started and may do nothing`);
      const missing = unseenAnswers(run, record.agent, record.sees);
      const blind = author?.answers === 0 && record.mayAnswer && (settings.blindFirstRound || settings.deferVoting);
      if (blind && record.sees.length > 0) fail(`${record.agent} was started on ${record.sees.join()} in its blind go`);
      if (!blind && missing.length > 0) fail(`${record.agent} was started without ${missing[0]?.label}`);
      return;
    }
    case "execution_stopped":
      if (record.fault.code === "budget" && !record.cancelled) fail(`${record.agent} is blamed for the budget`);
      if (author?.status.kind !== "working") fail(`${record.agent} was stopped while ${author?.status.kind}`);
      return;
    case "answer_submitted": {
      const { maxNewAnswersPerAgent: max, maxNewAnswersGlobal: all } = settings;
      if (max !== null && (author?.answers ?? 0) >= max) fail(`${record.agent} gave more than ${max} answers`);
      if (all !== null && run.answers.length >= all) fail(`more than ${all} answers in all`);
      const again = (author?.answers ?? 0) > 0;
      if (again && !settings.refinement) fail(`${record.agent} answered twice in a run without refinement`);
      if (again && run.phase.kind === "coordinating" && run.phase.wrapUp)
        fail(`${record.agent} answered again after the wrap-up`);
      if (record.label !== `agent${author?.number}.${nextAnswerIndex(author)}`) fail(`${record.label} is out of order`);
      return;
    }
    case "tool_started": {
      const open = run.rounds.findLast(({ agent, outcome }) => agent === record.agent && outcome === undefined);
      if ((open?.toolCalls ?? 0) >= settings.maxToolCallsPerExecution) fail(`${record.agent} made too many tool calls`);
      return;
    }
    case "coordination_ended":
      if (run.agents.some(({ status }) => status.kind === "working")) fail("coordination ended while somebody worked");
      if (record.reason === "votes" && run.agents.some(({ status }) => status.kind === "idle"))
        fail("ended by votes, and somebody had none");
      return;
    case "winner_chosen": {
      const again = decideWinner(run);
      if (again?.agent !== record.agent || again.label !== record.label) fail("another winner from the same facts");
      if (record.tieBreak === "user") return; // what the user chose wins against any votes
      const most = Math.max(0, ...Object.values(countVotes(run)));
      if ((record.votes[record.label ?? ""] ?? 0) < most) fail(`${record.agent} won with fewer votes than another`);
      const stood =
        run.answers.length === 0 ? run.past.map(({ winner }) => winner.label) : labelsOf(newestAnswers(run));
      if (record.label !== null && !stood.includes(record.label)) fail("a replaced answer won");
      return;
    }
    case "presentation_started":
      if (run.phase.kind === "presenting" && run.phase.reason === "stopped") fail("a stopped run presents");
      if (budgetShare(run) >= 1) fail("presents with a budget that is used up");
      if (author?.status.kind === "parked") {
        const late = run.phase.kind === "presenting" && run.phase.reason === "time";
        if (!late || author.status.fault.code !== "timeout") fail(`${record.agent} failed and presents all the same`);
      }
      if (run.phase.kind !== "presenting" || run.phase.winner.agent !== record.agent)
        fail(`${record.agent} presents and has not won`);
      return;
    case "final_stored":
      if (run.final) fail("the final answer was stored twice");
      if (settings.planningMode !== (record.plan !== undefined || record.planProblem !== undefined))
        fail("a plan where none was asked for, or neither a plan nor why there is none");
      return;
    case "evaluation_started":
      if (!run.final || !mayRestart(run)) fail("the final answer is looked at again, and nothing can follow");
      return;
    case "attempt_started":
      if (!isSentBack(run)) fail("another attempt, and nothing was sent back");
      if (budgetShare(run) >= WRAP_UP_SHARE) fail("another attempt with a budget that is nearly used up");
      return;
    case "run_ended":
      if (run.phase.kind === "ended") fail("the run ended twice");
      if (record.outcome === "answered" && !run.final) fail("answered without a final answer");
      if (record.outcome === "failed" && run.final) fail("failed with a final answer");
      return;
    default:
  }
}

/** Nothing of an agent comes after its execution was stopped, or from another execution than the one under way. */
function checkTime(run: RunState, record: RunRecord, fail: Fail): void {
  if (record.at < run.lastEventAt) fail(`${record.type} lies before the event before it`);
  if (!("agent" in record)) return;
  const status = findAgent(run, record.agent)?.status;
  if ("execution" in record && record.execution !== undefined && record.type !== "execution_started") {
    const right = status?.kind === "working" && status.execution === record.execution;
    if (!right) fail(`${record.type} of ${record.agent}'s execution ${record.execution} while ${status?.kind}`);
    return;
  }
  const during = ["model_replied", "model_retried", "tool_started", "tool_finished"].includes(record.type);
  if (during && run.preparing === record.agent) return;
  const under = status?.kind === "presenting" || (status?.kind === "working" && record.type !== "model_replied");
  if (during && !under) fail(`${record.type} of ${record.agent} while ${status?.kind}`);
}

/** Calls that were under way when a budget was reached, or lowered, may finish: one per agent at most. */
function checkBudget(
  run: RunState,
  reply: Extract<RunRecord, { type: "model_replied" }>,
  before: Spend,
  fail: Fail,
): void {
  const { calls, costUsd, usage } = totalSpend(run);
  const { maxModelCalls, maxCostUsd, maxTokens } = run.settings.budget;
  const others = run.agents.length - 1;
  const slack = { cost: others * 0.01 + 1e-9, tokens: others * 120 };
  const most = (limit: number, spent: number): number => Math.max(limit, spent);
  if (maxModelCalls !== null && calls >= most(maxModelCalls, before.calls) + others)
    fail(`${calls + 1} model calls with a budget of ${maxModelCalls}`);
  if (maxCostUsd !== null && costUsd > most(maxCostUsd, before.costUsd) + slack.cost)
    fail(`$${costUsd} spent with a budget of $${maxCostUsd}`);
  const tokens = usage.input + usage.output;
  if (maxTokens !== null && tokens > most(maxTokens, tokensOf(before)) + slack.tokens)
    fail(`${tokens} tokens with a budget of ${maxTokens}`);
  if (run.final && reply.stage !== "evaluation") fail(`${reply.agent} was still asked after the final answer`);
}

function labelsOf(answers: RunState["answers"]): readonly (string | null)[] {
  return answers.map(({ label }) => label);
}

function findAnswerAgent(run: RunState, label: string): string | undefined {
  return run.answers.find((answer) => answer.label === label)?.agent;
}

/** The path of the first number that JSON cannot hold. */
function notFinite(value: unknown, path = "status"): string | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : path;
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const found = notFinite(inner, `${path}.${key}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
