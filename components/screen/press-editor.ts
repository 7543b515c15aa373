import { type Edit, type Motion, reduceEditor } from "../composer/editor.ts";
import { indexAt, layLines } from "../composer/lines.ts";
import { isKey, type KeyName } from "../keys.ts";
import { type Pressed, stay } from "./pressed.ts";
import { unqueue } from "./queue.ts";
import type { ScreenState, View } from "./screen-state.ts";

/** Reads of one paste follow each other faster than this, in ms. */
const PASTE_GAP_MS = 100;

/** Columns that the prompt takes before the text and one spare behind it. */
export const PROMPT_CELLS = 3;

const EDITS: readonly (readonly [KeyName, Edit])[] = [
  ["erase", { type: "erase", to: "left" }],
  ["eraseNext", { type: "erase", to: "right" }],
  ["killWord", { type: "kill", to: "word-left" }],
  ["killNextWord", { type: "kill", to: "word-right" }],
  ["killEnd", { type: "kill", to: "line-end" }],
  ["killStart", { type: "kill", to: "line-start" }],
  ["yank", { type: "yank" }],
  ["undo", { type: "undo" }],
  ...(
    [
      ["left", "left"],
      ["right", "right"],
      ["wordLeft", "word-left"],
      ["wordRight", "word-right"],
      ["lineStart", "line-start"],
      ["lineEnd", "line-end"],
    ] as const satisfies readonly (readonly [KeyName, Motion])[]
  ).map(([key, to]): readonly [KeyName, Edit] => [key, { type: "move", to }]),
];

/** Applies an edit. A changed text ends browsing and opens the completion list again. */
export function edit(screen: ScreenState, change: Edit): ScreenState {
  const { pastes } = screen.editor;
  // A label that came back from the history or the queue is one character again.
  const known = [...pastes, ...screen.images.filter(({ label }) => pastes.every((each) => each.label !== label))];
  const editor = reduceEditor(screen.images.length === 0 ? screen.editor : { ...screen.editor, pastes: known }, change);
  if (editor.text === screen.editor.text) return { ...screen, editor };
  return { ...screen, editor, browsing: undefined, completion: { picked: 0, closedFor: "" } };
}

/** Another text in place of all; one of a few pages stays readable. */
export function rewrite(screen: ScreenState, text: string): ScreenState {
  if (text.split("\n").length > 200) return edit(screen, { type: "replace", text });
  return edit(screen, { type: "swap", from: 0, to: screen.editor.text.length, text });
}

export function insert(view: View, text: string): Pressed {
  return { screen: edit(view.screen, { type: "insert", text }), effects: [] };
}

export function pasteInto(view: View, text: string, bracketed: boolean): Pressed {
  const joins = !bracketed && view.now < view.screen.pasteUntil;
  const screen = edit(view.screen, { type: "paste", text, joins });
  return { screen: { ...screen, pasteUntil: bracketed ? 0 : view.now + PASTE_GAP_MS }, effects: [] };
}

export function editKey(view: View, chord: string): Pressed | undefined {
  if (isKey("earlier", chord)) return vertical(view, -1);
  if (isKey("later", chord)) return vertical(view, 1);
  const found = EDITS.find(([name]) => isKey(name, chord));
  return found && { screen: edit(view.screen, found[1]), effects: [] };
}

/** A line up or down; from the first and the last line on, through the history. */
function vertical(view: View, by: 1 | -1): Pressed {
  const { editor } = view.screen;
  const laid = layLines(editor.text, editor.cursor, view.columns - PROMPT_CELLS);
  const line = laid.cursorLine + by;
  if (line < 0 || line >= laid.lines.length) return browse(view, -by);
  return { screen: edit(view.screen, { type: "place", cursor: indexAt(laid, line, laid.cursorColumn) }), effects: [] };
}

function browse(view: View, by: number): Pressed {
  const queued = by > 0 && !view.screen.browsing ? unqueue(view) : undefined;
  if (queued) return queued;
  const { screen, history } = view;
  const back = (screen.browsing?.back ?? 0) + by;
  if (back < 0 || back > history.length) return stay(view);
  const draft = screen.browsing?.draft ?? screen.editor;
  if (back === 0) return { screen: { ...screen, editor: draft, browsing: undefined }, effects: [] };
  const shown = edit(screen, { type: "replace", text: history.at(-back) ?? "" });
  // Recalled commands are there to be sent or changed, not completed.
  const completion = { picked: 0, closedFor: shown.editor.text };
  return { screen: { ...shown, browsing: { back, draft }, completion }, effects: [] };
}
