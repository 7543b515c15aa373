import { isViewKey } from "../keys.ts";
import { liveRuns } from "../run/live-runs.ts";
import { type Pressed, send } from "../screen/pressed.ts";
import type { View } from "../screen/screen-state.ts";
import { feedRows } from "./feed-rows.ts";
import { type FullView, openRunView, RUN_VIEWS } from "./full-view.ts";
import { act, clamp, type replace as move, replace, scrollBy } from "./moves.ts";
import { seenRun } from "./seen-run.ts";
import { bodySize } from "./view-frame.ts";

/** To another view of the same run, or an end to it: `go` opens it in place of this one or over it. */
export function pressOther(view: View, runId: string, chord: string, go: typeof move): Pressed | undefined {
  const kind = RUN_VIEWS.find((one) => isViewKey(one, chord));
  if (kind) return go(view, openRunView(kind, runId));
  const run = liveRuns(view).find((live) => live.runId === runId);
  if (!isViewKey("answerNow", chord) || run?.state.phase.kind !== "coordinating") return undefined;
  return act(view, "the run wraps up", send({ do: "answer_now", runId }));
}

/** Which agent has the focus, and what of its text is seen. */
export function pressRun(view: View, shown: Extract<FullView, { kind: "run" }>, chord: string): Pressed | undefined {
  const seen = seenRun(view, shown.runId);
  if (seen.is !== "there") return undefined;
  const { agents } = seen.run.state;
  const by = isViewKey("next", chord) ? 1 : isViewKey("previous", chord) ? -1 : 0;
  if (by !== 0) return replace(view, { ...shown, agent: (shown.agent + by + agents.length) % agents.length, back: 0 });
  if (isViewKey("open", chord)) return replace(view, { ...shown, zoom: !shown.zoom });
  const rows = scrollBy(view, chord);
  if (rows === 0) return undefined;
  const { width, height } = bodySize(view);
  // As narrow as a column can be, so that the start can always be reached; what is too much is cut when it is drawn.
  const most = feedRows(seen.run, agents[shown.agent]?.id ?? "", Math.min(width, 40), 5000).length;
  return replace(view, { ...shown, back: clamp(shown.back - rows, Math.max(0, most - Math.floor(height / 2))) });
}
