import type { ModelRequest } from "../../core/model.ts";
import { call, type Draft } from "./draft.ts";
import { messageText, readTeamView } from "./read-request.ts";
import { callTool } from "./tool-input.ts";
import { salientWords, stem } from "./words.ts";

/** The winner's second look: an answer that leaves out words of the message is sent back, once. */
export function playEvaluator({ messages, tools }: ModelRequest): Draft {
  const { task, feedback } = readTeamView(messages);
  const final = /<FINAL ANSWER>([\s\S]*)<END OF FINAL ANSWER>/.exec(messageText(messages[0]))?.[1] ?? "";
  const text = final.toLowerCase();
  const missing = salientWords(task, 12).filter((word) => !text.includes(stem(word).toLowerCase()));
  if (missing.length === 0 || feedback !== "") {
    return call("I looked at it once more: it stands.", callTool(tools, "submit", { confirmed: true }));
  }
  const list = missing.map((word) => `“${word}”`).join(", ");
  return call(
    "I looked at it once more: something is left out.",
    callTool(tools, "restart_orchestration", {
      reason: `The final answer says nothing about ${list}.`,
      instructions: `Say what is to be done about ${list}.`,
    }),
  );
}
