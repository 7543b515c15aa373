import type { Editor } from "./editor.ts";
import type { Find } from "./vim-motions.ts";

/** A text that was cut or copied; `lines`: as whole lines. */
export type Register = { readonly text: string; readonly lines: boolean };

/** What `.` does again: the keys of a command and what was typed after it, or what was done to a selection. */
export type LastChange =
  | { readonly kind: "keys"; readonly keys: string; readonly text: string }
  /** `size`: characters, or lines. */
  | {
      readonly kind: "span";
      readonly operator: string;
      readonly size: number;
      readonly lines: boolean;
      readonly text: string;
    };

export type Vim = {
  readonly mode: "insert" | "normal" | "visual";
  /** The keys of a command that is not complete yet. */
  readonly pending: string;
  readonly find: Find | undefined;
  /** In visual mode: the other end of the selection, and whether it is whole lines. */
  readonly anchor: number;
  readonly lines: boolean;
  /** By their letters. */
  readonly registers: Readonly<Record<string, Register>>;
  readonly last: LastChange | undefined;
  /** The text as it was when a change went over to inserting. */
  readonly entered: { readonly text: string; readonly cursor: number } | undefined;
};

export const vimInsert: Vim = {
  mode: "insert",
  pending: "",
  find: undefined,
  anchor: 0,
  lines: false,
  registers: {},
  last: undefined,
  entered: undefined,
};

/** `beyond`: an arrow-like motion that leads out of the text, for the history. */
export type Typed = { readonly vim: Vim; readonly editor: Editor; readonly beyond?: "up" | "down" };

export type Range = { readonly from: number; readonly to: number; readonly linewise: boolean };

export type Command = {
  /** The letter behind `"`; "" for none. */
  readonly register: string;
  readonly count: number;
  readonly counted: boolean;
  readonly operator: string;
  readonly key: string;
  readonly character: string;
};

/** Ready for the next message: what was cut, and what can be done again, stays. */
export function rested(vim: Vim): Vim {
  return { ...vim, mode: "insert", pending: "", entered: undefined };
}
