import { isViewKey } from "../keys.ts";
import type { Pressed } from "../screen/pressed.ts";
import type { ScreenState, View } from "../screen/screen-state.ts";
import type { FullView } from "./full-view.ts";
import { replace } from "./moves.ts";

type Timeline = Extract<FullView, { kind: "timeline" }>;

/** Whatever its length, a run plays in about this many steps. */
const STEPS = 160;

/** How many events are there to look at: as many as have been read. */
function eventsOf({ fetched }: Pick<ScreenState, "fetched">, { runId }: Timeline): number {
  const run = fetched.run;
  return run?.runId === runId && run.content.is === "there" ? run.content.value.records.length : 0;
}

/** Scrubs: an event, ten, all of it; the space bar plays from there, or from the start once all is over. */
export function pressTimeline(view: View, shown: Timeline, chord: string): Pressed | undefined {
  const count = eventsOf(view.screen, shown);
  if (isViewKey("play", chord)) {
    if (shown.playing) return replace(view, { ...shown, playing: false });
    return replace(view, { ...shown, playing: count > 0, at: shown.at ?? 1 });
  }
  const by = stepOf(chord, count);
  if (by === 0) return undefined;
  const at = Math.max(1, (shown.at ?? count) + by);
  return replace(view, { ...shown, playing: false, at: at >= count ? undefined : at });
}

function stepOf(chord: string, count: number): number {
  if (isViewKey("left", chord)) return -1;
  if (isViewKey("right", chord)) return 1;
  if (isViewKey("pageUp", chord)) return -10;
  if (isViewKey("pageDown", chord)) return 10;
  if (isViewKey("first", chord)) return -count;
  return isViewKey("last", chord) ? count : 0;
}

/** A playing timeline one step later. It stops at the newest event. */
export function played(screen: ScreenState): ScreenState {
  const shown = screen.views.at(-1);
  if (shown?.kind !== "timeline" || !shown.playing) return screen;
  const count = eventsOf(screen, shown);
  const at = (shown.at ?? count) + Math.max(1, Math.round(count / STEPS));
  const next = at >= count ? { ...shown, at: undefined, playing: false } : { ...shown, at };
  return { ...screen, views: [...screen.views.slice(0, -1), next] };
}
