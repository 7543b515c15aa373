import { never } from "../../src/core/never.ts";
import { before, behind, lineEnd, lineStart, wordEnd, wordStart } from "./boundaries.ts";
import { isLong, pasteLabel, type Paste, pasteEndingAt, pasteStartingAt, tidy } from "./pastes.ts";

/** The text under the user's hands. `cursor` is an index into `text`, always between two characters. */
export type Editor = {
  readonly text: string;
  readonly cursor: number;
  /** Long pastes and images: `text` holds their labels, which count as one character each. */
  readonly pastes: readonly Paste[];
  /** What was cut last. */
  readonly cut: string;
  /** It was cut as whole lines, and is put back so in vim mode. */
  readonly cutLines: boolean;
  readonly undo: readonly { readonly text: string; readonly cursor: number }[];
  /** The last edit inserted typed text: the next one belongs to the same undo step. */
  readonly typing: boolean;
};

export type Motion = "left" | "right" | "word-left" | "word-right" | "line-start" | "line-end";

export type Edit =
  | { readonly type: "insert"; readonly text: string }
  /** `joins`: the next part of a paste that comes in several reads. */
  | { readonly type: "paste"; readonly text: string; readonly joins: boolean }
  | { readonly type: "erase"; readonly to: Motion }
  | { readonly type: "kill"; readonly to: Motion }
  | { readonly type: "move"; readonly to: Motion }
  | { readonly type: "place"; readonly cursor: number }
  /** Of a known range, as the commands of vim mode name them. */
  | { readonly type: "cut" | "copy"; readonly from: number; readonly to: number; readonly linewise: boolean }
  | { readonly type: "yank" }
  | { readonly type: "undo" }
  | { readonly type: "replace"; readonly text: string }
  /** Puts the paste at the cursor in the place of its label. */
  | { readonly type: "expand" }
  /** Puts a text in the place of a part of it. */
  | { readonly type: "swap"; readonly from: number; readonly to: number; readonly text: string };

export const emptyEditor: Editor = {
  text: "",
  cursor: 0,
  pastes: [],
  cut: "",
  cutLines: false,
  undo: [],
  typing: false,
};

const UNDO_STEPS = 200;

/** Pure and total: any edit in any state gives a state. */
export function reduceEditor(editor: Editor, edit: Edit): Editor {
  switch (edit.type) {
    case "insert":
      return splice(editor, editor.cursor, editor.cursor, tidy(edit.text), true);
    case "paste":
      return paste(editor, tidy(edit.text), edit.joins);
    case "erase":
      return remove(editor, edit.to);
    case "kill": {
      const [from, to] = reach(editor, edit.to);
      return from === to
        ? editor
        : { ...splice(editor, from, to, "", false), cut: editor.text.slice(from, to), cutLines: false };
    }
    case "copy":
      return { ...editor, cut: editor.text.slice(edit.from, edit.to), cutLines: edit.linewise };
    case "cut": {
      const { from, to, linewise } = edit;
      if (from === to) return editor;
      return { ...splice(editor, from, to, "", false), cut: editor.text.slice(from, to), cutLines: linewise };
    }
    case "move":
      return { ...editor, cursor: target(editor, edit.to), typing: false };
    case "place":
      return { ...editor, cursor: Math.max(0, Math.min(editor.text.length, edit.cursor)), typing: false };
    case "yank":
      return editor.cut === "" ? editor : splice(editor, editor.cursor, editor.cursor, editor.cut, false);
    case "undo": {
      const last = editor.undo.at(-1);
      return last ? { ...editor, ...last, undo: editor.undo.slice(0, -1), typing: false } : editor;
    }
    case "replace": {
      const cleared = splice(editor, 0, editor.text.length, "", false);
      return paste({ ...cleared, pastes: editor.pastes }, tidy(edit.text), false);
    }
    case "expand": {
      const found = pasteAt(editor);
      return found ? splice(editor, found.from, found.from + found.label.length, found.text, false) : editor;
    }
    case "swap":
      return splice(editor, edit.from, edit.to, tidy(edit.text), false);
    default:
      return never(edit);
  }
}

/** What is sent: the text with every paste in full. Images keep their labels. */
export function expand({ text, pastes }: Editor): string {
  return pastes.reduce((whole, each) => (each.image ? whole : whole.replaceAll(each.label, () => each.text)), text);
}

/** The long paste whose label the cursor touches. */
export function pasteAt({ text, cursor, pastes }: Editor): (Paste & { readonly from: number }) | undefined {
  const behind = pasteStartingAt(pastes, text, cursor);
  if (behind) return { ...behind, from: cursor };
  const before = pasteEndingAt(pastes, text, cursor);
  return before && { ...before, from: cursor - before.label.length };
}

function paste(editor: Editor, text: string, joins: boolean): Editor {
  const last = joins ? pasteEndingAt(editor.pastes, editor.text, editor.cursor) : undefined;
  if (!last && !isLong(text)) return splice(editor, editor.cursor, editor.cursor, text, false);
  const whole = (last?.text ?? "") + text;
  const others = editor.pastes.filter((each) => each !== last);
  const label = pasteLabel(whole, others);
  const from = editor.cursor - (last?.label.length ?? 0);
  return { ...splice(editor, from, editor.cursor, label, false), pastes: [...others, { label, text: whole }] };
}

function remove(editor: Editor, to: Motion): Editor {
  const [from, end] = reach(editor, to);
  return from === end ? editor : splice(editor, from, end, "", false);
}

function reach(editor: Editor, to: Motion): readonly [number, number] {
  const other = target(editor, to);
  // At the end of a line there is nothing left to cut but the line break itself.
  if (other === editor.cursor && to === "line-end") return [other, behind(editor.text, other, editor.pastes)];
  if (other === editor.cursor && to === "line-start") return [before(editor.text, other, editor.pastes), other];
  return [Math.min(other, editor.cursor), Math.max(other, editor.cursor)];
}

function target({ text, cursor, pastes }: Editor, to: Motion): number {
  switch (to) {
    case "left":
      return before(text, cursor, pastes);
    case "right":
      return behind(text, cursor, pastes);
    case "word-left":
      return wordStart(text, cursor);
    case "word-right":
      return wordEnd(text, cursor);
    case "line-start":
      return lineStart(text, cursor);
    case "line-end":
      return lineEnd(text, cursor);
    default:
      return never(to);
  }
}

function splice(editor: Editor, from: number, to: number, text: string, typing: boolean): Editor {
  const joined = typing && editor.typing && !/\s/.test(text);
  const undo = joined ? editor.undo : [...editor.undo, { text: editor.text, cursor: editor.cursor }].slice(-UNDO_STEPS);
  return {
    ...editor,
    text: editor.text.slice(0, from) + text + editor.text.slice(to),
    cursor: from + text.length,
    undo,
    typing,
  };
}
