import { isSentBack } from "./attempts.ts";
import type { RunState } from "./state.ts";

export type FinishReason =
  "in_progress" | "completed" | "timeout" | "error" | "budget" | "answer_now" | "cancelled" | "restarted";

/** Why a run, or an attempt of it, is over, as status.json says it. "in_progress" until its last event. */
export function finishReason(run: RunState): FinishReason {
  if (isSentBack(run)) return "restarted";
  if (run.phase.kind !== "ended") return "in_progress";
  switch (run.phase.reason) {
    case "time":
      return "timeout";
    case "stopped":
      return run.phase.outcome === "failed" ? "error" : "cancelled";
    case "budget":
      return run.phase.outcome === "failed" ? "error" : "budget";
    case "answer_now":
      return run.phase.outcome === "failed" ? "error" : "answer_now";
    default:
      return run.phase.outcome === "failed" ? "error" : "completed";
  }
}
