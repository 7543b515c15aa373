import { appendFile, cp, mkdir, readFile, rm, stat } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeAtomic } from "../../projects/atomic-write.ts";
import { type Fault, toFault } from "../core/fault.ts";
import type { Log } from "../core/log.ts";
import { coordinationTable } from "../core/run/coordination-table.ts";
import type { RunEvent, RunRecord } from "../core/run/events.ts";
import { validVote } from "../core/run/freshness.ts";
import { metricsSummary } from "../core/run/metrics.ts";
import type { Answer, Final, RunState, Vote } from "../core/run/state.ts";
import { finalFolder, type LogPlace, submissionFolder } from "./layout.ts";
import { openStatusWriter } from "./status-writer.ts";
import { logLine } from "./text-log.ts";

export type RunLogs = {
  /** Writes everything that is due and stops. Resolves when it is on disk. */
  readonly close: () => Promise<void>;
  /** Why the log folder is incomplete, or undefined. A failure to write logs never stops a run. */
  readonly health: () => Fault | undefined;
  /** Absolute path of final/<winner>/answer.txt once it is written. */
  readonly answerFile: () => string | undefined;
};

/**
 * Keeps the log folder of a run in step with its events. Everything in it is a projection: what a crash kept from being
 * written is written when the run goes on.
 */
export function openRunLogs(options: {
  readonly place: LogPlace;
  readonly log: Pick<Log<RunState, RunEvent>, "get" | "subscribe">;
  readonly now: () => number;
  /** Where the run's snapshots lie; `snapshot` of an event is relative to it. */
  readonly workspaces: string;
  readonly records: () => Promise<readonly RunRecord[]>;
}): RunLogs {
  const { place, log, now } = options;
  let fault: Fault | undefined;
  let answerFile: string | undefined;
  let queue = Promise.resolve();
  const onFailure = (error: unknown): void => {
    fault ??= toFault(error);
  };
  const enqueue = (work: () => Promise<void>): void => {
    queue = queue.then(work).catch(onFailure);
  };
  const where = { sessionId: place.sessionId, logDir: place.root };
  // Whoever reads of a winner looks for its files next: status.json says so only once they are there.
  let before = log.get();
  let held: RunState | undefined;
  const get = (): RunState => held ?? log.get();
  const status = openStatusWriter({ attempt: place.attempt, place: where, get, now, onFailure });
  if (before.events > 0) writeKnown(before);
  const unsubscribe = log.subscribe((record, state) => {
    if (record.type === "final_stored") {
      held = before;
      enqueue(() => writeFinal(record, state));
      enqueue(async () => {
        held = undefined;
        status.changed();
      });
    }
    before = state;
    status.changed();
    const line = logLine(record);
    if (line !== undefined) enqueue(() => appendFile(join(place.attempt, "massgen.log"), line));
    if (record.type === "answer_submitted") enqueue(() => writeAnswer(record));
    if (record.type === "vote_cast") enqueue(() => writeVote({ ...record, voter: record.agent }, state));
  });

  return {
    health: () => fault,
    answerFile: () => answerFile,
    async close() {
      unsubscribe();
      enqueue(writeSummaries);
      await queue;
      await status.close();
    },
  };

  function writeKnown(state: RunState): void {
    for (const answer of state.answers) enqueue(() => writeAnswer(answer));
    for (const vote of state.agents.flatMap((agent) => validVote(state, agent) ?? [])) {
      enqueue(() => writeVote(vote, state));
    }
    const { final } = state;
    if (final && state.phase.kind === "presenting") enqueue(() => writeFinal(final, state));
  }

  async function writeAnswer({ agent, at, text, snapshot }: Omit<Answer, "index">): Promise<void> {
    const folder = await folderOf(agent, at);
    await writeAtomic(join(folder, "answer.txt"), text);
    if (snapshot !== null) await copyTree(snapshot, join(folder, "workspace"));
  }

  async function writeVote(vote: Vote, state: RunState): Promise<void> {
    const folder = await folderOf(vote.voter, vote.at);
    const anonymous = (id: string): string => `agent${state.agents.find((agent) => agent.id === id)?.number}`;
    const content = {
      voter_id: vote.voter,
      voter_anon_id: anonymous(vote.voter),
      voted_for: vote.target,
      voted_for_label: vote.label,
      voted_for_anon: anonymous(vote.target),
      reason: vote.reason,
      unix_timestamp: vote.at / 1000,
      available_options_labels: vote.sees,
      agent_mapping: Object.fromEntries(state.agents.map(({ id }) => [anonymous(id), id])),
    };
    await writeAtomic(join(folder, "vote.json"), `${JSON.stringify(content, undefined, 2)}\n`);
  }

  async function writeFinal(record: Final, state: RunState): Promise<void> {
    const folder = finalFolder(place, record.agent);
    // A run that was stopped and goes on had a final answer before.
    await rm(join(place.attempt, "final"), { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await writeAtomic(join(folder, "answer.txt"), record.text, { durable: true });
    answerFile = join(folder, "answer.txt");
    if (record.snapshot !== null) await copyTree(record.snapshot, join(folder, "workspace"));
    const output = join(place.attempt, "final_output");
    await mkdir(output, { recursive: true });
    const files = record.snapshot === null ? [] : record.files.map((file) => join("workspace", file));
    const artifacts = await Promise.all(
      ["answer.txt", ...files].map(async (file) => {
        const path = join(folder, file);
        const [{ size }, content] = await Promise.all([stat(path), readFile(path)]);
        const sha256 = createHash("sha256").update(content).digest("hex");
        return { path: join("final", record.agent, file), bytes: size, sha256, author: record.agent };
      }),
    );
    const manifest = manifestOf(state, artifacts);
    await writeAtomic(join(output, "manifest.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  }

  async function writeSummaries(): Promise<void> {
    const state = log.get();
    const metrics = metricsSummary(state, { ...where, now: now() });
    await writeAtomic(join(place.attempt, "metrics_summary.json"), `${JSON.stringify(metrics, undefined, 2)}\n`);
    await writeAtomic(join(place.attempt, "coordination_table.txt"), coordinationTable(await options.records()));
  }

  async function folderOf(agent: string, at: number): Promise<string> {
    const folder = submissionFolder(place, agent, at);
    await mkdir(folder, { recursive: true });
    return folder;
  }

  /** A copy that is there already may have been cut off: it is made again. */
  async function copyTree(snapshot: string, to: string): Promise<void> {
    await cp(join(options.workspaces, snapshot), to, { recursive: true, force: true });
  }
}

function manifestOf(state: RunState, artifacts: readonly object[]): object {
  const winner = "winner" in state.phase ? state.phase.winner : undefined;
  return {
    winner: winner?.agent ?? null,
    winner_reason: winner?.reason ?? null,
    votes: winner?.votes ?? {},
    artifacts,
    agents: Object.fromEntries(
      state.agents.map((agent) => {
        const fault = agent.status.kind === "parked" ? agent.status.fault : undefined;
        return [
          agent.id,
          {
            status: fault ? "failed" : "completed",
            answers: agent.answers,
            votes: validVote(state, agent) ? 1 : 0,
            error: fault?.message ?? null,
          },
        ];
      }),
    ),
  };
}
