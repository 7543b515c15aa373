import { clip, formatDuration, oneLine } from "../text.ts";
import type { RunRecord } from "./events.ts";

/** What an event says in one plain line, for logs and pipes; undefined for those that only matter to machines. */
export function narrate(record: RunRecord): string | undefined {
  switch (record.type) {
    case "run_started":
      return `started with ${record.agents.map(({ id, model }) => `${id} (${model})`).join(", ")}`;
    case "run_resumed":
      return "resumed";
    case "execution_started":
      return record.sees.length > 0 ? `${record.agent} looks at ${record.sees.join(", ")}` : `${record.agent} works`;
    case "tool_started":
      return `${record.agent} · ${oneLine(record.summary)}`;
    case "model_retried":
      return `${record.agent} tries again (${record.attempt} of ${record.maxAttempts}) in ${formatDuration(record.delayMs)}: ${oneLine(record.fault.message)}`;
    case "update_injected":
      return `${record.agent} sees newer answers: ${record.sees.join(", ")}`;
    case "enforcement_recorded":
      return `${record.agent} was told to try again (${record.code}, ${record.attempt} of ${record.maxAttempts})`;
    case "answer_submitted":
      return `${record.agent} answered (${record.label}): ${clip(oneLine(record.text), 100)}${
        record.snapshotFault ? ` (its files were not kept: ${oneLine(record.snapshotFault.message)})` : ""
      }`;
    case "vote_cast":
      return `${record.agent} voted for ${record.target} (${record.label}): ${clip(oneLine(record.reason), 100)}`;
    case "vote_ignored":
      return `${record.agent}'s vote for ${record.label} does not count (${record.reason})`;
    case "votes_invalidated":
      return `${record.by} voids the votes of ${record.voters.join(", ")}`;
    case "execution_stopped":
      return record.cancelled ? undefined : `${record.agent} failed: ${oneLine(record.fault.message)}`;
    case "wrap_up_started":
      return { time: "time is running out", budget: "the budget is running out", answer_now: "asked to answer now" }[
        record.reason
      ];
    case "time_ran_out":
      return "the time is up";
    case "winner_chosen":
      return `winner: ${record.reason}`;
    case "presentation_started":
      return `${record.agent} writes the final answer`;
    case "presentation_failed":
      return `the presentation failed (${oneLine(record.fault.message)}); the answer that was voted for is final`;
    case "run_ended":
      return `ended: ${record.outcome}${record.fault ? ` (${oneLine(record.fault.message)})` : ""}`;
    default:
      return undefined;
  }
}
