import type { RunDescription } from "../../projects/run-history.ts";
import type { PastRun } from "../core/front-end.ts";

/** A run as the project's list has it. One that says it is running, and is not, was cut off. */
export function pastRun(run: RunDescription, isLive: boolean): PastRun {
  const { task, purpose, agents = 0, refinement = true } = run;
  return {
    runId: run.id,
    number: run.number,
    title: run.title,
    status: run.status === "running" && !isLive ? "on hold" : run.status,
    winner: run.winner,
    costUsd: run.cost_usd,
    startedAt: Date.parse(run.started) || 0,
    logDir: run.log_dir,
    ...(task === "" ? {} : { again: { task, purpose, agents, refinement } }),
  };
}
