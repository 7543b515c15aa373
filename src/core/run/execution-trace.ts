import { startOfAttempt } from "./attempts.ts";
import type { RunRecord } from "./events.ts";

/**
 * What an agent did in the last attempt, untruncated, as Markdown: every tool call with its result, what it thought and
 * said, where it failed. `records` are those up to the moment that the trace is for.
 */
export function executionTrace(records: readonly RunRecord[], agent: string): string {
  const attempt = records.slice(startOfAttempt(records));
  const own = attempt.filter((record) => "agent" in record && record.agent === agent);
  const parts = own.flatMap((record) => section(record, own));
  const errors = own.flatMap((record) => errorLine(record));
  const first = own[0];
  const started = first ? time(first.at) : "–";
  return [
    `# Execution Trace: ${agent}`,
    `**Model**: ${modelOf(records, agent)} | **Started**: ${started}`,
    ...parts,
    ...(errors.length === 0 ? [] : ["## Errors", errors.join("\n")]),
  ]
    .join("\n\n")
    .concat("\n");
}

function time(at: number): string {
  return new Date(at).toISOString();
}

function modelOf(records: readonly RunRecord[], agent: string): string {
  for (const record of records) {
    const agents = record.type === "run_started" ? record.agents : record.type === "agent_added" ? [record.added] : [];
    const found = agents.find(({ id }) => id === agent);
    if (found) return found.model;
  }
  return "unknown";
}

function section(record: RunRecord, own: readonly RunRecord[]): readonly string[] {
  switch (record.type) {
    case "execution_started": {
      const heading = `## Round ${record.execution - 1} (${outcomeOf(record.execution, own)})`;
      const shown = record.sees.length === 0 ? [] : [`Answers shown: ${record.sees.join(", ")}`];
      return [heading, ...shown];
    }
    case "presentation_started":
      return ["## Final presentation"];
    case "evaluation_started":
      return ["## Post-evaluation"];
    case "answer_evaluated":
      if (record.verdict === "submit") return ["### Final answer submitted"];
      return ["### Final answer sent back", `${record.reason}\n\n${record.instructions}`.trim()];
    case "model_replied":
      return [
        ...(record.reasoning.trim() === "" ? [] : ["### Reasoning", record.reasoning.trim()]),
        ...(record.text.trim() === "" ? [] : ["### Content", record.text.trim()]),
        ...record.calls.flatMap(({ name, input }) => [
          `### Tool Call: ${name}`,
          `**Args**:\n${fenced(JSON.stringify(input ?? null, undefined, 2), "json")}`,
        ]),
      ];
    case "tool_finished":
      return [`### Tool ${record.failed ? "Error" : "Result"}: ${record.name}`, fenced(record.output)];
    case "update_injected":
      return ["### Update", `Newer answers were shown: ${record.sees.join(", ")}`];
    case "round_limit_told":
      return ["### Told that the time of the round is up"];
    case "enforcement_recorded":
      return [`### Told to try again (${record.code}, ${record.attempt} of ${record.maxAttempts})`, record.message];
    case "answer_submitted":
      return [`### Answer Submitted (${record.label})`, record.text];
    case "vote_cast":
      return [
        `### Vote Cast: ${record.label}`,
        [
          `- Available options: ${record.sees.join(", ")}`,
          `- Voted for: ${record.label}`,
          `- Reason: ${record.reason}`,
        ].join("\n"),
      ];
    case "vote_ignored":
      return [`### Vote Ignored: ${record.label}`, record.reason];
    case "execution_stopped":
      return record.text.trim() === "" ? [] : ["### Content (unfinished)", record.text.trim()];
    case "final_stored":
      return [`### Final Answer (${record.label}, ${record.source})`, record.text];
    default:
      return [];
  }
}

/** What became of the execution, as far as it is known by now. */
function outcomeOf(execution: number, own: readonly RunRecord[]): string {
  for (const record of own) {
    if (!("execution" in record) || record.execution !== execution) continue;
    if (record.type === "answer_submitted") return `Answer ${record.label}`;
    if (record.type === "vote_cast") return `Vote for ${record.label}`;
    if (record.type === "execution_stopped") return record.cancelled ? "stopped" : "failed";
  }
  return "unfinished";
}

function errorLine(record: RunRecord): readonly string[] {
  if (record.type === "execution_stopped" && record.cancelled) return [];
  if ("fault" in record && record.fault) {
    return [`- ${time(record.at)} ${record.fault.code}: ${record.fault.message}`];
  }
  if (record.type === "tool_finished" && record.failed) return [`- ${time(record.at)} ${record.name} failed`];
  return [];
}

/** A fence that is longer than any in the text. */
function fenced(text: string, language = ""): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
