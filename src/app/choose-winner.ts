import { openJournal } from "../../projects/journal.ts";
import { acquireLock } from "../../projects/lock.ts";
import type { Project } from "../../projects/open.ts";
import { describeRun, type RunDescription } from "../../projects/run-history.ts";
import { type Fault, toFault } from "../core/fault.ts";
import { createLog } from "../core/log.ts";
import type { RunEvent, RunRecord } from "../core/run/events.ts";
import { reduceRun } from "../core/run/reduce.ts";
import type { RunReport } from "../core/run/report.ts";
import { newRun, type RunState } from "../core/run/state.ts";
import { chooseEvents } from "../core/run/steer.ts";
import { refreshLogs } from "../logs/rebuild.ts";
import { placeOf, reportOf } from "./project-run.ts";
import { readRun } from "./read-journal.ts";
import { runLock } from "./start-run.ts";

export type ChosenWinner = {
  readonly report: RunReport;
  /** Who had won before; null when nobody had. */
  readonly instead: string | null;
  /** The choice holds, and something of the log folder or the project's list does not say so yet. */
  readonly fault: Fault | undefined;
};

/**
 * The user makes another answer the result of a run that has ended: a fact in its journal, from which its log folder
 * and its description follow. Throws FaultError when that cannot be, or the journal cannot be written.
 */
export async function chooseWinner(
  project: Project,
  description: RunDescription,
  agent: string,
): Promise<ChosenWinner> {
  const { id, journal: path } = description;
  const lock = await acquireLock(runLock(path), { owner: `run ${id}` });
  try {
    const { lines: past } = await readRun(path);
    const log = createLog<RunState, RunEvent>({ reduce: reduceRun, initial: newRun, past, now: Date.now });
    const { phase } = log.get();
    const events = chooseEvents(log.get(), agent);
    const journal = openJournal<RunRecord>(path, "run");
    log.subscribe((record) => journal.append(record));
    events.forEach(log.apply);
    await journal.sync();
    await journal.close();
    const place = placeOf(description);
    const report = reportOf(log.get(), place);
    const refreshed = await Promise.allSettled([
      refreshLogs(place.logs.root),
      describeRun(project, { ...description, status: report.outcome, winner: report.winner }),
    ]);
    const failed = refreshed.find((one) => one.status === "rejected");
    const instead = phase.kind === "ended" ? (phase.winner?.agent ?? null) : null;
    return { report, instead, fault: failed && toFault(failed.reason) };
  } finally {
    await lock.release().catch(() => {});
  }
}
