import { createLeadTail } from "../../components/chat/lead-tail.ts";
import type { Stroke } from "../../components/composer/strokes.ts";
import { readKeymap } from "../../components/keymap.ts";
import { layout } from "../../components/screen/layout.ts";
import { press } from "../../components/screen/press.ts";
import type { Effect } from "../../components/screen/pressed.ts";
import { newScreen, type View } from "../../components/screen/screen-state.ts";
import type { Row } from "../../components/text/rows.ts";
import { newChat } from "../../src/core/chat/state.ts";
import { idleLead, scriptedFrontEnd } from "../helpers/front-end.ts";
import { NOW } from "./situations.ts";

const { start } = scriptedFrontEnd();

export function viewOf(given: Partial<View> = {}): View {
  return {
    screen: newScreen,
    chat: newChat,
    lead: idleLead,
    runs: [],
    start,
    info: start,
    saving: undefined,
    history: [],
    keymap: readKeymap(undefined, ""),
    now: NOW,
    columns: 80,
    rows: 24,
    ...given,
  };
}

export function key(chord: string): Stroke {
  return { kind: "key", chord };
}

export function typed(text: string): Stroke {
  return { kind: "text", text };
}

export function pasted(text: string, bracketed = true): Stroke {
  return { kind: "paste", text, bracketed };
}

/** Presses one after the other, `everyMs` apart, and collects what comes of it. */
export function pressAll(
  view: View,
  strokes: readonly Stroke[],
  everyMs = 0,
): { readonly view: View; readonly effects: readonly Effect[] } {
  return strokes.reduce<{ view: View; effects: readonly Effect[] }>(
    (done, stroke) => {
      const { screen, effects } = press(done.view, stroke);
      const now = done.view.now + everyMs;
      return { view: { ...done.view, screen, now }, effects: [...done.effects, ...effects] };
    },
    { view, effects: [] },
  );
}

export function textOf(rows: readonly Row[]): string {
  return rows
    .map((line) =>
      line
        .map(({ text }) => text)
        .join("")
        .trimEnd(),
    )
    .join("\n");
}

export function drawn(view: View): string {
  return textOf(layout(view, createLeadTail()).rows);
}
