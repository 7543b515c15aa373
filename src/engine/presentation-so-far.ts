import type { Message } from "../core/message.ts";
import type { AgentId } from "../core/run/terms.ts";
import { keptOutcome } from "../core/tool.ts";
import { INTERRUPTED, type OpenReply } from "./conversation-so-far.ts";
import type { EngineShell } from "./shell.ts";
import { missingPlan } from "./write-plan.ts";

/** How far a presentation got that was cut off by the end of its process. */
export type PresentationSoFar = {
  /** What followed its first message; every call in it has its result. */
  readonly messages: readonly Message[];
  readonly toolCalls: number;
  /** The final answer of a planning run that was asked for its plan once more; else empty. */
  readonly written: string;
  /** The last reply, not acted upon in full. */
  readonly open: OpenReply | undefined;
};

/** Undefined when the journal before the resume shows none of this agent as under way. */
export function presentationSoFar({ past = [] }: EngineShell, agent: AgentId): PresentationSoFar | undefined {
  let draft: Draft | undefined;
  for (const event of past) {
    if (!("agent" in event) || event.agent !== agent) continue;
    switch (event.type) {
      case "presentation_started":
        if (!draft || event.continues !== true) draft = { messages: [], toolCalls: 0, written: "", open: undefined };
        break;
      case "presentation_failed":
      case "final_stored":
      case "execution_started":
        draft = undefined;
        break;
      case "model_replied":
        if (!draft) break;
        close(draft);
        draft.open = { reply: event, results: new Map() };
        break;
      case "tool_started":
        draft?.open?.results.set(event.call.id, undefined);
        break;
      case "tool_finished":
        draft?.open?.results.set(event.callId, keptOutcome(event));
        break;
    }
  }
  return draft;
}

type Draft = { -readonly [Key in keyof PresentationSoFar]: PresentationSoFar[Key] } & { readonly messages: Message[] };

/** The model has replied to the results of this reply, so that all of them are there. */
function close(draft: Draft): void {
  if (!draft.open) return;
  const { reply, results } = draft.open;
  const { text, calls, native } = reply;
  draft.messages.push({ role: "assistant", text, calls, native });
  for (const { id, name } of calls) {
    draft.messages.push({
      role: "tool",
      callId: id,
      name,
      ...(results.get(id) ?? { output: INTERRUPTED, failed: true }),
    });
  }
  draft.toolCalls += calls.length;
  if (calls.length > 0) return;
  draft.written = text.trim();
  draft.messages.push({ role: "user", text: missingPlan(draft.messages) ?? "" });
}
