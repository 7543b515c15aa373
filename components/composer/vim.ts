import { before, behind, lineEnd, lineStart } from "./boundaries.ts";
import { type Edit, type Editor, reduceEditor } from "./editor.ts";
import { labelAround, pasteStartingAt } from "./pastes.ts";
import { graphemes } from "../text/width.ts";
import { type Find, firstLetter, isMotion, move, takesCharacter, textObject, vertical } from "./vim-motions.ts";

/** `pending`: the keys of a command that is not complete yet. */
export type Vim = { readonly mode: "insert" | "normal"; readonly pending: string; readonly find: Find | undefined };

export const vimInsert: Vim = { mode: "insert", pending: "", find: undefined };

/** `beyond`: an arrow-like motion that leads out of the text, for the history. */
export type Typed = { readonly vim: Vim; readonly editor: Editor; readonly beyond?: "up" | "down" };

type Range = { readonly from: number; readonly to: number; readonly linewise: boolean };
type Command = {
  readonly count: number;
  readonly counted: boolean;
  readonly operator: string;
  readonly key: string;
  readonly character: string;
};

const LARGEST_COUNT = 999;

/** Leaves insert mode: the cursor stands on the character before, as in vi. */
export function toNormal(vim: Vim, editor: Editor): Typed {
  const { text, cursor } = editor;
  const to = cursor === lineStart(text, cursor) ? cursor : before(text, cursor, editor.pastes);
  return { vim: { ...vim, mode: "normal", pending: "" }, editor: place(editor, to) };
}

/** One character typed in normal mode. */
export function typeNormal(vim: Vim, editor: Editor, character: string): Typed {
  const command = parse(vim.pending + character);
  if (command === "incomplete") return { vim: { ...vim, pending: vim.pending + character }, editor };
  const rested = { ...vim, pending: "" };
  if (!command) return { vim: rested, editor };
  const typed = perform(rested, editor, command);
  const settled = besideLabel(typed.editor, editor.cursor);
  return { ...typed, editor: typed.vim.mode === "insert" ? settled : onCharacter(settled) };
}

/** "2d3w": a count, an operator, a count, and what it applies to. Undefined: no such command. */
function parse(keys: string): Command | "incomplete" | undefined {
  const [, first = "", operator = "", second = "", rest = ""] =
    /^([1-9]\d*)?([dcy])?([1-9]\d*)?([^]*)$/.exec(keys) ?? [];
  const count = Math.min(LARGEST_COUNT, Number(first || 1) * Number(second || 1));
  const command = { count, counted: first + second !== "", operator, character: "" };
  if (rest === "" || rest === "g") return "incomplete";
  if (operator !== "" && /^[ia]/.test(rest)) {
    if (rest.length === 1) return "incomplete";
    return /^[ia][wWb()[\]{}<>"'`]$/.test(rest) ? { ...command, key: rest } : undefined;
  }
  const [head = "", ...tail] = graphemes(rest);
  if (takesCharacter(head) || (head === "r" && operator === "")) {
    return tail.length === 0 ? "incomplete" : { ...command, key: head, character: tail.join("") };
  }
  return { ...command, key: rest };
}

function perform(vim: Vim, editor: Editor, command: Command): Typed {
  if (command.operator !== "") return operate(vim, editor, command);
  return moved(vim, editor, command) ?? change(vim, editor, command) ?? { vim, editor };
}

function moved(vim: Vim, editor: Editor, command: Command): Typed | undefined {
  const { key, count, character } = command;
  const { text, cursor } = editor;
  if (key === "j" || key === "k") {
    const to = vertical(text, cursor, key === "j" ? count : -count);
    return to === undefined ? { vim, editor, beyond: key === "j" ? "down" : "up" } : { vim, editor: place(editor, to) };
  }
  const target = targetOf(vim, editor, command);
  const found = takesCharacter(key) ? { ...vim, find: { key, character } } : vim;
  if (target) return { vim: found, editor: place(editor, target.to) };
  return isMotion(key) || key === ";" || key === "," ? { vim: found, editor } : undefined;
}

function targetOf(vim: Vim, { text, cursor }: Editor, { key, count, character }: Command): ReturnType<typeof move> {
  if (key !== ";" && key !== ",") return move(key, text, cursor, count, character);
  if (!vim.find) return undefined;
  const again = key === ";" ? vim.find.key : otherWay(vim.find.key);
  const target = move(again, text, cursor, count, vim.find.character);
  // A t stands before what it found and must not find that once more.
  const step = again === "t" ? 1 : -1;
  return target?.to === cursor ? move(again, text, cursor + step, count, vim.find.character) : target;
}

function otherWay(key: string): string {
  return key === key.toLowerCase() ? key.toUpperCase() : key.toLowerCase();
}

function operate(vim: Vim, editor: Editor, command: Command): Typed {
  const found = rangeOf(vim, editor, command);
  if (!found) return { vim, editor };
  const range = withWholeLabels(editor, found);
  const { operator } = command;
  const { from, to, linewise } = range;
  if (operator === "y")
    return { vim, editor: place(apply(editor, { type: "copy", ...range }), linewise ? editor.cursor : from) };
  if (operator === "c") {
    const kept = linewise && editor.text[to - 1] === "\n" ? to - 1 : to;
    return { vim: { ...vim, mode: "insert" }, editor: apply(editor, { type: "cut", from, to: kept, linewise }) };
  }
  // The last line goes with the line break before it.
  const start = linewise && to === editor.text.length && from > 0 ? from - 1 : from;
  const cut = apply(editor, { type: "cut", from: start, to, linewise });
  return { vim, editor: linewise ? place(cut, firstLetter(cut.text, Math.min(from, cut.text.length))) : cut };
}

function rangeOf(vim: Vim, editor: Editor, command: Command): Range | undefined {
  const { key, count, operator } = command;
  const { text, cursor } = editor;
  if (key === operator) return wholeLines(text, cursor, vertical(text, cursor, count - 1) ?? text.length);
  if (key === "j" || key === "k") {
    const to = vertical(text, cursor, key === "j" ? count : -count);
    return to === undefined ? undefined : wholeLines(text, cursor, to);
  }
  if (/^[ia]./.test(key)) {
    const found = textObject(key, text, cursor);
    return found && { from: found[0], to: found[1], linewise: false };
  }
  // vi's one exception: cw does not take the blank behind the word.
  const instead =
    operator === "c" && /^[wW]$/.test(key) && /\S/.test(text[cursor] ?? "") ? { w: "e", W: "E" }[key] : key;
  const target = targetOf(vim, editor, { ...command, key: instead ?? key });
  if (!target) return undefined;
  if (target.linewise === true) return wholeLines(text, cursor, target.to);
  const [from, to] = [Math.min(cursor, target.to), Math.max(cursor, target.to)];
  const end = key === "w" || key === "W" ? Math.max(from, Math.min(to, lineEnd(text, cursor))) : to;
  return { from, to: target.inclusive === true ? behind(text, to, []) : end, linewise: false };
}

function wholeLines(text: string, one: number, other: number): Range {
  const end = lineEnd(text, Math.max(one, other));
  return { from: lineStart(text, Math.min(one, other)), to: Math.min(text.length, end + 1), linewise: true };
}

/** What is no motion and takes no motion. */
function change(vim: Vim, editor: Editor, command: Command): Typed | undefined {
  const { key, count, character } = command;
  const { text, cursor } = editor;
  const insert = { ...vim, mode: "insert" } as const;
  const [start, end] = [lineStart(text, cursor), lineEnd(text, cursor)];
  const as = (operator: string, other: string): Typed => operate(vim, editor, { ...command, operator, key: other });
  switch (key) {
    case "i":
      return { vim: insert, editor };
    case "I":
      return { vim: insert, editor: place(editor, firstLetter(text, cursor)) };
    case "a":
      return { vim: insert, editor: place(editor, cursor === end ? end : behind(text, cursor, [])) };
    case "A":
      return { vim: insert, editor: place(editor, end) };
    case "o":
      return { vim: insert, editor: apply(editor, { type: "swap", from: end, to: end, text: "\n" }) };
    case "O":
      return { vim: insert, editor: place(apply(editor, { type: "swap", from: start, to: start, text: "\n" }), start) };
    case "x":
      return as("d", "l");
    case "X":
      return as("d", "h");
    case "s":
      return as("c", "l");
    case "S":
      return as("c", "c");
    case "D":
      return as("d", "$");
    case "C":
      return as("c", "$");
    case "Y":
      return as("y", "y");
    case "p":
    case "P":
      return { vim, editor: put(editor, key === "p", count) };
    case "u":
      return { vim, editor: apply(editor, { type: "undo" }) };
    case "r":
      return { vim, editor: replaceCharacters(editor, count, character) };
    case "~": {
      const to = Math.min(end, cursor + count);
      if (touchesLabel(editor, cursor, to)) return { vim, editor };
      return { vim, editor: apply(editor, { type: "swap", from: cursor, to, text: swapCase(text.slice(cursor, to)) }) };
    }
    case "J":
      if (end === text.length) return { vim, editor };
      return {
        vim,
        editor: place(apply(editor, { type: "swap", from: end, to: firstLetter(text, end + 1), text: " " }), end),
      };
    default:
      return undefined;
  }
}

/** What was cut from whole lines goes above or below this line, else before or behind this character. */
function put(editor: Editor, after: boolean, count: number): Editor {
  const { text, cursor, cut, cutLines } = editor;
  if (cut === "") return editor;
  if (!cutLines) {
    const at = after && cursor < lineEnd(text, cursor) ? behind(text, cursor, []) : cursor;
    const done = apply(editor, { type: "swap", from: at, to: at, text: cut.repeat(count) });
    return place(done, before(done.text, done.cursor, []));
  }
  const lines = `${cut.replace(/^\n|\n$/g, "")}\n`.repeat(count);
  const start = lineStart(text, cursor);
  if (!after) return place(apply(editor, { type: "swap", from: start, to: start, text: lines }), start);
  const end = lineEnd(text, cursor);
  return place(apply(editor, { type: "swap", from: end, to: end, text: `\n${lines.slice(0, -1)}` }), end + 1);
}

function replaceCharacters(editor: Editor, count: number, character: string): Editor {
  const { text, cursor } = editor;
  const to = move("l", text, cursor, count)?.to ?? cursor;
  if (graphemes(text.slice(cursor, to)).length < count) return editor;
  if (touchesLabel(editor, cursor, to)) return editor;
  const done = apply(editor, { type: "swap", from: cursor, to, text: character.repeat(count) });
  return place(done, before(done.text, done.cursor, []));
}

function swapCase(text: string): string {
  return graphemes(text)
    .map((each) => (each === each.toLowerCase() ? each.toUpperCase() : each.toLowerCase()))
    .join("");
}

function apply(editor: Editor, edit: Edit): Editor {
  return reduceEditor(editor, edit);
}

function place(editor: Editor, cursor: number): Editor {
  return apply(editor, { type: "place", cursor });
}

/** The label of a long paste is one character: it is taken whole or not at all, or the paste would be lost. */
function withWholeLabels({ text, pastes }: Editor, range: Range): Range {
  const from = labelAround(pastes, text, range.from)?.from ?? range.from;
  // A range of one character that begins at a label means that label.
  const end = range.to > from ? (pasteStartingAt(pastes, text, from)?.label.length ?? 0) + from : from;
  const to = labelAround(pastes, text, Math.max(range.to, end))?.to ?? Math.max(range.to, end);
  return { ...range, from, to };
}

function touchesLabel(editor: Editor, from: number, to: number): boolean {
  const whole = withWholeLabels(editor, { from, to, linewise: false });
  return whole.from !== from || whole.to !== to || pasteStartingAt(editor.pastes, editor.text, from) !== undefined;
}

function besideLabel(editor: Editor, before: number): Editor {
  const label = labelAround(editor.pastes, editor.text, editor.cursor);
  if (!label) return editor;
  return place(editor, editor.cursor > before ? label.to : label.from);
}

/** In normal mode the cursor stands on a character, not behind the last one of a line. */
function onCharacter(editor: Editor): Editor {
  const { text, cursor } = editor;
  const isBehind = cursor === lineEnd(text, cursor) && cursor > lineStart(text, cursor);
  return isBehind ? place(editor, before(text, cursor, editor.pastes)) : editor;
}
