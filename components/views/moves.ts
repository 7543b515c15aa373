import { isViewKey } from "../keys.ts";
import type { Effect, Pressed } from "../screen/pressed.ts";
import type { View } from "../screen/screen-state.ts";
import type { FullView } from "./full-view.ts";
import { bodySize } from "./view-frame.ts";

/** The open view as a key has changed it. */
export function replace(view: View, next: FullView): Pressed {
  return { screen: { ...view.screen, views: [...view.screen.views.slice(0, -1), next] }, effects: [] };
}

/** Another view over the open one: Esc comes back to that. */
export function push(view: View, next: FullView): Pressed {
  return { screen: { ...view.screen, views: [...view.screen.views, next] }, effects: [] };
}

/** Back to the chat, where what comes of it shows. */
export function leave(view: View, effect: Effect): Pressed {
  return { screen: { ...view.screen, views: [], notice: "" }, effects: [effect] };
}

export function act(view: View, notice: string, effect: Effect): Pressed {
  return { screen: { ...view.screen, notice }, effects: [effect] };
}

export function note(view: View, notice: string): Pressed {
  return { screen: { ...view.screen, notice }, effects: [] };
}

export function stay(view: View): Pressed {
  return { screen: view.screen, effects: [] };
}

export function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}

/** Rows that a key scrolls: down is positive, Home and End go all the way. */
export function scrollBy(view: View, chord: string): number {
  const page = Math.max(1, bodySize(view).height - 2);
  if (isViewKey("up", chord)) return -1;
  if (isViewKey("down", chord)) return 1;
  if (isViewKey("pageUp", chord)) return -page;
  if (isViewKey("pageDown", chord)) return page;
  if (isViewKey("first", chord)) return -100_000;
  return isViewKey("last", chord) ? 100_000 : 0;
}

/** What is picked in a list of so many after a key; undefined when it picks nothing. */
export function pickBy(view: View, chord: string, picked: number, count: number): number | undefined {
  const by = scrollBy(view, chord);
  return by === 0 ? undefined : clamp(picked + by, count - 1);
}
