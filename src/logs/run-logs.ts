import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type Fault, toFault } from "../core/fault.ts";
import type { Log } from "../core/log.ts";
import type { RunEvent, RunRecord } from "../core/run/events.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { newRun, type RunState } from "../core/run/state.ts";
import { toolUse, type ToolUse } from "../core/run/tool-metrics.ts";
import { openDebugLog } from "./debug-log.ts";
import { attemptPlace, type LogPlace, openAttempt } from "./layout.ts";
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
 * Keeps the log folder of a run in step with its events, a folder for each attempt. Everything in it is a projection: what a crash kept from being
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
  /** Keep streaming_debug.log and massgen_debug.log, too. */
  readonly debug?: boolean | undefined;
}): RunLogs {
  const { log, now, workspaces } = options;
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
  // As far as the disk is: jobs that were queued before an attempt began find that of the one before.
  let where = { place: options.place, workspaces, agentWorkspaces: {} as Readonly<Record<string, string>> };
  const known = options.facts;
  const learnPlaces = (): void => {
    if (known) enqueue(async () => void (where = { ...where, agentWorkspaces: (await known).agentWorkspaces }));
  };
  learnPlaces();

  // Whoever reads of a winner looks for its files next: status.json says so only once they are there. It also stays
  // with an attempt until that one's folder is complete.
  let before = log.get();
  const held: Held[] = [];
  const shown = (): Held => held[0] ?? { state: log.get(), uses: uses.length };
  const status = openStatusWriter({
    attempt: () => where.place.attempt,
    place: () => statusPlace(where, uses.slice(0, shown().uses)),
    get: () => shown().state,
    now,
    onFailure,
  });
  const debug = options.debug ? openDebugLog({ attempt: () => where.place.attempt, now, onFailure }) : undefined;
  let texts: Texts = { pending: [], isNew: true };
  takeUp(options.past ?? []);

  const unsubscribe = log.subscribe((record, state) => {
    keep(record, before, state);
    if (record.type === "final_stored") {
      hold();
      writeFinalOf(record, state);
      enqueue(release);
    }
    before = state;
    status.changed();
    debug?.heard(record);
    const { pending } = texts;
    if (pending.push(record) === 1) enqueue(appendTexts(texts));
    if (record.type === "agent_added") learnPlaces();
    if (known && NAMES_AGENTS.has(record.type)) {
      enqueue(async () => writeMetadata(where.place.attempt, { ...state, workspaces }, await known));
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
      await Promise.all([status.close(), debug?.settle()]);
    },
  };

  /** Writes what a crash may have kept from the disk. */
  function takeUp(past: readonly RunRecord[]): void {
    if (past.length === 0) return;
    let state = newRun;
    for (const record of past) {
      // The files of an attempt that was sent back are complete before the next one begins.
      if (record.type === "attempt_started") writeLastFinal(state);
      const next = reduceRun(state, record);
      keep(record, state, next);
      state = next;
    }
    if (state.phase.kind === "presenting") writeLastFinal(state);
    enqueue(() => writeTexts(where, past, onFailure));
    texts = { pending: [], isNew: false };
  }

  function keep(record: RunRecord, before: RunState, state: RunState): void {
    if (record.type === "attempt_started") beginAttempt(record.attempt, before);
    const end = records.push(record);
    const use = toolUse(record, state);
    if (use) uses.push(use);
    if (record.type === "answer_submitted") enqueue(() => writeAnswer(where, record, records.slice(0, end)));
    if (record.type === "vote_cast") enqueue(() => writeVote(where, record, state, records.slice(0, end)));
    if (record.type === "answer_submitted" || record.type === "vote_cast") {
      enqueue(() => writeMappings(where, records.slice(0, end)));
    }
  }

  /** Completes the folder of the attempt that was sent back, and goes on in the next one's. */
  function beginAttempt(attempt: number, ended: RunState): void {
    const [past, used] = [records.slice(), uses.slice()];
    held.push({ state: ended, uses: used.length });
    texts = { pending: [], isNew: true };
    enqueue(async () => {
      await writeSummaries(where, ended, past, used, onFailure);
      await status.settle();
      await debug?.settle();
      const place = attemptPlace(where.place, attempt);
      await openAttempt(place);
      where = { ...where, place };
      await release();
    });
  }

  function hold(): void {
    held.push({ state: before, uses: uses.length });
  }

  async function release(): Promise<void> {
    held.shift();
    status.changed();
  }

  function writeLastFinal(state: RunState): void {
    const stored = records.findLast((record) => record.type === "final_stored");
    if (state.final && stored?.type === "final_stored") writeFinalOf(stored, state);
  }

  function writeFinalOf(record: Extract<RunRecord, { type: "final_stored" }>, state: RunState): void {
    const end = records.indexOf(record) + 1;
    enqueue(async () => {
      answerFile = await writeFinal(where, record, state, records.slice(0, end));
    });
  }

  function appendTexts(to: Texts): () => Promise<void> {
    return async () => {
      const fresh = to.pending.splice(0);
      const { attempt } = where.place;
      await mkdir(join(attempt, "agent_outputs"), { recursive: true, mode: 0o700 });
      if (to.isNew) {
        to.isNew = false;
        return writeTexts(where, fresh, onFailure);
      }
      for (const [name, text] of textsOf(fresh, false)) await appendFile(join(attempt, name), text, { mode: 0o600 });
    };
  }
}

/** What the texts of one attempt still lack. */
type Texts = { readonly pending: RunRecord[]; isNew: boolean };

/** What status.json says for the time being: a state, and how many tools had been used. */
type Held = { readonly state: RunState; readonly uses: number };

/** With these somebody begins to drive an attempt. */
const NAMES_AGENTS: ReadonlySet<RunRecord["type"]> = new Set([
  "run_started",
  "run_resumed",
  "attempt_started",
  "agent_added",
]);
