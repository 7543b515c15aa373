import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { stringify } from "yaml";
import { writePrivate } from "../../projects/atomic-write.ts";
import { outputHead, outputParts } from "../core/run/agent-output.ts";
import { coordinationEvents } from "../core/run/coordination-events.ts";
import { coordinationTable } from "../core/run/coordination-table.ts";
import { startOfAttempt } from "../core/run/attempts.ts";
import type { RunRecord } from "../core/run/events.ts";
import { executionContext } from "../core/run/execution-context.ts";
import { executionTrace } from "../core/run/execution-trace.ts";
import { metricsEvents, metricsSummary } from "../core/run/metrics.ts";
import { snapshotMappings } from "../core/run/snapshot-mappings.ts";
import type { RunState } from "../core/run/state.ts";
import type { StatusPlace } from "../core/run/status-json.ts";
import type { ToolUse } from "../core/run/tool-metrics.ts";
import { voteJson } from "../core/run/vote-json.ts";
import { copyTree } from "./copy-tree.ts";
import { finalFolder, type LogPlace, submissionFolder } from "./layout.ts";
import { manifestOf } from "./manifest.ts";
import { logLine } from "./text-log.ts";
import { timestamp } from "./timestamp.ts";

/** Where a run's files are to be found and put. `workspaces`: what the snapshots of its events are relative to. */
export type FolderPlace = {
  readonly place: LogPlace;
  readonly workspaces: string;
  readonly agentWorkspaces: Readonly<Record<string, string>>;
};

type OfType<Type extends RunRecord["type"]> = Extract<RunRecord, { type: Type }>;

/** What status.json and the metrics say of the folder, and of the tools used. */
export function statusPlace(
  { place, workspaces, agentWorkspaces }: FolderPlace,
  toolUses: readonly ToolUse[],
): Omit<StatusPlace, "now"> {
  const { sessionId, root, attempt } = place;
  const snapshots = join(workspaces, "snapshots");
  const paths = { attempt, snapshots, workspaces, agents: agentWorkspaces, stamp: timestamp };
  return { sessionId, logDir: root, paths, toolUses };
}

/** The folder of an answer. `records` end with its event. */
export async function writeAnswer(
  where: FolderPlace,
  record: OfType<"answer_submitted">,
  records: readonly RunRecord[],
): Promise<void> {
  const folder = await submission(where, record, records);
  await writePrivate(join(folder, "answer.txt"), record.text);
  if (record.snapshot !== null) await copyTree(join(where.workspaces, record.snapshot), join(folder, "workspace"));
}

/** The folder of a vote. `records` end with its event, `state` is that after it. */
export async function writeVote(
  where: FolderPlace,
  record: OfType<"vote_cast">,
  state: RunState,
  records: readonly RunRecord[],
): Promise<void> {
  const folder = await submission(where, record, records);
  await writePrivate(join(folder, "vote.json"), json(voteJson(state, record, timestamp(record.at))));
}

/** final/<winner>/ and final_output/. Resolves with the path of the answer. */
export async function writeFinal(
  where: FolderPlace,
  record: OfType<"final_stored">,
  state: RunState,
  records: readonly RunRecord[],
): Promise<string> {
  const { place } = where;
  const folder = finalFolder(place, record.agent);
  // A run that was stopped and goes on had a final answer before.
  await rm(join(place.attempt, "final"), { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const answer = join(folder, "answer.txt");
  await writePrivate(answer, record.text, { durable: true });
  await writePrivate(join(folder, "context.txt"), json(executionContext(records, record.agent, undefined)));
  await writePrivate(join(folder, "execution_trace.md"), executionTrace(records, record.agent));
  if (record.snapshot !== null) await copyTree(join(where.workspaces, record.snapshot), join(folder, "workspace"));
  if (record.plan) await writePrivate(join(folder, "plan.json"), json(record.plan));
  const files = record.snapshot === null ? [] : record.files.map((file) => join("workspace", file));
  const artifacts = [];
  for (const file of ["answer.txt", ...(record.plan ? ["plan.json"] : []), ...files]) {
    const { size } = await stat(join(folder, file));
    const sha256 = await checksum(join(folder, file));
    artifacts.push({ path: join("final", record.agent, file), bytes: size, sha256, author: record.agent });
  }
  const output = join(place.attempt, "final_output");
  await mkdir(output, { recursive: true, mode: 0o700 });
  await writePrivate(join(output, "manifest.json"), json(manifestOf(state, artifacts)));
  return answer;
}

/** Everything that is about the last attempt of `records` as a whole, but status.json. Each file on its own: one that fails costs no other. */
export async function writeSummaries(
  where: FolderPlace,
  state: RunState,
  records: readonly RunRecord[],
  toolUses: readonly ToolUse[],
  onFailure: (error: unknown) => void,
): Promise<void> {
  const { attempt } = where.place;
  const place = statusPlace(where, toolUses);
  const write = async (name: string, content: () => string): Promise<void> => {
    await writePrivate(join(attempt, name), content()).catch(onFailure);
    // Between two files others get their turn.
    await new Promise((resolve) => setImmediate(resolve));
  };
  await write("metrics_summary.json", () => json(metricsSummary(state, place)));
  await write("metrics_events.json", () => json(metricsEvents(state, place)));
  await write("coordination_events.json", () => json(coordinationEvents(records)));
  await write("coordination_table.txt", () => coordinationTable(records));
  const { personas = {} } = state;
  if (Object.keys(personas).length > 0) await write("generated_personas.yaml", () => stringify(personasYaml(state)));
  await writeMappings(where, records).catch(onFailure);
  await writeTexts(where, records, onFailure);
}

/** snapshot_mappings.json, once there is something in it. */
export async function writeMappings({ place }: FolderPlace, records: readonly RunRecord[]): Promise<void> {
  const mappings = snapshotMappings(records, timestamp);
  if (Object.keys(mappings).length === 0) return;
  await writePrivate(join(place.attempt, "snapshot_mappings.json"), json(mappings));
}

/** massgen.log and agent_outputs/, from the first line of the last attempt on. */
export async function writeTexts(
  { place }: FolderPlace,
  records: readonly RunRecord[],
  onFailure: (error: unknown) => void,
): Promise<void> {
  const files = textsOf(records.slice(startOfAttempt(records)));
  await mkdir(join(place.attempt, "agent_outputs"), { recursive: true, mode: 0o700 }).catch(onFailure);
  for (const [name, text] of files) await writePrivate(join(place.attempt, name), text).catch(onFailure);
}

/** What `records` add to the text files of the folder; with `heads`, as whole files. */
export function textsOf(records: readonly RunRecord[], heads = true): ReadonlyMap<string, string> {
  const files = new Map<string, string[]>();
  const add = (name: string, text: string, head: string): void => {
    const parts = files.get(name);
    if (parts) parts.push(text);
    else files.set(name, heads ? [head, text] : [text]);
  };
  for (const record of records) {
    const line = logLine(record);
    if (line !== undefined) add("massgen.log", line, "");
    for (const { file, text } of outputParts(record)) add(`agent_outputs/${file}`, text, outputHead(file));
  }
  return new Map([...files].map(([name, parts]) => [name, parts.join("")]));
}

function personasYaml({ personas = {}, settings }: RunState) {
  return {
    diversity_mode: settings.personas?.mode ?? "perspective",
    personas: Object.entries(personas).map(([agent_id, persona_text]) => ({ agent_id, persona_text })),
  };
}

async function submission(
  { place }: FolderPlace,
  { agent, at, execution }: { readonly agent: string; readonly at: number; readonly execution: number },
  records: readonly RunRecord[],
): Promise<string> {
  const folder = submissionFolder(place, agent, at);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writePrivate(join(folder, "context.txt"), json(executionContext(records, agent, execution)));
  await writePrivate(join(folder, "execution_trace.md"), executionTrace(records, agent));
  return folder;
}

async function checksum(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

function json(content: object): string {
  return `${JSON.stringify(content, undefined, 2)}\n`;
}
