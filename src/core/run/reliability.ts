import type { AgentState } from "./state.ts";

const WORKFLOW_ERRORS: ReadonlySet<string> = new Set([
  "invalid_vote_id",
  "vote_no_answers",
  "vote_and_answer",
  "answer_limit",
  "answer_novelty",
  "answer_duplicate",
]);

/** `agents[].reliability` of status.json: how often an agent had to be told to use its workflow tools. Null when never. */
export function reliabilityOf(agent: AgentState) {
  if (agent.enforcements.length === 0) return null;
  const byRound: Record<string, { count: number; reasons: string[] }> = {};
  for (const { execution, code } of agent.enforcements) {
    const round = (byRound[String(execution - 1)] ??= { count: 0, reasons: [] });
    round.count += 1;
    if (!round.reasons.includes(code)) round.reasons.push(code);
  }
  const failed = agent.status.kind === "parked" && agent.status.fault.code === "workflow";
  return {
    enforcement_attempts: agent.enforcements.map((event) => ({
      round: event.execution - 1,
      attempt: event.attempt,
      max_attempts: event.maxAttempts,
      reason: event.code,
      tool_calls: event.toolCalls,
      error_message: event.message,
      buffer_preview: event.bufferPreview === "" ? null : event.bufferPreview,
      buffer_chars: event.bufferChars,
      timestamp: event.at / 1000,
    })),
    by_round: byRound,
    unknown_tools: [...new Set(agent.enforcements.flatMap(({ unknownTools }) => unknownTools))],
    workflow_errors: [
      ...new Set(agent.enforcements.map(({ code }) => code).filter((code) => WORKFLOW_ERRORS.has(code))),
    ],
    total_enforcement_retries: agent.enforcements.length,
    total_buffer_chars_lost: agent.enforcements.reduce((sum, { bufferChars }) => sum + bufferChars, 0),
    outcome: failed ? ("failed" as const) : ("recovered" as const),
  };
}
