import { emptyEditor } from "../composer/editor.ts";
import { isKey } from "../keys.ts";
import { searchChoices } from "./choices.ts";
import { edit } from "./press-editor.ts";
import type { Pressed } from "./pressed.ts";
import type { ScreenState, View } from "./screen-state.ts";

/** The search in earlier messages: the composer holds what is searched for, and the draft comes back if nothing is taken. */
export function pressSearch(view: View, chord: string): Pressed | undefined {
  const { screen } = view;
  const { search } = screen;
  const done = (next: ScreenState): Pressed => ({ screen: { ...next, search: undefined }, effects: [] });
  if (!search) {
    if (!isKey("search", chord)) return undefined;
    const opened = {
      ...screen,
      editor: emptyEditor,
      browsing: undefined,
      overlay: undefined,
      search: { draft: screen.editor },
    };
    return { screen: { ...opened, completion: { picked: 0, closedFor: "" } }, effects: [] };
  }
  const { list } = searchChoices(view);
  const picked = Math.min(screen.completion.picked, list.length - 1);
  const pick = (next: number): Pressed => {
    const completion = { ...screen.completion, picked: Math.max(0, Math.min(next, list.length - 1)) };
    return { screen: { ...screen, completion }, effects: [] };
  };
  if (isKey("search", chord) || isKey("later", chord)) return pick(picked + 1);
  if (isKey("stash", chord) || isKey("earlier", chord)) return pick(picked - 1);
  const chosen = list[picked];
  const left = { ...screen, editor: search.draft };
  if (isKey("send", chord) || isKey("complete", chord)) {
    if (!chosen) return done(left);
    const taken = edit(left, chosen.edit);
    // What was sent before is there to be sent or changed, not completed.
    return done({ ...taken, completion: { picked: 0, closedFor: taken.editor.text } });
  }
  const leaves = isKey("leave", chord) && screen.editor.text === "";
  return leaves || isKey("stop", chord) || isKey("cancel", chord) ? done(left) : undefined;
}
