import { isKey } from "../keys.ts";
import { overlayRows } from "../overlay/overlay-rows.ts";
import type { Pressed } from "./pressed.ts";
import type { Overlay, View } from "./screen-state.ts";

/** An open view scrolls and closes. Everything else goes on to the composer. */
export function pressOverlay(view: View, chord: string): Pressed | undefined {
  const { overlay, editor } = view.screen;
  if (!overlay) return undefined;
  const show = (next: Overlay | undefined): Pressed => ({ screen: { ...view.screen, overlay: next }, effects: [] });
  if (isKey("stop", chord) || isKey("cancel", chord)) return show(undefined);
  if (editor.text !== "") return undefined;
  const by = scrollBy(chord);
  if (by !== 0) return show({ ...overlay, top: clamp(overlay.top + by, overlayRows(view, overlay).length - 1) });
  return isKey("send", chord) ? show(undefined) : undefined;
}

function scrollBy(chord: string): number {
  return { up: -1, down: 1, pageup: -10, pagedown: 10 }[chord] ?? 0;
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}
