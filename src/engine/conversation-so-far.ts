import type { Message, ToolCall } from "../core/message.ts";
import type { ModelReply } from "../core/model.ts";
import type { RunRecord } from "../core/run/events.ts";
import type { AgentId, AnswerLabel } from "../core/run/terms.ts";
import { findAgent, findAnswer } from "../core/run/freshness.ts";
import type { RunState } from "../core/run/state.ts";
import { keptOutcome, type ToolOutcome } from "../core/tool.ts";
import type { EngineAgent } from "./agent.ts";
import { mayAnswer } from "./decide.ts";
import { type Go, record } from "./model-call.ts";
import { openingMessage, outOfToolsMessage, type SnapshotsOf, updateMessage } from "./prompts.ts";
import { questionMessage } from "./question.ts";
import type { EngineShell } from "./shell.ts";

/** What the engine needs of a reply after the model is done with it. */
export type Reply = Pick<ModelReply, "text" | "calls" | "native">;

/** A reply, and how far its calls got: undefined for one that was started and never came back. */
export type OpenReply = { readonly reply: Reply; readonly results: Map<string, ToolOutcome | undefined> };

/** How far an execution got that was cut off by the end of its process. */
export type SoFar = {
  readonly execution: number;
  /** Everything that was settled: every call in it has its result. */
  readonly messages: readonly Message[];
  readonly attempts: number;
  readonly toolCalls: number;
  readonly owedUpdate: boolean;
  /** The last reply, paid for and not acted upon in full. Without it a model call was under way, and is lost. */
  readonly open: OpenReply | undefined;
  /** Tells of answers that are newer than all this; due before the next model call. Empty: there are none. */
  readonly update: string;
};

export const INTERRUPTED = "Interrupted before completion; outcome unknown. Do not assume it ran.";
export const VOTE_IGNORED = "Your vote does not count: newer answers have arrived that you had not seen.";
export const ANSWER_REFUSED = "Not accepted: the limit of answers was reached meanwhile. Vote instead.";

/**
 * The conversation of an agent's execution that the journal before the resume shows as under way, also when it was the
 * user's stop of the whole run that cut it off. `sees`: what the agent is to be shown now. Undefined when there is no
 * such execution, when the agent has begun another one since, or when it has to see newer answers and those may not be
 * put into a conversation under way.
 */
export function conversationSoFar(shell: EngineShell, agent: AgentId, sees: readonly AnswerLabel[]): SoFar | undefined {
  const run = shell.log.get();
  const player = shell.agents.find(({ id }) => id === agent);
  const look: Look = { run, agent, player, snapshotsOf: shell.workspaces.filesOf };
  let draft: Draft | undefined;
  for (const event of shell.past ?? []) {
    if (event.type === "coordination_ended" && draft?.stopped) {
      draft = event.reason === "stopped" ? Object.assign(draft, { stopped: false }) : undefined;
    }
    if (event.type === "attempt_started") draft = undefined;
    if ("agent" in event && event.agent === agent) draft = follow(draft, event, look);
  }
  if (!draft || draft.stopped || findAgent(run, agent)?.executions !== draft.execution) return undefined;
  const mayBeTold = run.settings.restartPolicy === "inject" && !run.settings.disableInjection;
  if (!mayBeTold && newer(draft, sees, look).length > 0) return undefined;
  show(draft, sees, look);
  return draft;
}

/**
 * The results of those of `calls` that ran before the process ended. One that was started and has none is never run
 * again: it is journalled as failed, with that for its result.
 */
export function earlierResults(go: Go, { results }: OpenReply, calls: readonly ToolCall[]): readonly Message[] {
  return calls.flatMap(({ id, name, input }): Message[] => {
    if (!results.has(id)) return [];
    const known = results.get(id);
    if (known) return [{ role: "tool", callId: id, name, ...known }];
    const outcome = { output: INTERRUPTED, failed: true };
    const inputChars = JSON.stringify(input ?? null).length;
    record(go, { type: "tool_finished", agent: go.agent.id, callId: id, name, ...outcome, durationMs: 0, inputChars });
    return [{ role: "tool", callId: id, name, ...outcome }];
  });
}

type Draft = { -readonly [Key in keyof Omit<SoFar, "messages">]: SoFar[Key] } & {
  readonly messages: Message[];
  sees: readonly AnswerLabel[];
  /** It was cancelled, though for no newer answer. Over for good unless it was the user who stopped the run. */
  stopped: boolean;
};

type Look = {
  readonly run: RunState;
  readonly agent: AgentId;
  readonly player: EngineAgent | undefined;
  readonly snapshotsOf: SnapshotsOf;
};

/** Keeps the draft in step with the events of its agent; undefined once the execution has come to its end. */
function follow(draft: Draft | undefined, event: RunRecord, look: Look): Draft | undefined {
  if (event.type === "execution_started") {
    const { execution, sees } = event;
    if (!draft || event.continues === undefined) return begin(execution, sees, look);
    show(draft, sees, look);
    return Object.assign(draft, { execution, stopped: false });
  }
  if (!draft) return undefined;
  switch (event.type) {
    case "model_replied":
      if (event.execution === undefined) return draft; // the presentation
      close(draft, look);
      tell(draft, draft.update);
      return Object.assign(draft, { update: "", open: { reply: event, results: new Map() } });
    case "tool_started":
      draft.open?.results.set(event.call.id, undefined);
      return draft;
    case "tool_finished":
      draft.open?.results.set(event.callId, keptOutcome(event));
      return draft;
    case "enforcement_recorded": {
      const spoken = draft.open?.reply.calls.length === 0;
      close(draft, look, event.message);
      if (spoken) tell(draft, event.message);
      return Object.assign(draft, { attempts: event.attempt });
    }
    case "vote_ignored":
      close(draft, look, VOTE_IGNORED);
      return Object.assign(draft, { owedUpdate: true });
    case "update_injected":
      close(draft, look);
      show(draft, event.sees, look);
      tell(draft, draft.update);
      return Object.assign(draft, { update: "", owedUpdate: false });
    case "execution_stopped":
      if (!event.cancelled || event.restartedBy !== undefined) return undefined;
      return Object.assign(draft, { stopped: true });
    case "answer_submitted":
    case "vote_cast":
      return undefined;
    default:
      return draft;
  }
}

function begin(execution: number, sees: readonly AnswerLabel[], { run, player, snapshotsOf }: Look): Draft {
  const messages: Message[] = [questionMessage(run, player, openingMessage(run, sees, snapshotsOf))];
  const counts = { attempts: 0, toolCalls: 0, owedUpdate: false };
  return { execution, sees, messages, ...counts, open: undefined, update: "", stopped: false };
}

/** Answers of others among `sees` that the conversation does not know. */
function newer(draft: Draft, sees: readonly AnswerLabel[], { run, agent }: Look) {
  return sees
    .filter((label) => !draft.sees.includes(label))
    .flatMap((label) => findAnswer(run, label) ?? [])
    .filter((answer) => answer.agent !== agent);
}

/** Makes the newer ones of `sees` due to be told. An open reply gives way to them, unless it holds an answer: that counts whatever it was based on. */
function show(draft: Draft, sees: readonly AnswerLabel[], look: Look): void {
  const fresh = newer(draft, sees, look);
  draft.sees = sees;
  if (fresh.length === 0) return;
  if (!draft.open?.reply.calls.some(({ name }) => name === "new_answer")) close(draft, look, VOTE_IGNORED);
  const state = findAgent(look.run, look.agent);
  const text = updateMessage(look.run, fresh, look.snapshotsOf, state !== undefined && mayAnswer(look.run, state));
  draft.update = draft.update === "" ? text : `${draft.update}\n\n${text}`;
}

/** Puts the open reply into the conversation; calls without a result of their own get `otherwise`. */
function close(draft: Draft, { run }: Look, otherwise?: string): void {
  const { open } = draft;
  if (!open) return;
  const { text, calls, native } = open.reply;
  draft.open = undefined;
  draft.messages.push({ role: "assistant", text, calls, native });
  for (const { id, name } of calls) {
    const output = open.results.has(id) ? INTERRUPTED : (otherwise ?? whyNot(name));
    draft.messages.push({ role: "tool", callId: id, name, ...(open.results.get(id) ?? { output, failed: true }) });
  }
  const limit = run.settings.maxToolCallsPerExecution;
  const before = draft.toolCalls;
  draft.toolCalls += open.results.size;
  if (before < limit && draft.toolCalls >= limit) tell(draft, outOfToolsMessage(limit));
}

function whyNot(name: string): string {
  return name === "new_answer" ? ANSWER_REFUSED : "This call was not run.";
}

function tell(draft: Draft, text: string): void {
  if (text !== "") draft.messages.push({ role: "user", text });
}
