import { turnUnderWay } from "../../src/core/chat/turn.ts";
import { emptyEditor, expand, reduceEditor } from "../composer/editor.ts";
import type { Pressed } from "./pressed.ts";
import type { View } from "./screen-state.ts";

/** The lead has something to do or waits for an approval: what is said now joins the turn under way. */
export function leadBusy({ chat }: Pick<View, "chat">): boolean {
  return turnUnderWay(chat) || chat.compaction !== undefined;
}

/** True only while the turn lasts in which something was said. */
export const HEARD_LATER = "the lead hears it at its next step";

/** Puts the draft behind what waits for the end of the lead's turn. It is kept with the earlier messages at once. */
export function enqueue(view: View): Pressed {
  const { screen } = view;
  const line = expand(screen.editor).trim();
  return {
    screen: { ...screen, editor: emptyEditor, browsing: undefined, queue: [...screen.queue, line] },
    effects: [{ do: "remember", line }],
  };
}

/** Takes the line that was queued last back into the composer. */
export function unqueue(view: View): Pressed | undefined {
  const { screen } = view;
  const line = screen.queue.at(-1);
  if (line === undefined || screen.editor.text !== "") return undefined;
  const editor = reduceEditor(screen.editor, { type: "replace", text: line });
  const completion = { picked: 0, closedFor: editor.text };
  return { screen: { ...screen, editor, completion, queue: screen.queue.slice(0, -1) }, effects: [] };
}

/** Whether the next queued line goes out by itself: not after a turn that was stopped or failed, nor from under a question. */
export function queueMoves({ screen, chat }: Pick<View, "screen" | "chat">): boolean {
  return screen.queue.length > 0 && !leadBusy({ chat }) && !chat.interrupted && chat.fault === undefined;
}

/** Sends the first queued line as `submit` would if it stood in the composer. The draft there stays. */
export function sendQueued(view: View, submit: (view: View) => Pressed): Pressed | undefined {
  const [line, ...queue] = view.screen.queue;
  if (line === undefined) return undefined;
  const { editor, browsing, overlay } = view.screen;
  const typed = reduceEditor(emptyEditor, { type: "replace", text: line });
  const { screen, effects } = submit({ ...view, screen: { ...view.screen, editor: typed, queue } });
  const wasTaken = screen.editor.text === "";
  // What could not be done comes back to be put right, unless something else is being typed.
  const back = wasTaken || editor.text !== "" ? { ...screen, editor, browsing } : screen;
  return {
    screen: { ...back, overlay: screen.overlay ?? overlay },
    effects: effects.filter((effect) => effect.do !== "remember"),
  };
}
