import type { ChatState } from "../../src/core/chat/state.ts";
import type { LiveRun } from "../../src/core/front-end.ts";

/** The chat and its runs, as far as what goes on in them is concerned. */
export type ChatAndRuns = { readonly chat: ChatState; readonly runs: readonly LiveRun[] };

/** Runs that go on. A run whose report is in the chat has settled, whatever its feed still holds. */
export function liveRuns({ runs, chat }: ChatAndRuns): readonly LiveRun[] {
  return runs.filter(
    ({ runId, state }) => state.phase.kind !== "ended" && !chat.reports.some((report) => report.runId === runId),
  );
}
