import { block } from "../core/block.ts";
import { conversationText } from "../core/chat/compaction.ts";
import { FaultError, toFault } from "../core/fault.ts";
import { untilAborted } from "./abort.ts";
import { askModel } from "./ask-model.ts";
import type { Budget } from "./context-budget.ts";
import { createLive, type LiveFeed } from "./live.ts";
import type { LeadOptions } from "./options.ts";

export type Asides = {
  /** One after the other, beside whatever the lead does. What came of it reaches the chat as an event. */
  readonly ask: (question: string) => void;
  /** False: none was being answered. */
  readonly stop: () => boolean;
  /** Resolves when all that was asked is answered. */
  readonly idle: () => Promise<void>;
};

/** Questions that the lead's model answers from the conversation, without tools, and that never become a part of it. */
export function createAsides(
  options: Pick<LeadOptions, "log" | "model" | "system" | "now">,
  { budget, live }: { readonly budget: Budget; readonly live: Pick<LiveFeed, "show"> },
): Asides {
  const { log, model } = options;
  let controller = new AbortController();
  let queue: Promise<void> = Promise.resolve();
  let waiting = 0;

  return {
    ask(question) {
      const { signal } = controller;
      waiting += 1;
      queue = queue
        .then(() => answer(question, signal))
        .catch((error: unknown) => {
          if (!signal.aborted) log.apply({ type: "command_failed", fault: toFault(error) });
        })
        .finally(() => {
          waiting -= 1;
          live.show({ aside: undefined });
        });
    },
    stop() {
      if (waiting === 0) return false;
      controller.abort(new FaultError({ code: "cancelled", message: "Stopped by the user" }));
      controller = new AbortController();
      return true;
    },
    idle: () => queue,
  };

  async function answer(question: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    live.show({ aside: { question, text: "" } });
    const system = await untilAborted(Promise.resolve(options.system()), signal);
    const tokens = await untilAborted(budget.tokens(), signal);
    const said = conversationText(log.get().messages, tokens);
    const text = [
      block("conversation_so_far", {}, said === "" ? "Nothing was said yet." : said),
      block("side_question", {}, question),
      TASK,
    ].join("\n\n");
    const request = { system, messages: [{ role: "user" as const, text }], tools: [] };
    // A view of its own: the lead may be writing at the same time.
    const own = createLive(options.now);
    own.subscribe(() => {
      const { text, note } = own.get();
      if (!signal.aborted) live.show({ aside: { question, text: text || note } });
    });
    const { text: reply, usage, costUsd } = await askModel(model, request, own, signal);
    log.apply({ type: "answered_aside", question, text: reply.trim(), usage, costUsd });
  }
}

const TASK =
  "Answer the side question now, briefly, from what stands above. You have no tools here, and neither the question nor your answer becomes a part of the conversation: do not promise anything. What the conversation does not say, you do not know.";
