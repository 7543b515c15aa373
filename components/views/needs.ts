import { liveRuns } from "../screen/activity.ts";
import type { View } from "../screen/screen-state.ts";

/** What the open view lacks and the disk has. */
export type Need = { readonly what: "run"; readonly runId: string } | { readonly what: "runs" };

/** A journal that grows is read anew at most this often. */
const AGAIN_MS = 1000;

export function needOf(view: View): Need | undefined {
  const { fetched, views } = view.screen;
  const shown = views.at(-1);
  if (!shown) return undefined;
  switch (shown.kind) {
    case "details":
      return undefined;
    case "runs":
      return fetched.runs ? undefined : { what: "runs" };
    default:
      return lacksRun(view, shown.runId) ? { what: "run", runId: shown.runId } : undefined;
  }
}

/** A run under way is in its feed. What was read of one before it ended is read again. */
function lacksRun({ screen, runs, chat, now }: View, runId: string): boolean {
  if (liveRuns({ runs, chat }).some((run) => run.runId === runId)) return false;
  const fetched = screen.fetched.run;
  if (fetched?.runId !== runId) return true;
  if (fetched.content.is !== "there") return false;
  const isOver = chat.reports.some((report) => report.runId === runId);
  const isWhole = !isOver || fetched.content.value.records.at(-1)?.type === "run_ended";
  return !isWhole && now - fetched.since >= AGAIN_MS;
}
