import type { Message } from "../../src/core/message.ts";
import type { ModelRequest } from "../../src/core/model.ts";
import { findAgent } from "../../src/core/run/freshness.ts";
import { budgetShare } from "../../src/core/run/spend.ts";
import type { RunState } from "../../src/core/run/state.ts";
import { candidates } from "./erratic-model.ts";

/** What is wrong with a request of `id` at this moment of the run: nothing, or a sentence each. */
export function checkRequest(run: RunState, id: string, request: ModelRequest): readonly string[] {
  const wrong: string[] = [];
  const agent = findAgent(run, id);
  const status = agent?.status;
  const text = [request.system, ...request.messages.map((message) => ("text" in message ? message.text : ""))].join(
    "\n",
  );
  const presents = status?.kind === "presenting" && run.phase.kind === "presenting";
  const works = status?.kind === "working" && run.phase.kind === "coordinating";
  const prepares = run.preparing === id && run.phase.kind === "coordinating";
  if (!presents && !works && !prepares) wrong.push(`was called while ${status?.kind} in phase ${run.phase.kind}`);
  if (budgetShare(run) >= 1) wrong.push("was called with a budget that is used up");
  if (/member-\d/.test(text)) wrong.push("was told a configured id");
  if (!isTranscript(request.messages)) wrong.push("got a conversation in which calls and results do not match");
  const workflow = request.tools.filter(({ name }) => name === "vote" || name === "new_answer");
  if (presents && workflow.length > 0) wrong.push("may still vote in its presentation");
  if (works && workflow.length === 0) wrong.push("was called although it can neither answer nor vote");
  const told = text.split("nearly used up").length - 1;
  if (told > 1) wrong.push(`was told to wrap up ${told} times`);
  if (told > 0 && request.tools.length > workflow.length) wrong.push("is offered tools after the wrap-up");
  const mayEnd = request.tools.some(({ name }) => name === "submit");
  if (mayEnd !== (status?.kind === "presenting" && status.evaluating === true)) wrong.push("may submit out of turn");
  const open = run.rounds.findLast((round) => round.agent === id && round.outcome === undefined);
  const tooMany = (open?.toolCalls ?? 0) >= run.settings.maxToolCallsPerExecution;
  if (tooMany && !mayEnd && !prepares && request.tools.length > workflow.length)
    wrong.push("is offered tools past its limit of calls");
  if (works && agent && status.kind === "working") {
    const firstGo = agent.answers === 0 && run.settings.blindFirstRound && status.mayAnswer;
    if (firstGo && /<agent\d+>/.test(text)) wrong.push("saw an answer in the blind first round");
    const shown = status.sees.map((label) => label.split(".")[0] ?? "");
    const unknown = candidates(request).filter((candidate) => !shown.includes(candidate));
    if (unknown.length > 0) wrong.push(`may vote for ${unknown.join(", ")}, which it was not shown`);
    if (shown.length > 0 && !run.settings.skipVoting && candidates(request).length === 0) wrong.push("may not vote");
    const hidden = shown.filter((name) => !text.includes(`<${name}>`));
    if (hidden.length > 0) wrong.push(`counts as having seen ${hidden.join(", ")}, which it was not`);
  }
  return wrong;
}

/** Every call has exactly one result, before anybody else speaks. */
function isTranscript(messages: readonly Message[]): boolean {
  let open: string[] = [];
  for (const message of messages) {
    if (message.role === "tool") {
      if (!open.includes(message.callId)) return false;
      open = open.filter((id) => id !== message.callId);
      continue;
    }
    if (open.length > 0) return false;
    if (message.role === "assistant") open = message.calls.map(({ id }) => id);
  }
  return open.length === 0;
}
