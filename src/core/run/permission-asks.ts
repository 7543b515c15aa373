import type { RunRecord } from "./events.ts";
import type { PermissionAsk, RunState } from "./state.ts";

/** Those that wait for the user, the oldest first. */
export function openAsks({ permissionAsks }: RunState): readonly PermissionAsk[] {
  return permissionAsks.filter(({ answer, settled }) => answer === undefined && !settled);
}

/** What was asked for this call and has not come to its end: a resumed agent makes the same call once more. */
export function askFor(run: RunState, agent: string, callId: string, title: string): PermissionAsk | undefined {
  return run.permissionAsks.find(
    (ask) => !ask.settled && ask.agent === agent && ask.callId === callId && ask.title === title,
  );
}

/** Whether all of it was allowed for the rest of the run. */
export function isGranted({ permissionAsks }: RunState, covers: readonly string[]): boolean {
  const granted = new Set(
    permissionAsks.flatMap((ask) => (ask.answer?.allow === true && ask.answer.forRun === true ? ask.covers : [])),
  );
  return covers.length > 0 && covers.every((one) => granted.has(one));
}

/** Follows what is asked and answered, and when a question has become pointless. */
export function reduceAsks(asks: readonly PermissionAsk[], record: RunRecord): readonly PermissionAsk[] {
  if (record.type === "permission_asked") {
    const { id, agent, callId, title, detail, covers, at } = record;
    return [...asks, { id, agent, callId, title, detail, covers, at, answer: undefined, settled: false }];
  }
  if (record.type === "permission_answered") {
    const { allow, by, forRun, reason } = record;
    const answer = { allow, by, ...(forRun && { forRun }), ...(reason !== undefined && { reason }) };
    return asks.map((ask) => (ask.id === record.id && ask.answer === undefined ? { ...ask, answer } : ask));
  }
  if (asks.every(({ settled }) => settled)) return asks;
  const settles = whichEnd(record);
  return asks.map((ask) => (!ask.settled && settles(ask) ? { ...ask, settled: true } : ask));
}

function whichEnd(record: RunRecord): (ask: PermissionAsk) => boolean {
  switch (record.type) {
    case "tool_started":
      return ({ agent, callId }) => agent === record.agent && callId === record.call.id;
    case "execution_started":
    case "presentation_started":
      return ({ agent }) => agent === record.agent && record.continues === undefined;
    case "model_replied":
    case "execution_stopped":
    case "answer_submitted":
    case "vote_cast":
    case "agent_dropped":
    case "final_stored":
    case "presentation_failed":
      return ({ agent }) => agent === record.agent;
    case "coordination_ended":
    case "attempt_started":
    case "run_ended":
      return () => true;
    default:
      return () => false;
  }
}
