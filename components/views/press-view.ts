import type { Stroke } from "../composer/strokes.ts";
import { isKey, isViewKey } from "../keys.ts";
import type { Pressed } from "../screen/pressed.ts";
import type { View } from "../screen/screen-state.ts";
import { graphemes } from "../text/width.ts";
import { costRuns } from "./cost-view.ts";
import { toolGroups } from "./details-view.ts";
import { lastTop } from "./full-view-rows.ts";
import type { FullView } from "./full-view.ts";
import { clamp, replace, scrollBy, stay } from "./moves.ts";
import { pressCompare } from "./press-compare.ts";
import { pressInbox } from "./press-inbox.ts";
import { pressDeliverables, pressRuns } from "./press-lists.ts";
import { pressOther, pressRun } from "./press-run.ts";
import { pressTimeline } from "./press-timeline.ts";

/** An open view takes every key; what is typed in one go is a key for each character. */
export function pressFullView(view: View, stroke: Stroke): Pressed | undefined {
  if (view.screen.views.length === 0) return undefined;
  if (stroke.kind === "paste") return stay(view);
  const chords =
    stroke.kind === "key" ? [stroke.chord] : graphemes(stroke.text).map((key) => (key === " " ? "space" : key));
  return chords.reduce<Pressed>((done, chord) => {
    const { screen, effects } = pressOne({ ...view, screen: done.screen }, chord);
    return { screen, effects: [...done.effects, ...effects] };
  }, stay(view));
}

function pressOne(view: View, chord: string): Pressed {
  const shown = view.screen.views.at(-1);
  if (!shown) return stay(view);
  if (isViewKey("back", chord)) {
    return { screen: { ...view.screen, views: view.screen.views.slice(0, -1) }, effects: [] };
  }
  if (isKey("redraw", chord)) return { screen: view.screen, effects: [{ do: "redraw" }] };
  return pressIn(view, shown, chord) ?? pressScroll(view, shown, chord) ?? stay(view);
}

function pressIn(view: View, shown: FullView, chord: string): Pressed | undefined {
  switch (shown.kind) {
    case "run":
      return pressRun(view, shown, chord) ?? pressOther(view, shown.runId, chord, replace);
    case "votes":
      return pressOther(view, shown.runId, chord, replace);
    case "compare":
      return pressCompare(view, shown, chord) ?? pressOther(view, shown.runId, chord, replace);
    case "timeline":
      return pressTimeline(view, shown, chord) ?? pressOther(view, shown.runId, chord, replace);
    case "runs":
      return pressRuns(view, shown, chord);
    case "deliverables":
      return pressDeliverables(view, shown, chord);
    case "inbox":
      return pressInbox(view, shown, chord);
    case "cost": {
      const runs = costRuns(view);
      const at = runs.indexOf(shown.runId ?? "") + sideways(chord);
      if (sideways(chord) === 0 || runs.length === 0) return undefined;
      return replace(view, { ...shown, runId: runs[clamp(at, runs.length - 1)], top: 0 });
    }
    case "details": {
      const back = clamp(shown.back - sideways(chord), toolGroups(view.chat).length - 1);
      return back === shown.back ? undefined : replace(view, { ...shown, back, top: 0 });
    }
    default:
      return undefined;
  }
}

function sideways(chord: string): number {
  if (isViewKey("left", chord)) return -1;
  return isViewKey("right", chord) ? 1 : 0;
}

function pressScroll(view: View, shown: FullView, chord: string): Pressed | undefined {
  if (!("top" in shown)) return undefined;
  const rows = scrollBy(view, chord);
  return rows === 0 ? undefined : replace(view, { ...shown, top: clamp(shown.top + rows, lastTop(view, shown)) });
}
