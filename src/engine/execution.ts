import { type Fault, FaultError, toFault } from "../core/fault.ts";
import type { Message, ToolCall } from "../core/message.ts";
import type { AnswerLabel } from "../core/run/events.ts";
import { nextAnswerIndex } from "../core/run/attempts.ts";
import { findAgent, findAnswer, newestAnswers, unseenAnswers, voteCounts } from "../core/run/freshness.ts";
import type { AgentState, AgentStatus, RunState } from "../core/run/state.ts";
import {
  ANSWER_REFUSED,
  earlierResults,
  type OpenReply,
  type Reply,
  type SoFar,
  VOTE_IGNORED,
} from "./conversation-so-far.ts";
import { isBlind, mayAnswer } from "./decide.ts";
import { type Decision, judge, MAX_ATTEMPTS, type Rejection } from "./enforcement.ts";
import { callModel, type Go, record, runTools } from "./model-call.ts";
import { askTools, talkAmongAgents } from "./ask-others.ts";
import {
  anonymous,
  noteMessage,
  openingMessage,
  outOfToolsMessage,
  systemPrompt,
  updateMessage,
  wrapUpMessage,
} from "./prompts.ts";
import { type AnonymousId, workflowTools } from "./workflow-tools.ts";

type Working = Extract<AgentStatus, { kind: "working" }>;

/** What one execution remembers between its model calls. */
type Talk = {
  messages: Message[];
  attempts: number;
  toolCalls: number;
  toldToWrapUp: boolean;
  /** Notes and questions, and answers to its own questions, that this conversation holds. */
  told: Set<string>;
  /** Its vote was void: whatever the limit of updates, it has to see what was newer. */
  owedUpdate: boolean;
  /** Due before the next model call; empty: nothing is. */
  update: string;
};

/**
 * One agent's go: model and tools in turn until it has submitted an answer or a vote that counts. Every outcome is an
 * event. Throws a FaultError when the agent cannot go on, and stops when the go's signal aborts.
 */
export async function execute(go: Go, soFar?: SoFar): Promise<void> {
  const talk = soFar
    ? { ...soFar, messages: [...soFar.messages], toldToWrapUp: false, told: new Set<string>() }
    : newTalk(go);
  for (let open = soFar?.open; ; open = undefined) {
    if (!open) catchUp(go, talk);
    const { run, state, status } = here(go);
    const limit = run.settings.maxToolCallsPerExecution;
    const offered = [...go.agent.tools, ...askTools(go)];
    const tools = talk.toldToWrapUp || talk.toolCalls >= limit ? [] : offered;
    const candidates = candidatesOf(run, status);
    const answerable = mayAnswer(run, state);
    if (!answerable && candidates.length === 0) throw new Restart(undefined);
    const reply =
      open?.reply ??
      (await callModel(go, {
        system: systemPrompt(run, go.agent, answerable),
        messages: talk.messages,
        tools: [...tools, ...workflowTools(answerable, candidates)],
      }));
    talk.messages.push({ role: "assistant", text: reply.text, calls: reply.calls, native: reply.native });
    const decision = judge(reply, {
      run: go.shell.log.get(),
      agent: go.agent.id,
      candidates,
      roots: go.shell.agents.map(({ files }) => files.root),
      tools: new Set(tools.map(({ name }) => name)),
    });
    if (await settle(go, talk, reply, decision, open)) return;
    if (talk.toolCalls >= limit && tools.length > 0) say(talk, outOfToolsMessage(limit));
  }
}

function newTalk(go: Go): Talk {
  const { run, status } = here(go);
  const text = openingMessage(run, status.sees, (id) => filesOf(go, id));
  const messages: Message[] = [{ role: "user", text }];
  return { messages, attempts: 0, toolCalls: 0, toldToWrapUp: false, told: new Set(), owedUpdate: false, update: "" };
}

/** Acts on a decision, `open` being what was done of the reply before the process ended; true when it ended the execution. Leaves every call of the reply with its result otherwise. */
async function settle(go: Go, talk: Talk, reply: Reply, decision: Decision, open?: OpenReply): Promise<boolean> {
  if (decision.kind === "rejected") {
    enforce(go, talk, reply, decision);
    return false;
  }
  const limit = here(go).run.settings.maxToolCallsPerExecution;
  const calls = decision.rest.slice(0, Math.max(0, limit - talk.toolCalls));
  const earlier = open ? earlierResults(go, open, calls) : [];
  const results = [
    ...earlier,
    ...(await runTools(go, [...go.agent.tools, ...askTools(go)], calls.slice(earlier.length))),
  ];
  talk.toolCalls += decision.rest.length;
  if (decision.kind === "answer") {
    if (await submitAnswer(go, decision.text)) return true;
    closeCalls(talk, reply, results, () => ANSWER_REFUSED);
    return false;
  }
  if (decision.kind === "vote") {
    if (castVote(go, decision.target, decision.reason)) return true;
    talk.owedUpdate = true;
    closeCalls(talk, reply, results, () => VOTE_IGNORED);
    return false;
  }
  const known = new Set(decision.rest);
  closeCalls(talk, reply, results, (call) => (known.has(call) ? outOfToolsMessage(limit) : "There is no such tool."));
  return false;
}

async function submitAnswer(go: Go, text: string): Promise<boolean> {
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
function castVote(go: Go, target: AnonymousId, reason: string): boolean {
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

function enforce(go: Go, talk: Talk, reply: Reply, rejection: Rejection): void {
  const { status } = here(go);
  talk.attempts += 1;
  record(go, {
    type: "enforcement_recorded",
    agent: go.agent.id,
    execution: status.execution,
    code: rejection.code,
    attempt: talk.attempts,
    maxAttempts: MAX_ATTEMPTS,
    toolCalls: reply.calls.map(({ name }) => name),
    unknownTools: [...rejection.unknownTools],
    message: rejection.message,
    bufferPreview: reply.text.slice(0, 500),
    bufferChars: reply.text.length,
  });
  if (talk.attempts >= MAX_ATTEMPTS) {
    throw new FaultError({
      code: "workflow",
      message: `Did not use the workflow tools after ${MAX_ATTEMPTS} attempts: ${rejection.message}`,
    });
  }
  if (reply.calls.length === 0) say(talk, rejection.message);
  else closeCalls(talk, reply, [], () => rejection.message);
}

/** Gives every call of the reply its result, in the order of the calls: those that did not run get `otherwise`, as failed. */
function closeCalls(
  talk: Talk,
  reply: Reply,
  results: readonly Message[],
  otherwise: (call: ToolCall) => string,
): void {
  for (const call of reply.calls) {
    const result = results.find((message) => message.role === "tool" && message.callId === call.id);
    const { id, name } = call;
    talk.messages.push(result ?? { role: "tool", callId: id, name, output: otherwise(call), failed: true });
  }
}

/** At a model-call boundary: what has happened meanwhile is put into the same conversation. */
function catchUp(go: Go, talk: Talk): void {
  if (talk.update !== "") say(talk, talk.update);
  talk.update = "";
  const { run, state, status } = here(go);
  const fresh =
    isBlind(run, status) || run.settings.disableInjection ? [] : unseenAnswers(run, go.agent.id, status.sees);
  const allowed = talk.owedUpdate || state.updates < run.settings.maxRestartsPerAgent;
  talk.owedUpdate = false;
  if (fresh.length > 0 && allowed && run.settings.restartPolicy === "inject") {
    const answerable = mayAnswer(run, state);
    say(
      talk,
      updateMessage(run, fresh, (id) => filesOf(go, id), answerable),
    );
    record(go, {
      type: "update_injected",
      agent: go.agent.id,
      execution: status.execution,
      sees: newestAnswers(run).map(({ label }) => label),
    });
  }
  passOn(go, talk);
  if (run.phase.kind !== "coordinating" || run.phase.wrapUp === undefined || talk.toldToWrapUp) return;
  talk.toldToWrapUp = true;
  const now = here(go);
  say(talk, wrapUpMessage(mayAnswer(now.run, now.state), candidatesOf(now.run, now.status).length > 0));
}

/** What the user and the others said to this agent, as far as this conversation does not hold it yet. */
function passOn(go: Go, talk: Talk): void {
  const { run, status } = here(go);
  const agent = go.agent.id;
  const notes = run.notes.filter((note) => note.agents.includes(agent) && !talk.told.has(note.id));
  for (const note of notes) {
    talk.told.add(note.id);
    say(talk, noteMessage(note.text));
  }
  const fresh = notes.filter(({ deliveredTo }) => !deliveredTo.includes(agent)).map(({ id }) => id);
  if (fresh.length > 0) record(go, { type: "notes_delivered", agent, execution: status.execution, ids: fresh });
  for (const { key, text } of talkAmongAgents(run, agent)) {
    if (talk.told.has(key)) continue;
    talk.told.add(key);
    say(talk, text);
  }
}

function candidatesOf(run: RunState, status: Working): readonly AnonymousId[] {
  if (!status.mayVote || run.settings.skipVoting) return [];
  return status.sees.map((label): AnonymousId => anonymous(run, findAnswer(run, label)?.agent ?? ""));
}

function say(talk: Talk, text: string): void {
  talk.messages.push({ role: "user", text });
}

function filesOf(go: Go, agent: string): { root: string; snapshots: string } {
  return go.shell.workspaces.filesOf(agent);
}

/** Where this agent stands now. Throws when its execution is no longer the one under way. */
function here(go: Go): { run: RunState; state: AgentState; status: Working } {
  go.signal.throwIfAborted();
  const run = go.shell.log.get();
  const state = findAgent(run, go.agent.id);
  if (state?.status.kind !== "working")
    throw new FaultError({ code: "cancelled", message: "The execution was replaced" });
  return { run, state, status: state.status };
}
