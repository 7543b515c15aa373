import { emptyEditor, expand } from "../composer/editor.ts";
import { isKey } from "../keys.ts";
import type { Pressed } from "./pressed.ts";
import type { View } from "./screen-state.ts";

/** What is done with the draft as a whole, but to send it. */
export function pressDraft(view: View, chord: string): Pressed | undefined {
  return isKey("stash", chord) ? stash(view) : undefined;
}

/** Puts the draft aside; on an empty line, takes the last one back. It is kept with the earlier messages, too. */
function stash(view: View): Pressed {
  const { screen } = view;
  const { editor } = screen;
  const last = screen.stash.at(-1);
  if (editor.text.trim() === "") {
    if (!last) return { screen: { ...screen, notice: "nothing is put aside" }, effects: [] };
    return { screen: { ...screen, editor: last, stash: screen.stash.slice(0, -1), browsing: undefined }, effects: [] };
  }
  const line = expand(editor);
  return {
    screen: {
      ...screen,
      editor: emptyEditor,
      browsing: undefined,
      stash: [...screen.stash, editor],
      sent: [...screen.sent, line],
    },
    effects: [{ do: "remember", line }],
  };
}
