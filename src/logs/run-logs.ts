import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, toFault } from "../core/fault.ts";
import type { Log } from "../core/log.ts";
import type { RunEvent, RunRecord } from "../core/run/events.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { newRun, type RunState } from "../core/run/state.ts";
import { toolUse, type ToolUse } from "../core/run/tool-metrics.ts";
import { openDebugLog } from "./debug-log.ts";
import type { LogPlace } from "./layout.ts";
import { type RunFacts, writeMetadata } from "./metadata.ts";
import {
  statusPlace,
  textsOf,
  writeAnswer,
  writeFinal,
  writeMappings,
  writeSummaries,
  writeTexts,
  writeVote,
} from "./run-folder.ts";
import { openStatusWriter } from "./status-writer.ts";

export type RunLogs = {
  /** Writes everything that is due and stops. Resolves when it is on disk. */
  readonly close: () => Promise<void>;
  /** Why the log folder is incomplete, or undefined. A failure to write logs never stops a run. */
  readonly health: () => Fault | undefined;
  /** Absolute path of final/<winner>/answer.txt once it is written. */
  readonly answerFile: () => string | undefined;
  /** A piece of text of a model: kept in streaming_debug.log when that was asked for. */
  readonly streamed: (agent: string, delta: { readonly kind: string; readonly text: string }) => void;
};

/**
 * Keeps the log folder of a run in step with its events. Everything in it is a projection: what a crash kept from being
 * written is written when the run goes on, or by `rebuildLogs`.
 */
export function openRunLogs(options: {
  readonly place: LogPlace;
  readonly log: Pick<Log<RunState, RunEvent>, "get" | "subscribe">;
  readonly now: () => number;
  /** Where the run's snapshots lie; `snapshot` of an event is relative to it. */
  readonly workspaces: string;
  /** The records that the state of `log` was made from. */
  readonly past?: readonly RunRecord[] | undefined;
  readonly facts?: Promise<RunFacts> | RunFacts | undefined;
  /** Keep streaming_debug.log, too. */
  readonly debug?: boolean | undefined;
}): RunLogs {
  const { place, log, now, workspaces } = options;
  const { attempt } = place;
  let fault: Fault | undefined;
  let answerFile: string | undefined;
  let queue = Promise.resolve();
  const onFailure = (error: unknown): void => {
    fault ??= toFault(error);
  };
  const enqueue = (work: () => Promise<void>): void => {
    queue = queue.then(work).catch(onFailure);
  };

  const records: RunRecord[] = [];
  const uses: ToolUse[] = [];
  let where = { place, workspaces, agentWorkspaces: {} as Readonly<Record<string, string>> };
  const known = options.facts;
  if (known) {
    enqueue(async () => {
      where = { ...where, agentWorkspaces: (await known).agentWorkspaces };
    });
  }

  // Whoever reads of a winner looks for its files next: status.json says so only once they are there.
  let before = log.get();
  let held: RunState | undefined;
  const status = openStatusWriter({
    attempt,
    place: () => statusPlace(where, uses),
    get: () => held ?? log.get(),
    now,
    onFailure,
  });
  const debug = options.debug ? openDebugLog({ attempt, now, onFailure }) : undefined;
  const pending: RunRecord[] = [];
  takeUp(options.past ?? []);

  const unsubscribe = log.subscribe((record, state) => {
    if (record.type === "final_stored") held = before;
    keep(record, state);
    if (record.type === "final_stored") {
      writeFinalOf(record, state);
      enqueue(async () => {
        held = undefined;
        status.changed();
      });
    }
    before = state;
    status.changed();
    debug?.heard(record);
    if (pending.push(record) === 1) enqueue(appendTexts);
    if (known && (record.type === "run_started" || record.type === "run_resumed")) {
      const { question, startedAt } = state;
      enqueue(async () => writeMetadata(attempt, { question, startedAt, workspaces }, await known));
    }
  });

  return {
    health: () => fault,
    answerFile: () => answerFile,
    streamed: (agent, delta) => debug?.streamed(agent, delta),
    async close() {
      unsubscribe();
      enqueue(() => writeSummaries(where, log.get(), records, uses, onFailure));
      await queue;
      await Promise.all([status.close(), debug?.close()]);
    },
  };

  /** Writes what a crash may have kept from the disk. */
  function takeUp(past: readonly RunRecord[]): void {
    if (past.length === 0) return;
    let state = newRun;
    for (const record of past) {
      state = reduceRun(state, record);
      keep(record, state);
    }
    if (state.phase.kind === "presenting" && state.final) {
      const stored = records.findLast((record) => record.type === "final_stored");
      if (stored?.type === "final_stored") writeFinalOf(stored, state);
    }
    enqueue(() => writeTexts(where, past, onFailure));
  }

  function keep(record: RunRecord, state: RunState): void {
    const end = records.push(record);
    const use = toolUse(record, state);
    if (use) uses.push(use);
    if (record.type === "answer_submitted") enqueue(() => writeAnswer(where, record, records.slice(0, end)));
    if (record.type === "vote_cast") enqueue(() => writeVote(where, record, state, records.slice(0, end)));
    if (record.type === "answer_submitted" || record.type === "vote_cast") {
      enqueue(() => writeMappings(where, records.slice(0, end)));
    }
  }

  function writeFinalOf(record: Extract<RunRecord, { type: "final_stored" }>, state: RunState): void {
    const end = records.indexOf(record) + 1;
    enqueue(async () => {
      answerFile = await writeFinal(where, record, state, records.slice(0, end));
    });
  }

  async function appendTexts(): Promise<void> {
    const fresh = pending.splice(0);
    const isNew = records.length === fresh.length;
    await mkdir(join(attempt, "agent_outputs"), { recursive: true });
    if (isNew) return writeTexts(where, fresh, onFailure);
    for (const [name, text] of textsOf(fresh, false)) await appendFile(join(attempt, name), text);
  }
}
