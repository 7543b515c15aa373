import { emptyEditor, expand, pasteAt } from "../composer/editor.ts";
import { isKey, keys } from "../keys.ts";
import { edit } from "./press-editor.ts";
import type { Pressed } from "./pressed.ts";
import { enqueue, leadBusy, unqueue } from "./queue.ts";
import type { View } from "./screen-state.ts";

/** More would make every key slow. */
const SHOWN_CHARACTERS = 50_000;

/** What is done with the draft as a whole, but to send it. */
export function pressDraft(view: View, chord: string): Pressed | undefined {
  if (isKey("stash", chord)) return stash(view);
  if (isKey("editor", chord)) return { screen: view.screen, effects: [{ do: "edit_outside" }] };
  if (isKey("expandPaste", chord)) return expandPaste(view);
  if (isKey("unqueue", chord)) return unqueue(view);
  const { editor, approval } = view.screen;
  if (!isKey("queue", chord) || editor.text.trim() === "" || approval) return undefined;
  return leadBusy(view)
    ? enqueue(view)
    : { screen: { ...view.screen, notice: "the lead is free: enter sends" }, effects: [] };
}

function expandPaste(view: View): Pressed | undefined {
  const paste = pasteAt(view.screen.editor);
  if (!paste) return undefined;
  if (paste.image && paste.text === "") {
    return { screen: { ...view.screen, notice: "from the clipboard; backspace takes it out" }, effects: [] };
  }
  if (paste.text.length > SHOWN_CHARACTERS) {
    return {
      screen: { ...view.screen, notice: `too long to show here; ${keys.editor.show} opens your editor` },
      effects: [],
    };
  }
  return { screen: edit(view.screen, { type: "expand" }), effects: [] };
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
