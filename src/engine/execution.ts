import { FaultError } from "../core/fault.ts";
import type { Message, ToolCall } from "../core/message.ts";
import { newestAnswers, unseenAnswers } from "../core/run/freshness.ts";
import type { Tool } from "../core/tool.ts";
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
import { callModel, type Go, record } from "./model-call.ts";
import { runTools } from "./run-tools.ts";
import { askTools, talkAmongAgents } from "./ask-others.ts";
import {
  noteMessage,
  openingMessage,
  roundOverMessage,
  outOfToolsMessage,
  systemPrompt,
  updateMessage,
  wrapUpMessage,
} from "./prompts.ts";
import { questionMessage } from "./question.ts";
import { candidatesOf, here } from "./standing.ts";
import { castVote, Restart, submitAnswer } from "./submit.ts";
import { type RoundLimit, watchRound } from "./round-limit.ts";
import { workflowTools } from "./workflow-tools.ts";

/** What one execution remembers between its model calls. */
type Talk = {
  messages: Message[];
  attempts: number;
  toolCalls: number;
  toldToWrapUp: boolean;
  readonly round: RoundLimit;
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
  const round = watchRound(go, here(go).status.execution);
  const begun = { toldToWrapUp: false, told: new Set<string>(), round };
  const talk: Talk = soFar ? { ...soFar, messages: [...soFar.messages], ...begun } : { ...newTalk(go), ...begun };
  try {
    await converse(go, talk, soFar);
  } finally {
    round.cancel();
  }
}

async function converse(go: Go, talk: Talk, soFar: SoFar | undefined): Promise<void> {
  for (let open = soFar?.open; ; open = undefined) {
    if (!open) catchUp(go, talk);
    const { run, state, status } = here(go);
    const limit = run.settings.maxToolCallsPerExecution;
    const offered = [...go.agent.tools, ...askTools(go)];
    const outOfTime = talk.toldToWrapUp || talk.round.stage() === "closed";
    const tools = outOfTime || talk.toolCalls >= limit ? [] : offered;
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
      withheld: new Set(tools.length > 0 ? [] : offered.map(({ name }) => name)),
    });
    if (await settle(go, talk, reply, decision, offered, open)) return;
    if (talk.toolCalls >= limit && tools.length > 0) say(talk, outOfToolsMessage(limit));
  }
}

function newTalk(go: Go): Pick<Talk, "messages" | "attempts" | "toolCalls" | "owedUpdate" | "update"> {
  const { run, status } = here(go);
  const text = openingMessage(run, status.sees, (id) => filesOf(go, id));
  const messages: Message[] = [questionMessage(run, go.agent, text)];
  return { messages, attempts: 0, toolCalls: 0, owedUpdate: false, update: "" };
}

/** Acts on a decision, `open` being what was done of the reply before the process ended; true when it ended the execution. Leaves every call of the reply with its result otherwise. */
async function settle(
  go: Go,
  talk: Talk,
  reply: Reply,
  decision: Decision,
  tools: readonly Tool[],
  open?: OpenReply,
): Promise<boolean> {
  if (decision.kind === "rejected") {
    enforce(go, talk, reply, decision);
    return false;
  }
  const limit = here(go).run.settings.maxToolCallsPerExecution;
  const calls = decision.rest.slice(0, Math.max(0, limit - talk.toolCalls));
  const earlier = open ? earlierResults(go, open, calls) : [];
  const results = [...earlier, ...(await runTools(go, tools, calls.slice(earlier.length)))];
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
  const inTime = talk.round.stage() === "open" && state.updates < run.settings.maxRestartsPerAgent;
  const allowed = talk.owedUpdate || inTime;
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
  if (talk.round.stage() === "late") tellRoundOver(go, talk);
  if (run.phase.kind !== "coordinating" || run.phase.wrapUp === undefined || talk.toldToWrapUp) return;
  talk.toldToWrapUp = true;
  const now = here(go);
  say(talk, wrapUpMessage(mayAnswer(now.run, now.state), candidatesOf(now.run, now.status).length > 0));
}

function tellRoundOver(go: Go, talk: Talk): void {
  const { run, state, status } = here(go);
  const graceSeconds = run.settings.timeouts.roundGrace;
  say(talk, roundOverMessage(graceSeconds, mayAnswer(run, state), candidatesOf(run, status).length > 0));
  record(go, { type: "round_limit_told", agent: go.agent.id, execution: status.execution, graceSeconds });
  talk.round.told();
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

function say(talk: Talk, text: string): void {
  talk.messages.push({ role: "user", text });
}

function filesOf(go: Go, agent: string): { root: string; snapshots: string } {
  return go.shell.workspaces.filesOf(agent);
}
