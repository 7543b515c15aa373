import { clip, oneLine, plural } from "../../core/text.ts";
import type { ModelRequest } from "../../core/model.ts";
import { type Draft, say } from "./draft.ts";
import { messageText } from "./read-request.ts";

const LINES = 12;

/** A summary by rules: what was asked and what was answered, a line each, the newest last. */
export function playSummary({ messages }: ModelRequest): Draft {
  const lines = messageText(messages[0]).split("\n");
  const asked = spokenBy("USER", lines);
  const answered = spokenBy("LEAD", lines);
  const called = lines.filter((line) => line.startsWith("CALL ")).length;
  return say(
    "Simulated summary, made by rules: it says what was said, not what matters.",
    ["Asked:", ...asked.slice(-LINES)].join("\n"),
    ["Answered:", ...answered.slice(-LINES)].join("\n"),
    `${plural(called, "tool call")}.`,
  );
}

function spokenBy(name: string, lines: readonly string[]): string[] {
  return lines.flatMap((line) => (line.startsWith(`${name}: `) ? [`- ${clip(oneLine(line.slice(6)), 160)}`] : []));
}
