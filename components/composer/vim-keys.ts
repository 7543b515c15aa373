import { before, lineStart } from "./boundaries.ts";
import { type Editor, reduceEditor } from "./editor.ts";
import { graphemes } from "../text/width.ts";
import { operateOn, onCharacter, place, typeCommand } from "./vim.ts";
import type { Typed, Vim } from "./vim-state.ts";
import { spanFrom, toVisual, typeVisual } from "./vim-visual.ts";

/** Leaves insert or visual mode: the cursor stands on the character before, as in vi. What was typed is part of what `.` does again. */
export function toNormal(vim: Vim, editor: Editor): Typed {
  const { text, cursor } = editor;
  if (vim.mode === "visual") return { vim: { ...vim, mode: "normal", pending: "" }, editor: onCharacter(editor) };
  const to = cursor === lineStart(text, cursor) ? cursor : before(text, cursor, editor.pastes);
  const last = vim.entered && vim.last ? { ...vim.last, text: insertedInto(vim.entered, editor) } : vim.last;
  return { vim: { ...vim, mode: "normal", pending: "", last, entered: undefined }, editor: place(editor, to) };
}

/** One character typed in normal or visual mode. */
export function typeNormal(vim: Vim, editor: Editor, character: string): Typed {
  const keys = vim.pending + character;
  const [, again] = /^([1-9]\d*)?\.$/.exec(keys) ?? [];
  if (vim.mode === "visual") return completed(vim, editor, keys, typeVisual(vim, editor, keys));
  if (keys === "v" || keys === "V") return { vim: toVisual(vim, editor, keys === "V"), editor };
  if (keys.endsWith(".") && /^\d*\.$/.test(keys)) return repeat({ ...vim, pending: "" }, editor, again);
  const typed = completed(vim, editor, keys, typeCommand(vim, editor, keys));
  return changes(typed, editor, keys) ? withLast(typed, keys) : typed;
}

function completed(vim: Vim, editor: Editor, keys: string, typed: Typed | "incomplete"): Typed {
  if (typed === "incomplete") return { vim: { ...vim, pending: keys }, editor };
  return typed.vim.mode === "insert" ? entering(typed) : typed;
}

function entering(typed: Typed): Typed {
  const { text, cursor } = typed.editor;
  return { ...typed, vim: { ...typed.vim, entered: { text, cursor } } };
}

/** Undoing is no change to be done again, and neither is what did nothing. */
function changes({ vim, editor }: Typed, before: Editor, keys: string): boolean {
  return vim.pending === "" && !/^\d*u$/.test(keys) && (vim.mode === "insert" || editor.text !== before.text);
}

function withLast(typed: Typed, keys: string): Typed {
  return { ...typed, vim: { ...typed.vim, last: { kind: "keys", keys, text: "" } } };
}

/** `.`: the last change once more, here. A count takes the place of the one that it had. */
function repeat(vim: Vim, editor: Editor, count: string | undefined): Typed {
  const { last } = vim;
  if (!last) return { vim, editor };
  const done = last.kind === "keys" ? played(vim, editor, counted(last.keys, count)) : spanned(vim, editor, last);
  const { text } = last;
  const typed = text === "" ? done.editor : reduceEditor(done.editor, { type: "insert", text });
  const isOpen = done.vim.mode === "insert";
  const ended = isOpen ? toNormal({ ...done.vim, entered: undefined }, typed) : { vim: done.vim, editor: typed };
  return { vim: { ...ended.vim, last }, editor: isOpen ? ended.editor : onCharacter(ended.editor) };
}

function played(vim: Vim, editor: Editor, keys: string): Typed {
  return graphemes(keys).reduce<Typed>((done, key) => typeNormal(done.vim, done.editor, key), { vim, editor });
}

function spanned(vim: Vim, editor: Editor, last: Extract<Vim["last"], { kind: "span" }>): Typed {
  const range = spanFrom(editor, last.size, last.lines);
  return operateOn(vim, editor, range, { operator: last.operator, register: "" });
}

function counted(keys: string, count: string | undefined): string {
  return count === undefined ? keys : keys.replace(/^("[a-zA-Z])?(?:[1-9]\d*)?/, `$1${count}`);
}

/** What stands there now that did not stand there then. */
function insertedInto(then: { readonly text: string; readonly cursor: number }, { text }: Editor): string {
  const head = then.text.slice(0, then.cursor);
  const tail = then.text.slice(then.cursor);
  if (!text.startsWith(head) || !text.endsWith(tail) || text.length < then.text.length) return "";
  return text.slice(head.length, text.length - tail.length);
}
