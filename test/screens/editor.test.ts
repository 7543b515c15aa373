import { expect, test } from "vitest";
import { type Edit, type Editor, emptyEditor, expand, reduceEditor } from "../../components/composer/editor.ts";
import { indexAt, layLines } from "../../components/composer/lines.ts";

function edited(text: string, cursor: number, ...edits: readonly Edit[]): Editor {
  return edits.reduce(reduceEditor, { ...emptyEditor, text, cursor });
}

const erase: Edit = { type: "erase", to: "left" };
const left: Edit = { type: "move", to: "left" };

test.each([
  ["a family of joined emoji", "a👩‍👩‍👧", "a"],
  ["a flag", "a🇩🇪", "a"],
  ["an emoji with a skin tone", "a👍🏽", "a"],
  ["a letter with a combining accent", "ae\u0301", "a"],
  ["a Chinese character", "a世", "a"],
  ["a line break", "a\n", "a"],
])("backspace erases %s as one character", (_, text, left) => {
  expect(edited(text, text.length, erase).text).toBe(left);
});

test("the cursor moves over joined emoji in one step", () => {
  expect(edited("👩‍👩‍👧b", 9, left, left).cursor).toBe(0);
  expect(edited("👩‍👩‍👧b", 0, { type: "move", to: "right" }).cursor).toBe(8);
});

test("words are moved over and cut as readline does", () => {
  expect(edited("one two  three", 14, { type: "move", to: "word-left" }).cursor).toBe(9);
  expect(edited("one two", 0, { type: "move", to: "word-right" }).cursor).toBe(3);
  const cut = edited("one two", 7, { type: "kill", to: "word-left" });
  expect(cut.text).toBe("one ");
  expect(reduceEditor(cut, { type: "yank" }).text).toBe("one two");
});

test("lines are cut to their start and end, and at the end with the line break", () => {
  expect(edited("ab\ncd", 4, { type: "kill", to: "line-start" }).text).toBe("ab\nd");
  expect(edited("ab\ncd", 0, { type: "kill", to: "line-end" }).text).toBe("\ncd");
  expect(edited("ab\ncd", 2, { type: "kill", to: "line-end" }).text).toBe("abcd");
});

test("a typed word is one undo step, a cut another", () => {
  const typed = ["o", "n", "e", " ", "t", "w", "o"].map((text): Edit => ({ type: "insert", text }));
  const cut = edited("", 0, ...typed, { type: "kill", to: "line-start" });
  const undo: Edit = { type: "undo" };
  expect(reduceEditor(cut, undo).text).toBe("one two");
  expect([undo, undo].reduce(reduceEditor, cut).text).toBe("one");
  expect([undo, undo, undo, undo].reduce(reduceEditor, cut).text).toBe("");
});

test("a long paste is one character with a label, and is sent in full", () => {
  const lines = Array.from({ length: 120 }, (_, n) => `line ${n}`).join("\n");
  const editor = edited("see  here", 4, { type: "paste", text: lines, joins: false });
  expect(editor.text).toBe("see [pasted 120 lines] here");
  expect(expand(editor)).toBe(`see ${lines} here`);
  expect(reduceEditor(editor, left).cursor).toBe(4);
  expect(reduceEditor(editor, erase).text).toBe("see  here");
});

test("two pastes of one size keep apart", () => {
  const paste = (letter: string): Edit => ({ type: "paste", text: `${letter}\n`.repeat(20), joins: false });
  const editor = edited("", 0, paste("a"), paste("b"));
  expect(editor.text).toBe("[pasted 20 lines][pasted 20 lines #2]");
  expect(expand(editor)).toBe("a\n".repeat(20) + "b\n".repeat(20));
});

test("a paste that comes in several reads grows under one label", () => {
  const part = (joins: boolean): Edit => ({ type: "paste", text: "x\n".repeat(50), joins });
  const editor = edited("", 0, part(false), part(true), part(true));
  expect(editor.text).toBe("[pasted 150 lines]");
  expect(expand(editor)).toBe("x\n".repeat(150));
});

test("a short paste is text; line ends become newlines, control characters go, tabs stay", () => {
  const editor = edited("", 0, { type: "paste", text: "a\r\n\tb\u001b[31mc\u0007\rd", joins: false });
  expect(editor.text).toBe("a\n\tb[31mc\nd");
});

test("long text wraps between characters, wide ones take two columns", () => {
  const { lines, cursorLine, cursorColumn } = layLines("ab世界cd", 4, 5);
  expect(lines.map(({ shown }) => shown)).toEqual(["ab世", "界cd"]);
  expect([cursorLine, cursorColumn]).toEqual([1, 2]);
});

test("the cursor behind a full row stands on the next one", () => {
  expect(layLines("abcd", 4, 4)).toMatchObject({ cursorLine: 1, cursorColumn: 0 });
  expect(layLines("abcd\nx", 1, 4).lines).toHaveLength(2);
});

test("going up and down keeps the column where the rows allow it", () => {
  const laid = layLines("hello\n世界\nworld", 3, 20);
  expect(indexAt(laid, 1, 3)).toBe(7);
  expect(indexAt(laid, 2, 3)).toBe(12);
  expect(indexAt(laid, 1, 99)).toBe(8);
});
