import type { ToolCall } from "../core/message.ts";
import type { ModelReply } from "../core/model.ts";
import type { EnforcementCode } from "../core/run/terms.ts";
import { findAgent, newestAnswers } from "../core/run/freshness.ts";
import type { RunState } from "../core/run/state.ts";
import { isBlind, mayAnswer } from "./decide.ts";
import { tooSimilar } from "./novelty.ts";
import { type AnonymousId, answerOf, voteOf } from "./workflow-tools.ts";

export const MAX_ATTEMPTS = 3;

/** What a reply of an agent comes to. `rest`: calls of ordinary tools, to be run before the decision counts. */
export type Decision =
  | { readonly kind: "answer"; readonly text: string; readonly rest: readonly ToolCall[] }
  | { readonly kind: "vote"; readonly target: AnonymousId; readonly reason: string; readonly rest: readonly ToolCall[] }
  | { readonly kind: "work"; readonly rest: readonly ToolCall[] }
  | Rejection;

export type Rejection = {
  readonly kind: "rejected";
  readonly code: EnforcementCode;
  readonly message: string;
  readonly unknownTools: readonly string[];
};

export type Place = {
  readonly run: RunState;
  readonly agent: string;
  /** The agents whose answers were shown, as they may be voted for. */
  readonly candidates: readonly AnonymousId[];
  /** The workspaces of all agents. */
  readonly roots: readonly string[];
  /** Names of the ordinary tools that were offered. */
  readonly tools: ReadonlySet<string>;
  /** Names of those that the agent has, but no longer in this round. */
  readonly withheld: ReadonlySet<string>;
};

/** Reads a reply. Order of the checks on an answer: limit, novelty, duplicate. Several votes in one reply: the last counts. */
export function judge(reply: Pick<ModelReply, "text" | "calls">, place: Place): Decision {
  const rest = reply.calls.filter(({ name }) => place.tools.has(name));
  const answer = reply.calls.find(({ name }) => name === "new_answer");
  const vote = reply.calls.findLast(({ name }) => name === "vote");
  if (answer && vote)
    return reject("vote_and_answer", "You used new_answer and vote together. Use exactly one of them.");
  if (answer) return judgeAnswer(answerOf(answer.input, reply.text), rest, place);
  if (vote) return judgeVote(voteOf(vote.input), rest, place);
  if (rest.length > 0) return { kind: "work", rest };
  const how = "Finish by calling new_answer with your complete answer, or vote for the best current answer.";
  if (reply.calls.length === 0) return reject("no_tool_calls", `You wrote text but called no tool. ${how}`);
  const named = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");
  const names = reply.calls.map(({ name }) => name);
  const unknown = names.filter((name) => !place.withheld.has(name));
  const why = unknown.length > 0 ? `There is no tool ${named(unknown)}` : `${named(names)} cannot be used any more`;
  return { ...reject("no_workflow_tool", `${why}. ${how}`), unknownTools: unknown };
}

function judgeAnswer(text: string, rest: readonly ToolCall[], place: Place): Decision {
  const { run } = place;
  const agent = findAgent(run, place.agent);
  if (!agent || !mayAnswer(run, agent)) {
    return reject("answer_limit", "You have no answers left. Vote for the best current answer instead.");
  }
  if (text === "")
    return reject("no_workflow_tool", "new_answer came without content. Send your complete answer in it.");
  const { status } = agent;
  // Who says the same without having seen it agrees, and copies nothing.
  const known = status.kind === "working" && isBlind(run, status) ? [] : newestAnswers(run);
  const others = known.filter((answer) => answer.agent !== place.agent).map((answer) => answer.text);
  if (tooSimilar(text, others, run.settings.answerNovelty)) {
    return reject(
      "answer_novelty",
      "Your answer is too close to one that is there. Be really different, or vote for it.",
    );
  }
  const same = known.find((answer) => neutral(answer.text, place) === neutral(text, place));
  if (!same) return { kind: "answer", text, rest };
  const author = run.agents.find(({ id }) => id === same.agent);
  return reject(
    "answer_duplicate",
    `agent${author?.number} has given exactly this answer already. Vote for it, or improve it.`,
  );
}

/** The same answer with another workspace in its paths is the same answer. */
function neutral(text: string, { roots }: Place): string {
  return roots
    .reduce((rest, root) => rest.replaceAll(root, "/workspace"), text)
    .replaceAll(/\S*\/snapshots\/agent\d+\.\d+/g, "/workspace")
    .trim();
}

function judgeVote(
  { target, reason }: { readonly target: string; readonly reason: string },
  rest: readonly ToolCall[],
  { candidates }: Place,
): Decision {
  if (candidates.length === 0) {
    return reject("vote_no_answers", "There is no answer to vote for yet. Give your own with new_answer.");
  }
  const valid = candidates.find((candidate) => candidate === target);
  if (valid) return { kind: "vote", target: valid, reason, rest };
  return reject(
    "invalid_vote_id",
    `"${target}" has no answer that you were shown. Vote for one of: ${candidates.join(", ")}.`,
  );
}

function reject(code: EnforcementCode, message: string): Rejection {
  return { kind: "rejected", code, message, unknownTools: [] };
}
