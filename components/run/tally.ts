import { attemptText } from "../../src/core/run/attempts.ts";
import { validVote } from "../../src/core/run/freshness.ts";
import type { RunState } from "../../src/core/run/state.ts";
import { totalSpend } from "../../src/core/run/spend.ts";
import { formatUsd, plural } from "../../src/core/text.ts";
import { age } from "../text/age.ts";
import { never } from "../../src/core/never.ts";
import { answerName } from "./names.ts";

/** "2 answers · 1 of 3 votes · 2–1 for ada 1.1": how far the run is and where the votes stand. */
export function tally(run: RunState): string {
  const votes = run.agents.flatMap((agent) => validVote(run, agent) ?? []);
  const voters = run.agents.filter(({ status }) => status.kind !== "parked" || status.chanceLeft).length;
  const parts = [
    run.attempt > 1 ? attemptText(run) : "",
    plural(run.answers.length, "answer"),
    run.settings.skipVoting ? "" : `${votes.length} of ${plural(voters, "vote")}`,
    standing(votes.map(({ target, label }) => answerName(target, label))),
    run.paused ? "paused, /go goes on" : "",
    run.saved.calls === 0 ? "" : `${plural(run.saved.calls, "call")} saved`,
    phaseText(run),
  ];
  return parts.filter((part) => part !== "").join(" · ");
}

/** Nothing for fewer than two votes: that is no disagreement yet. */
function standing(votes: readonly string[]): string {
  const counts = [...new Set(votes)]
    .map((name) => ({ name, count: votes.filter((vote) => vote === name).length }))
    .sort((a, b) => b.count - a.count);
  const [first, second] = counts;
  if (!first || votes.length < 2) return "";
  if (!second) return `all for ${first.name}`;
  if (first.count === second.count) return `split: ${counts.map(({ name, count }) => `${name} ${count}`).join(", ")}`;
  return `${counts.map(({ count }) => count).join("–")} for ${first.name}`;
}

function phaseText({ phase, preparing }: RunState): string {
  switch (phase.kind) {
    case "new":
    case "ended":
      return "";
    case "coordinating": {
      if (phase.wrapUp === undefined) return preparing === undefined ? "" : "giving each agent a perspective";
      return {
        time: "wrapping up, time is short",
        budget: "wrapping up, budget is short",
        answer_now: "wrapping up, as you asked",
      }[phase.wrapUp];
    }
    case "finalising":
      return "counting the votes";
    case "presenting":
      return `${phase.winner.agent} won`;
    default:
      return never(phase);
  }
}

/** "1m 12s · $0.21 of $2.00": time and money of a run. */
export function runFigures(run: RunState, now: number): string {
  return `${clock(run, now)} · ${spent(run)}`;
}

export function clock(run: RunState, now: number): string {
  if (run.startedAt === 0) return "0s";
  // The night between a quit and a resume is no time of the run.
  return age(run.activeMs + (run.endedAt === undefined ? now - run.lastEventAt : 0));
}

function spent(run: RunState): string {
  const { costUsd, unpricedCalls } = totalSpend(run);
  const cap = run.settings.budget.maxCostUsd;
  return `${formatUsd(costUsd)}${unpricedCalls > 0 ? "+" : ""}${cap === null ? "" : ` of ${formatUsd(cap)}`}`;
}
