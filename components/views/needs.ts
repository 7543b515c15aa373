import { liveRuns } from "../run/live-runs.ts";
import type { View } from "../screen/screen-state.ts";

/** What the open view lacks and the disk has. */
export type Need =
  | { readonly what: "run"; readonly runId: string }
  | { readonly what: "runs" | "deliverables" }
  | { readonly what: "deliverable"; readonly name: string };

/** A journal that grows is read anew at most this often. */
const AGAIN_MS = 1000;

export function needOf(view: View): Need | undefined {
  const { fetched, views } = view.screen;
  const shown = views.at(-1);
  if (!shown) return undefined;
  switch (shown.kind) {
    case "details":
    case "inbox":
      return undefined;
    case "runs":
    case "deliverables":
      return fetched[shown.kind] ? undefined : { what: shown.kind };
    case "deliverable":
      return fetched.deliverable?.name === shown.name ? undefined : { what: "deliverable", name: shown.name };
    default: {
      const { runId } = shown;
      const lacks = runId !== undefined && lacksRun(view, runId, shown.kind === "timeline");
      return lacks ? { what: "run", runId } : undefined;
    }
  }
}

/**
 * A run under way is in its feed; only who looks back at its events needs the journal, and then all that is in it. What
 * was read of a run before it ended is read again.
 */
function lacksRun({ screen, runs, chat, now }: View, runId: string, events: boolean): boolean {
  const live = liveRuns({ runs, chat }).find((run) => run.runId === runId);
  if (live && !events) return false;
  const fetched = screen.fetched.run;
  if (fetched?.runId !== runId) return true;
  if (fetched.content.is !== "there") return false;
  const { records } = fetched.content.value;
  const isOver = chat.reports.some((report) => report.runId === runId);
  const isWhole = live ? records.length >= live.state.events : !isOver || records.at(-1)?.type === "run_ended";
  if (isWhole) return false;
  return live ? now - fetched.since >= AGAIN_MS : fetched.since < chat.lastEventAt;
}
