import { FaultError } from "../core/fault.ts";
import { findAgent, findAnswer } from "../core/run/freshness.ts";
import type { AgentState, AgentStatus, RunState } from "../core/run/state.ts";
import type { Go } from "./model-call.ts";
import { anonymous } from "./prompts.ts";
import type { AnonymousId } from "./workflow-tools.ts";

export type Working = Extract<AgentStatus, { kind: "working" }>;

/** Where this agent stands now. Throws when its execution is no longer the one under way. */
export function here(go: Go): { run: RunState; state: AgentState; status: Working } {
  go.signal.throwIfAborted();
  const run = go.shell.log.get();
  const state = findAgent(run, go.agent.id);
  if (state?.status.kind !== "working")
    throw new FaultError({ code: "cancelled", message: "The execution was replaced" });
  return { run, state, status: state.status };
}

/** Whom it may vote for: the authors of the answers that it was shown. */
export function candidatesOf(run: RunState, status: Working): readonly AnonymousId[] {
  if (!status.mayVote || run.settings.skipVoting) return [];
  return status.sees.map((label): AnonymousId => anonymous(run, findAnswer(run, label)?.agent ?? ""));
}
