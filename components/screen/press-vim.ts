import { emptyEditor } from "../composer/editor.ts";
import { toNormal, typeNormal } from "../composer/vim-keys.ts";
import { rested, type Typed } from "../composer/vim-state.ts";
import { isKey } from "../keys.ts";
import { graphemes } from "../text/width.ts";
import { editKey, insert } from "./press-editor.ts";
import type { Pressed } from "./pressed.ts";
import type { View } from "./screen-state.ts";

/** Text typed in normal mode: one command after the other, until one of them goes over to inserting. */
export function typeInVim(view: View, text: string): Pressed | undefined {
  const { vim: given, search } = view.screen;
  if (!given || given.mode === "insert" || search) return undefined;
  let pressed: Pressed = { screen: view.screen, effects: [] };
  for (const character of graphemes(text)) {
    const now = { ...view, screen: pressed.screen };
    const { vim } = now.screen;
    if (!vim || vim.mode === "insert") pressed = insert(now, character);
    else
      pressed = typed(
        now,
        typeNormal(vim, now.screen.editor, character === " " && vim.pending === "" ? "l" : character),
      );
  }
  return pressed;
}

/** Esc goes over to normal mode, or gives up half a command. On an empty line it is the key that stops things, as always. */
export function pressVim(view: View, chord: string): Pressed | undefined {
  const { vim, editor, search } = view.screen;
  if (!vim || search || editor.text === "") return undefined;
  if (isKey("stop", chord)) {
    if (vim.mode === "insert") return typed(view, toNormal(vim, editor));
    if (vim.mode === "visual" && vim.pending === "") return typed(view, toNormal(vim, editor));
    return vim.pending === "" ? undefined : { screen: { ...view.screen, vim: { ...vim, pending: "" } }, effects: [] };
  }
  return vim.mode !== "insert" && isKey("erase", chord) ? typeInVim(view, "h") : undefined;
}

/** A message that was sent leaves vi's user in insert mode, ready for the next one. */
export function restVim({ screen, effects }: Pressed): Pressed {
  const { vim, editor } = screen;
  return {
    screen: vim && editor === emptyEditor && vim.mode !== "insert" ? { ...screen, vim: rested(vim) } : screen,
    effects,
  };
}

function typed(view: View, { vim, editor, beyond }: Typed): Pressed {
  const isChanged = editor.text !== view.screen.editor.text;
  const screen = { ...view.screen, vim, editor, ...(isChanged ? { browsing: undefined } : {}) };
  const moved = beyond === undefined ? undefined : editKey({ ...view, screen }, beyond);
  return moved ?? { screen, effects: [] };
}
