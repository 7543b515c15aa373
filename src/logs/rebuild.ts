import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { readJournal } from "../../projects/journal.ts";
import { FaultError } from "../core/fault.ts";
import { RunRecord } from "../core/run/events.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { newRun, type RunState } from "../core/run/state.ts";
import { toolUse, type ToolUse } from "../core/run/tool-metrics.ts";
import { attemptPlace, findRoot, type LogPlace, logPlace, openAttempt } from "./layout.ts";
import { readMetadata } from "./metadata.ts";
import { type FolderPlace, statusPlace, writeAnswer, writeFinal, writeSummaries, writeVote } from "./run-folder.ts";
import { writeStatus } from "./status-writer.ts";

/**
 * Makes a log folder again from the run's journal, the folders of all its attempts, the same byte for byte as the run
 * had written it. Left alone: the journal, execution_metadata.yaml and what --debug kept. Resolves with the number of
 * events. Throws FaultError.
 */
export async function rebuildLogs(folder: string): Promise<{ readonly place: LogPlace; readonly events: number }> {
  const { records, ...found } = await open(folder);
  const { place } = found.where;
  let { where } = found;
  await clearAttempt(place, records);

  let state = newRun;
  const uses: ToolUse[] = [];
  const faults: unknown[] = [];
  const finish = async (past: readonly RunRecord[]): Promise<void> => {
    await writeEnd(where, state, past, uses, (error) => faults.push(error));
  };
  for (const [index, record] of records.entries()) {
    if (record.type === "attempt_started") {
      await finish(records.slice(0, index));
      where = { ...where, place: attemptPlace(place, record.attempt) };
      await openAttempt(where.place);
      await clearAttempt(where.place, records);
    }
    state = reduceRun(state, record);
    const use = toolUse(record, state);
    if (use) uses.push(use);
    const past = (): readonly RunRecord[] => records.slice(0, index + 1);
    const written =
      record.type === "answer_submitted"
        ? writeAnswer(where, record, past())
        : record.type === "vote_cast"
          ? writeVote(where, record, state, past())
          : record.type === "final_stored"
            ? writeFinal(where, record, state, past())
            : undefined;
    await written?.catch((error: unknown) => faults.push(error));
  }
  await finish(records);
  if (faults.length > 0) throw faults[0];
  return { place, events: records.length };
}

/** Writes anew what the last events of a run that has ended bear on: the final answer, the tables, status.json. */
export async function refreshLogs(folder: string): Promise<void> {
  const found = await open(folder);
  const { records } = found;
  const uses: ToolUse[] = [];
  const state = records.reduce((run, record) => {
    const next = reduceRun(run, record);
    const use = toolUse(record, next);
    if (use) uses.push(use);
    return next;
  }, newRun);
  const where = { ...found.where, place: attemptPlace(found.where.place, state.attempt) };
  const faults: unknown[] = [];
  const end = records.findLastIndex(({ type }) => type === "final_stored");
  const final = records[end];
  if (final?.type === "final_stored") {
    await writeFinal(where, final, state, records.slice(0, end + 1)).catch((error: unknown) => faults.push(error));
  }
  await writeEnd(where, state, records, uses, (error) => faults.push(error));
  if (faults.length > 0) throw faults[0];
}

async function open(folder: string): Promise<{ readonly where: FolderPlace; readonly records: readonly RunRecord[] }> {
  const place = logPlace(findRoot(folder));
  const metadata = await readMetadata(place.attempt);
  const journal = existsSync(place.journal) ? place.journal : (metadata?.journal ?? place.journal);
  const { lines: records } = await readJournal<RunRecord>(journal, "run", RunRecord, { repair: false });
  records.forEach(refuseOutside);
  return {
    where: {
      place,
      // <directory>/.massgen/massgen_logs/<id> and <directory>/.massgen/workspaces/<id>
      workspaces: metadata?.workspaces ?? join(dirname(dirname(place.root)), "workspaces", place.sessionId),
      agentWorkspaces: metadata?.agent_workspaces ?? {},
    },
    records,
  };
}

async function writeEnd(
  where: FolderPlace,
  state: RunState,
  records: readonly RunRecord[],
  uses: readonly ToolUse[],
  onFailure: (error: unknown) => void,
): Promise<void> {
  await writeSummaries(where, state, records, uses, onFailure);
  await writeStatus(where.place.attempt, state, { ...statusPlace(where, uses), now: state.lastEventAt });
}

async function clearAttempt({ attempt }: LogPlace, records: readonly RunRecord[]): Promise<void> {
  const agents = new Set(records.flatMap((record) => ("agent" in record ? [record.agent] : [])));
  for (const name of [...agents, "final", "final_output", "agent_outputs"]) {
    await rm(join(attempt, name), { recursive: true, force: true });
  }
}

/** A journal that came with somebody else's folder must not name anything beside the run's own files. */
function refuseOutside(record: RunRecord): void {
  const agent = "agent" in record ? record.agent : "agent";
  const names = [agent, ...("files" in record ? record.files : [])];
  const snapshot = "snapshot" in record ? record.snapshot : null;
  const parts = [...names, snapshot ?? "snapshots"].flatMap((name) => name.split(/[/\\]/));
  if (!/[/\\]/.test(agent) && !parts.some((part) => part === "" || part === "." || part === "..")) return;
  throw new FaultError({
    code: "denied",
    message: `Event ${record.seq} of the journal names a file outside of the run`,
    hint: "The journal was changed by somebody. Restore it from a copy.",
  });
}
