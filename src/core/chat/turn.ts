import type { ChatState } from "./state.ts";

/** The lead's model has something to answer and nothing else to wait for. */
export function owesReply(chat: ChatState): boolean {
  if (chat.fault !== undefined || chat.interrupted || leadCalls(chat).length > 0) return false;
  const last = chat.messages.at(-1);
  return last !== undefined && last.role !== "assistant";
}

/** A turn has begun and not ended: the lead works, or waits for an approval. */
export function turnUnderWay(chat: ChatState): boolean {
  return leadCalls(chat).length > 0 || owesReply(chat);
}

export function leadCalls(chat: ChatState): ChatState["calls"] {
  return chat.calls.filter(({ byUser }) => !byUser);
}

const WORK =
  /\b(add|build|change|clean up|convert|create|debate|design|develop|document|draft|extend|fix|generate|implement|improve|integrate|investigate|make|migrate|optimi[sz]e|plan|port|refactor|remove|rename|replace|research|review|rewrite|set up|split|support|update|upgrade|write)\b/i;

/** The user seems to want something done rather than told. A guess, for a hint that can be ignored. */
export function looksLikeWork(text: string): boolean {
  const isQuestion = /^\s*(what|who|when|where|which|why|how|is|are|was|does|do|did|has|have)\b/i.test(text);
  return !isQuestion && WORK.test(text);
}
