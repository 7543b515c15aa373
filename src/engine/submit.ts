import { type Fault, FaultError, toFault } from "../core/fault.ts";
import { nextAnswerIndex } from "../core/run/attempts.ts";
import type { AnswerLabel } from "../core/run/terms.ts";
import { findAnswer, unseenAnswers, voteCounts } from "../core/run/freshness.ts";
import { mayAnswer } from "./decide.ts";
import { type Go, record } from "./model-call.ts";
import { anonymous } from "./prompts.ts";
import { here } from "./standing.ts";
import type { AnonymousId } from "./workflow-tools.ts";

/** False when the limit of answers was reached meanwhile. */
export async function submitAnswer(go: Go, text: string): Promise<boolean> {
  const { shell, agent } = go;
  const { run, state, status } = here(go);
  const label: AnswerLabel = `${anonymous(run, agent.id)}.${nextAnswerIndex(state)}`;
  const kept = await keepFiles(go, label);
  if (!mayAnswer(shell.log.get(), here(go).state)) return false;
  record(go, { type: "answer_submitted", agent: agent.id, execution: status.execution, label, text, ...kept });
  return true;
}

/** Files that are too many or that the disk has no room for do not cost the agent its answer. */
export async function keepFiles(
  { shell, agent }: Go,
  name: string,
): Promise<{ snapshot: string | null; files: string[]; changes?: string[]; snapshotFault?: Fault }> {
  try {
    const { path, files, changes = [] } = await shell.workspaces.snapshot(agent.id, name);
    return { snapshot: path, files: [...files], ...(changes.length > 0 && { changes: [...changes] }) };
  } catch (error) {
    return { snapshot: null, files: [], snapshotFault: toFault(error) };
  }
}

/** Whether the vote counts. */
export function castVote(go: Go, target: AnonymousId, reason: string): boolean {
  const { run, state, status } = here(go);
  const voted = run.agents.find((agent) => anonymous(run, agent.id) === target);
  const label = status.sees.find((seen) => findAnswer(run, seen)?.agent === voted?.id);
  if (!voted || !label) throw new FaultError({ code: "bug", message: `${go.agent.id} voted for unseen ${target}` });
  const vote = { agent: go.agent.id, execution: status.execution, label } as const;
  if (voteCounts(run, state, { label, sees: status.sees })) {
    record(go, { type: "vote_cast", ...vote, target: voted.id, reason, sees: [...status.sees] });
    return true;
  }
  const stale = unseenAnswers(run, go.agent.id, status.sees);
  record(go, { type: "vote_ignored", ...vote, reason: `newer: ${stale.map((answer) => answer.label).join(", ")}` });
  if (run.settings.disableInjection || run.settings.restartPolicy === "abort")
    throw new Restart(stale[0]?.label ?? label);
  return false;
}

/** Thrown when the agent has to start afresh: because of a newer answer, or since this go can come to nothing any more. */
export class Restart extends Error {
  readonly by: AnswerLabel | undefined;

  constructor(by: AnswerLabel | undefined) {
    super(by === undefined ? "The limit of answers was reached meanwhile" : `${by} is newer`);
    this.by = by;
  }
}
