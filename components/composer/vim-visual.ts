import { behind, lineStart } from "./boundaries.ts";
import { type Editor, reduceEditor } from "./editor.ts";
import { graphemes } from "../text/width.ts";
import { besideLabel, moved, onCharacter, operateOn, parse, place, swapCase, touchesLabel, wholeLines } from "./vim.ts";
import { textObject } from "./vim-motions.ts";
import type { Range, Typed, Vim } from "./vim-state.ts";

/** Keys that do something to the selection, as the operators that they are. */
const OPERATORS: Readonly<Record<string, string>> = { d: "d", x: "d", c: "c", s: "c", y: "y", "<": "<", ">": ">" };

/** What is selected; undefined outside of visual mode. */
export function selection({ mode, anchor, lines }: Vim, { text, cursor }: Editor): Range | undefined {
  if (mode !== "visual") return undefined;
  const other = Math.min(anchor, text.length);
  const [from, to] = [Math.min(other, cursor), Math.max(other, cursor)];
  return lines ? wholeLines(text, from, to) : { from, to: behind(text, to, []), linewise: false };
}

/** Begins to select at the cursor. */
export function toVisual(vim: Vim, { cursor }: Editor, lines: boolean): Vim {
  return { ...vim, mode: "visual", pending: "", anchor: cursor, lines };
}

/** Keys in visual mode: they move the end of the selection, or do something to it. */
export function typeVisual(vim: Vim, editor: Editor, keys: string): Typed | "incomplete" {
  const calm: Vim = { ...vim, pending: "" };
  const leave: Vim = { ...calm, mode: "normal" };
  const range = selection(vim, editor);
  if (!range) return { vim: leave, editor };
  const [, named = "", rest = ""] = /^("[a-zA-Z])?([^]*)$/.exec(keys) ?? [];
  if (keys === '"' || rest === "") return "incomplete";
  const operator = OPERATORS[rest];
  if (operator !== undefined) return onSelection(leave, editor, range, operator, named.slice(1));
  if (rest === "~") return { vim: leave, editor: swapped(editor, range) };
  if (rest === "o") return { vim: { ...calm, anchor: editor.cursor }, editor: place(editor, vim.anchor) };
  if (rest === "v" || rest === "V") {
    const lines = rest === "V";
    return { vim: lines === vim.lines ? leave : { ...calm, lines }, editor };
  }
  if (/^[ia]$/.test(rest)) return "incomplete";
  if (/^[ia]./.test(rest)) {
    const found = textObject(rest, editor.text, editor.cursor);
    if (!found || found[0] === found[1]) return { vim: calm, editor };
    return { vim: { ...calm, anchor: found[0] }, editor: onCharacter(place(editor, found[1] - 1)) };
  }
  const command = parse(keys);
  if (command === "incomplete") return command;
  const went = command && command.operator === "" ? moved(calm, editor, command) : undefined;
  if (!went) return { vim: calm, editor };
  // Beyond the first or last line there is nothing to select.
  return { vim: went.vim, editor: onCharacter(besideLabel(went.editor, editor.cursor)) };
}

function onSelection(vim: Vim, editor: Editor, range: Range, operator: string, register: string): Typed {
  const done = operateOn(vim, editor, range, { operator, register });
  const at = operator === "y" ? place(done.editor, range.linewise ? editor.cursor : range.from) : done.editor;
  const shifts = operator === "<" || operator === ">";
  const part = editor.text.slice(range.from, range.to);
  const lines = range.linewise || shifts;
  const size = lines ? part.replace(/\n$/, "").split("\n").length : graphemes(part).length;
  const last = operator === "y" ? vim.last : ({ kind: "span", operator, size, lines, text: "" } as const);
  return { vim: { ...done.vim, last }, editor: done.vim.mode === "insert" ? at : onCharacter(at) };
}

/** As much text as was selected once, from the cursor on. */
export function spanFrom({ text, cursor }: Editor, size: number, lines: boolean): Range {
  let to = cursor;
  if (!lines) {
    for (let left = size; left > 0 && to < text.length; left--) to = behind(text, to, []);
    return { from: cursor, to, linewise: false };
  }
  to = lineStart(text, cursor);
  for (let left = size - 1; left > 0 && text.indexOf("\n", to) >= 0; left--) to = text.indexOf("\n", to) + 1;
  return wholeLines(text, cursor, to);
}

function swapped(editor: Editor, { from, to }: Range): Editor {
  if (touchesLabel(editor, from, to)) return place(editor, from);
  const text = swapCase(editor.text.slice(from, to));
  return place(reduceEditor(editor, { type: "swap", from, to, text }), from);
}
