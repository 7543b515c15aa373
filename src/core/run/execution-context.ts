import type { ToolCall } from "../message.ts";
import { startOfAttempt } from "./attempts.ts";
import type { RunRecord } from "./events.ts";

type Line = { readonly role: "user" | "assistant" | "tool"; readonly [field: string]: unknown };

/**
 * What an agent was shown in one execution, or (execution undefined) in the last presentation: the content of
 * context.txt, with the last prompt and tools of it.
 * `records` are those up to the moment that the context is for. Other agents go by the names that it knows them by.
 */
export function executionContext(records: readonly RunRecord[], agent: string, execution: number | undefined) {
  const start = records.find((record) => record.type === "run_started");
  const attempt = records.slice(startOfAttempt(records));
  const begin = records.findLastIndex((record) => begins(record, agent, execution));
  const opening = records[begin];
  const rest = records.slice(begin + 1);
  const end = rest.findIndex((record) => isBegin(record, agent));
  const mine = (end < 0 ? rest : rest.slice(0, end)).filter(
    (record) => !("execution" in record) || record.execution === undefined || record.execution === execution,
  );
  const prompt = mine.findLast(
    (record): record is Extract<RunRecord, { type: "prompt_set" }> =>
      record.type === "prompt_set" && record.agent === agent && record.stage === undefined,
  );
  const sees = opening?.type === "execution_started" ? opening.sees : newestLabels(attempt);
  return {
    system_message: prompt?.system ?? start?.instructions[agent] ?? null,
    user_message: prompt?.opening ?? start?.question ?? "",
    ...personaOf(records, agent),
    ...previousAttempt(records),
    context_paths: (start?.contextPaths ?? []).map(({ path, permission }) => ({ path, permission })),
    may_answer: opening?.type === "execution_started" ? opening.mayAnswer : false,
    may_vote: opening?.type === "execution_started" ? opening.mayVote : false,
    current_answers: answersOf(records, sees),
    messages: mine.flatMap((record) => messagesOf(record, agent, records)),
    tools: prompt?.tools ?? [],
  };
}

function isBegin(record: RunRecord, agent: string): boolean {
  return BEGINNINGS.has(record.type) && "agent" in record && record.agent === agent;
}

const BEGINNINGS: ReadonlySet<RunRecord["type"]> = new Set([
  "execution_started",
  "presentation_started",
  "evaluation_started",
]);

function personaOf(records: readonly RunRecord[], agent: string) {
  const made = records.findLast(({ type }) => type === "personas_made" || type === "run_started");
  const personas = (made && "personas" in made && made.personas) || {};
  return Object.hasOwn(personas, agent) ? { persona: personas[agent] } : {};
}

/** What came of the attempt before, and why it was not enough. */
function previousAttempt(records: readonly RunRecord[]) {
  const begin = startOfAttempt(records);
  if (begin === 0) return {};
  const before = records.slice(0, begin);
  const sentBack = before.findLast((record) => record.type === "answer_evaluated");
  const final = before.findLast((record) => record.type === "final_stored");
  if (sentBack?.type !== "answer_evaluated" || final?.type !== "final_stored") return {};
  const { reason, instructions } = sentBack;
  return { previous_attempt: { reason, instructions, answer: final.text } };
}

function begins(record: RunRecord, agent: string, execution: number | undefined): boolean {
  if (execution === undefined) return record.type === "presentation_started" && record.agent === agent;
  return record.type === "execution_started" && record.agent === agent && record.execution === execution;
}

function answersOf(records: readonly RunRecord[], labels: readonly string[]) {
  return labels.flatMap((label) => {
    const found = records.find((record) => record.type === "answer_submitted" && record.label === label);
    return found?.type === "answer_submitted" ? [{ label, answer: found.text }] : [];
  });
}

function newestLabels(records: readonly RunRecord[]): readonly string[] {
  const newest = new Map<string, string>();
  for (const record of records) if (record.type === "answer_submitted") newest.set(record.agent, record.label);
  return [...newest.values()];
}

/** Always in the same order, whether it comes from a model or from a journal. */
function toolCall({ id, name, input }: ToolCall): ToolCall {
  return { id, name, input };
}

function messagesOf(record: RunRecord, agent: string, records: readonly RunRecord[]): readonly Line[] {
  if (!("agent" in record) || record.agent !== agent) return [];
  switch (record.type) {
    case "model_replied":
      return [
        {
          role: "assistant",
          content: record.text,
          reasoning: record.reasoning,
          tool_calls: record.calls.map(toolCall),
        },
      ];
    case "tool_finished":
      return [
        {
          role: "tool",
          tool_call_id: record.callId,
          name: record.name,
          content: record.output,
          failed: record.failed,
        },
      ];
    case "enforcement_recorded":
      return [{ role: "user", content: record.message, reason: record.code }];
    case "update_injected":
      return [{ role: "user", new_answers: answersOf(records, record.sees) }];
    case "notes_delivered":
      return records.flatMap((note): Line[] =>
        note.type === "note_sent" && record.ids.includes(note.id) ? [{ role: "user", note: note.text }] : [],
      );
    default:
      return [];
  }
}
