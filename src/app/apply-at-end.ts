import type { ChatEvent, ChatRecord } from "../core/chat/events.ts";
import type { ChatState } from "../core/chat/state.ts";
import { toFault } from "../core/fault.ts";
import type { RunsPort } from "../lead/ports.ts";

/**
 * In auto mode, what a run changes is put into the user's files when it has answered: all of it, or nothing. Returns
 * what resolves when no such thing is under way.
 */
export function applyAtEnd(
  log: {
    readonly subscribe: (listener: (record: ChatRecord, chat: ChatState) => void) => () => void;
    readonly apply: (event: ChatEvent) => void;
  },
  runs: Pick<RunsPort, "changes">,
): () => Promise<void> {
  let applying: Promise<void> = Promise.resolve();
  log.subscribe((record, { mode }) => {
    if (record.type !== "run_finished" || mode !== "auto") return;
    const { outcome, changes = [], number } = record.report;
    if (outcome !== "answered" || changes.length === 0) return;
    applying = applying
      .then(() => runs.changes("apply", String(number)))
      .catch((error: unknown) => log.apply({ type: "command_failed", fault: toFault(error) }));
  });
  return () => applying;
}
