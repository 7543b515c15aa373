import { clip, formatDuration, formatUsd, oneLine, plural } from "../text.ts";
import { planSize } from "../plan.ts";
import type { RunRecord } from "./events.ts";

/** What an event says in one plain line, for logs and pipes; undefined for those that only matter to machines. */
export function narrate(record: RunRecord): string | undefined {
  switch (record.type) {
    case "run_started":
      return `started with ${record.agents.map(({ id, model }) => `${id} (${model})`).join(", ")}`;
    case "run_resumed":
      return "resumed";
    case "personas_started":
      return `${record.agent} thinks up a perspective for each agent`;
    case "personas_made": {
      if (record.fault) return `no perspectives, the agents work without (${oneLine(record.fault.message)})`;
      const each = Object.entries(record.personas).map(([id, text]) => `${id}: ${clip(oneLine(text), 60)}`);
      return `perspectives: ${each.join(" · ")}`;
    }
    case "execution_started":
      if (record.continues !== undefined) return `${record.agent} goes on where it was interrupted`;
      return record.sees.length > 0 ? `${record.agent} looks at ${record.sees.join(", ")}` : `${record.agent} works`;
    case "tool_started":
      return `${record.agent} · ${oneLine(record.summary)}`;
    case "model_retried":
      return `${record.agent} tries again (${record.attempt} of ${record.maxAttempts}) in ${formatDuration(record.delayMs)}: ${oneLine(record.fault.message)}`;
    case "update_injected":
      return `${record.agent} sees newer answers: ${record.sees.join(", ")}`;
    case "round_limit_told":
      return `${record.agent} was told that the time of its round is up`;
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
    case "note_sent":
      return `note to ${record.agents.join(", ")}: ${clip(oneLine(record.text), 100)}`;
    case "notes_delivered":
      return `${record.agent} got ${plural(record.ids.length, "note")}`;
    case "run_paused":
      return "paused";
    case "run_continued":
      return "goes on";
    case "agent_dropped":
      return `${record.agent} was dropped`;
    case "agent_added":
      return `${record.added.id} (${record.added.model}) joins`;
    case "limits_changed":
      return `new limits: ${limitsText(record)}`;
    case "winner_overridden":
      return `${record.label} was chosen by the user`;
    case "agents_settled":
      return `${record.agents.join(", ")} let off: their votes cannot change the outcome`;
    case "question_asked":
      return `${record.agent} asks ${record.to === "human" ? "the user" : "the others"}: ${clip(oneLine(record.text), 100)}`;
    case "question_answered":
      return record.by === "default"
        ? "nobody answered the question in time"
        : `${record.by === "human" ? "the user" : record.by} answers: ${clip(oneLine(record.text), 100)}`;
    case "permission_asked":
      return `${record.agent} asks for permission: ${clip(oneLine(record.title), 160)}`;
    case "permission_answered":
      return answerText(record);
    case "wrap_up_started":
      return { time: "time is running out", budget: "the budget is running out", answer_now: "asked to answer now" }[
        record.reason
      ];
    case "time_ran_out":
      return "the time is up";
    case "winner_chosen":
      return `winner: ${record.reason}`;
    case "presentation_started":
      return `${record.agent} ${record.continues ? "goes on with" : "writes"} the final answer`;
    case "presentation_failed":
      return `the presentation failed (${oneLine(record.fault.message)}); the answer that was voted for is final`;
    case "final_stored":
      if (record.plan) return `the plan has ${planSize(record.plan)}`;
      return record.planProblem === undefined
        ? undefined
        : `the plan is kept as text, there is no plan.json: ${clip(oneLine(record.planProblem), 160)}`;
    case "evaluation_started":
      return `${record.agent} checks the final answer`;
    case "answer_evaluated":
      if (record.fault) {
        return `the check of the final answer failed (${oneLine(record.fault.message)}); it stands as it is`;
      }
      return record.verdict === "submit"
        ? `${record.agent} stands by the final answer`
        : `${record.agent} sends the final answer back: ${clip(oneLine(record.reason), 100)}`;
    case "attempt_started":
      return `attempt ${record.attempt} begins`;
    case "run_ended":
      return `ended: ${record.outcome}${record.fault ? ` (${oneLine(record.fault.message)})` : ""}`;
    default:
      return undefined;
  }
}

function answerText({ allow, by, forRun, reason }: Extract<RunRecord, { type: "permission_answered" }>): string {
  if (by === "policy") return "denied: nobody is there to be asked";
  if (by === "late") return "denied: nobody answered in time";
  if (by === "earlier") return "allowed, as before in this run";
  const why = reason === undefined ? "" : `: ${clip(oneLine(reason), 100)}`;
  return allow ? `allowed by the user${forRun ? ", for the rest of the run" : ""}` : `denied by the user${why}`;
}

/** "at most $2.00, no token limit": only what a change names. */
export function limitsText(change: Extract<RunRecord, { type: "limits_changed" }>): string {
  const { maxCostUsd, maxTokens, maxModelCalls, orchestratorSeconds } = change;
  const limit = (value: number | null | undefined, unit: string, shown: (value: number) => string): string[] =>
    value === undefined ? [] : [value === null ? `no ${unit} limit` : `at most ${shown(value)}`];
  return [
    ...limit(maxCostUsd, "cost", formatUsd),
    ...limit(maxTokens, "token", (tokens) => plural(tokens, "token")),
    ...limit(maxModelCalls, "call", (calls) => plural(calls, "model call")),
    ...limit(orchestratorSeconds, "time", (seconds) => formatDuration(seconds * 1000)),
  ].join(", ");
}
