import { lineStart } from "./boundaries.ts";
import { type Editor, reduceEditor } from "./editor.ts";
import { firstLetter } from "./vim-motions.ts";
import type { Range } from "./vim-state.ts";

const INDENT = "  ";

/** The lines of the range, a step further in or out; empty ones stay as they are. */
export function shiftLines(editor: Editor, { from, to }: Range, by: 1 | -1): Editor {
  const { text } = editor;
  const start = lineStart(text, from);
  const end = to > start && text[to - 1] === "\n" ? to - 1 : to;
  const shifted = text
    .slice(start, end)
    .split("\n")
    .map((line) => (by === 1 ? (line === "" ? line : INDENT + line) : line.replace(/^(?:\t| {1,2})/, "")))
    .join("\n");
  const done = reduceEditor(editor, { type: "swap", from: start, to: end, text: shifted });
  return reduceEditor(done, { type: "place", cursor: firstLetter(done.text, start) });
}
