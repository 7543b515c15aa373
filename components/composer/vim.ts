import { before, behind, lineEnd, lineStart } from "./boundaries.ts";
import { type Edit, type Editor, reduceEditor } from "./editor.ts";
import { labelAround, pasteStartingAt } from "./pastes.ts";
import { graphemes } from "../text/width.ts";
import { shiftLines } from "./vim-lines.ts";
import { firstLetter, isMotion, move, takesCharacter, textObject, vertical } from "./vim-motions.ts";
import { keepIn, withRegister } from "./vim-registers.ts";
import type { Command, Range, Typed, Vim } from "./vim-state.ts";

const LARGEST_COUNT = 999;

/** A command in normal mode, complete or not. */
export function typeCommand(vim: Vim, editor: Editor, keys: string): Typed | "incomplete" {
  const command = parse(keys);
  if (command === "incomplete") return command;
  const calm = { ...vim, pending: "" };
  if (!command) return { vim: calm, editor };
  const typed = perform(calm, editor, command);
  const settled = besideLabel(typed.editor, editor.cursor);
  return { ...typed, editor: typed.vim.mode === "insert" ? settled : onCharacter(settled) };
}

/** `"a2d3w`: a register, a count, an operator, a count, and what it applies to. Undefined: no such command. */
export function parse(keys: string): Command | "incomplete" | undefined {
  if (/^"[a-zA-Z]?$/.test(keys)) return "incomplete";
  const [, named = "", first = "", operator = "", second = "", rest = ""] =
    /^("[a-zA-Z])?([1-9]\d*)?([dcy<>])?([1-9]\d*)?([^]*)$/.exec(keys) ?? [];
  const count = Math.min(LARGEST_COUNT, Number(first || 1) * Number(second || 1));
  const command = { register: named.slice(1), count, counted: first + second !== "", operator, character: "" };
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

export function moved(vim: Vim, editor: Editor, command: Command): Typed | undefined {
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
  return found ? operateOn(vim, editor, found, command) : { vim, editor };
}

/** What an operator does to a part of the text, whoever has chosen it. */
export function operateOn(
  vim: Vim,
  editor: Editor,
  found: Range,
  { operator, register }: Pick<Command, "operator" | "register">,
): Typed {
  if (operator === "<" || operator === ">")
    return { vim, editor: shiftLines(editor, found, operator === ">" ? 1 : -1) };
  const done = cutOrCopy(vim, editor, found, operator);
  return { ...done, vim: keepIn(done.vim, register, done.editor) };
}

function cutOrCopy(vim: Vim, editor: Editor, found: Range, operator: string): Typed {
  const range = withWholeLabels(editor, found);
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

export function wholeLines(text: string, one: number, other: number): Range {
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
      return { vim, editor: putFrom(vim, editor, command) };
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

function putFrom(vim: Vim, editor: Editor, { register, key, count }: Command): Editor {
  const from = withRegister(vim, register, editor);
  if (!from) return editor;
  const { cut, cutLines } = editor;
  return { ...put(from, key === "p", count), cut, cutLines };
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

export function swapCase(text: string): string {
  return graphemes(text)
    .map((each) => (each === each.toLowerCase() ? each.toUpperCase() : each.toLowerCase()))
    .join("");
}

function apply(editor: Editor, edit: Edit): Editor {
  return reduceEditor(editor, edit);
}

export function place(editor: Editor, cursor: number): Editor {
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

export function touchesLabel(editor: Editor, from: number, to: number): boolean {
  const whole = withWholeLabels(editor, { from, to, linewise: false });
  return whole.from !== from || whole.to !== to || pasteStartingAt(editor.pastes, editor.text, from) !== undefined;
}

export function besideLabel(editor: Editor, before: number): Editor {
  const label = labelAround(editor.pastes, editor.text, editor.cursor);
  if (!label) return editor;
  return place(editor, editor.cursor > before ? label.to : label.from);
}

/** In normal mode the cursor stands on a character, not behind the last one of a line. */
export function onCharacter(editor: Editor): Editor {
  const { text, cursor } = editor;
  const isBehind = cursor === lineEnd(text, cursor) && cursor > lineStart(text, cursor);
  return isBehind ? place(editor, before(text, cursor, editor.pastes)) : editor;
}
