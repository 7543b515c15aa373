import { join } from "node:path";
import type { Project } from "../../projects/open.ts";
import { savePlan } from "../../projects/plan.ts";
import { describeRun, readRunDescription, type RunDescription } from "../../projects/run-history.ts";
import { type Fault, toFault } from "../core/fault.ts";
import { makeReport } from "../core/run/make-report.ts";
import type { RunRecord } from "../core/run/events.ts";
import type { RunReport } from "../core/run/report.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { newRun, type RunState } from "../core/run/state.ts";
import { attemptPlace, finalFolder, logPlace, submissionFolder } from "../logs/layout.ts";
import { readRun } from "./read-journal.ts";
import type { Roster, RunOrder } from "./roster.ts";
import { type RunHandle, type RunPlace, startRun } from "./start-run.ts";

export type ProjectRun = {
  readonly handle: RunHandle;
  /** Resolves when the run has ended or is held, and the project knows of it. `report` is undefined while it is on hold. */
  readonly finished: Promise<{ readonly report: RunReport | undefined; readonly diskFault: Fault | undefined }>;
};

/** Starts a run of a project, or goes on with one whose records are given, and keeps its description in step. Throws as `startRun` does. */
export async function startProjectRun(
  project: Project,
  description: RunDescription,
  order: RunOrder,
  roster: Roster,
  past: readonly RunRecord[] = [],
): Promise<ProjectRun> {
  const place = placeOf(description);
  const describe = (edit: Partial<RunDescription>): Promise<void> => describeRun(project, { ...description, ...edit });
  let handle: RunHandle;
  try {
    handle = await startRun(order, roster, place, past);
    await describe({ status: "running", ended: null });
  } catch (error) {
    // One that cannot go on now is as it was before.
    if (past.length === 0) await describe({ status: "failed", ended: new Date().toISOString() }).catch(() => {});
    throw error;
  }
  const finished = handle.done
    .catch(() => undefined)
    .then(async (outcome) => {
      const state = handle.log.get();
      const ended = state.phase.kind === "ended";
      const report = reportOf(state, place);
      const planFault = await keepPlan(project, report);
      await describe({
        status: ended ? report.outcome : "on hold",
        winner: report.winner,
        agents: state.agents.length,
        cost_usd: report.costComplete ? report.costUsd : null,
        ended: ended ? new Date().toISOString() : null,
      }).catch(() => {});
      return { report: ended ? report : undefined, diskFault: outcome?.diskFault ?? planFault };
    });
  return { handle, finished };
}

/** The plan of a planning run is the project's from now on. */
async function keepPlan(project: Project, { plan, winner, runId }: RunReport): Promise<Fault | undefined> {
  if (!plan) return undefined;
  return savePlan(project, plan, { author: winner ?? "", run: runId }).then(() => undefined, toFault);
}

/** Where a run that the project knows keeps its files. */
export function placeOf({ id, number, log_dir: logDir, journal }: RunDescription): RunPlace {
  return { runId: id, number, logs: logPlace(logDir), journal };
}

/** A run of the project as its journal has it. Rejects with FaultError when it cannot be read. */
export async function loadRun(project: Project, runId: string) {
  const description = await readRunDescription(project, runId);
  const { lines } = await readRun(description.journal);
  return { description, place: placeOf(description), records: lines, state: lines.reduce(reduceRun, newRun) };
}

export function reportOf(state: RunState, place: RunPlace): RunReport {
  const { final } = state;
  const logs = attemptPlace(place.logs, state.attempt);
  const folder = final ? finalFolder(logs, final.agent) : "";
  return makeReport(state, {
    runId: place.runId,
    number: place.number,
    logDir: place.logs.root,
    fileOf: ({ agent, at }) => join(submissionFolder(logs, agent, at), "answer.txt"),
    files: (final?.files ?? []).map((file) => join(folder, "workspace", file)),
  });
}
