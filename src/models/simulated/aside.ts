import { clip, oneLine } from "../../core/text.ts";
import type { ModelRequest } from "../../core/model.ts";
import { type Draft, say } from "./draft.ts";
import { messageText } from "./read-request.ts";
import { salientWords, stem } from "./words.ts";

const LINES = 5;

/** A side question, by rules: the lines of the conversation that share words with it. */
export function playAside({ messages }: ModelRequest): Draft {
  const text = messageText(messages[0]);
  const conversation = /<conversation_so_far>([\s\S]*?)<\/conversation_so_far>/.exec(text)?.[1] ?? "";
  const question = /<side_question>([\s\S]*?)<\/side_question>/.exec(text)?.[1] ?? "";
  const words = salientWords(question, 4).map((word) => stem(word).toLowerCase());
  const lines = conversation
    .split("\n")
    .map(withoutMark)
    .filter((line) => words.some((word) => line.toLowerCase().includes(word)))
    .slice(-LINES);
  return say(
    lines.length === 0
      ? `Nothing that was said here is about “${clip(oneLine(question), 80)}”.`
      : ["What was said of it:", ...lines.map((line) => `- ${clip(oneLine(line), 160)}`)].join("\n"),
    "_Simulated lead: found by words; a real model would answer._",
  );
}

/** It gets a mark of its own here; one in front of another would be a list in a list. */
function withoutMark(line: string): string {
  return line.replace(/^(\s*(?:USER: |LEAD: )?)(?:(?:[-*•]|\d+[.)])\s+)+/, "$1");
}
