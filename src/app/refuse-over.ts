import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { FaultError } from "../core/fault.ts";
import { isOver } from "../core/run/freshness.ts";
import type { RunState } from "../core/run/state.ts";
import { attemptPlace, finalFolder, type LogPlace, logPlace } from "../logs/layout.ts";
import type { RunRef } from "./find-runs.ts";

/**
 * Throws FaultError "usage" for a run that is over. One that failed or that its user stopped may go on, and one that was
 * cut off while its result was being written still has that to do.
 */
export async function refuseOver({ id, logDir }: RunRef, run: RunState): Promise<void> {
  if (!isOver(run)) return;
  const { final, attempt } = run;
  const place = attemptPlace(logPlace(logDir), attempt);
  const answer = final && join(finalFolder(place, final.agent), "answer.txt");
  if (!(await isComplete(place, answer))) return;
  throw new FaultError({
    code: "usage",
    message: `Run ${id} is over: answered by ${final?.agent}`,
    hint: `The answer is in ${answer}.`,
  });
}

async function isComplete(place: LogPlace, answer: string | undefined): Promise<boolean> {
  if (answer !== undefined && !existsSync(answer)) return false;
  try {
    const status = JSON.parse(await readFile(join(place.attempt, "status.json"), "utf8")) as { is_complete?: unknown };
    return status.is_complete === true;
  } catch {
    return false;
  }
}
