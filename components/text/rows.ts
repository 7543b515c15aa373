import type { Tone } from "../theme.ts";
import { cells, graphemes } from "./width.ts";

export type Style = {
  readonly tone?: Tone;
  readonly bold?: boolean;
  readonly italic?: boolean;
  readonly underline?: boolean;
  readonly strike?: boolean;
  /** As a selection is shown: colours swapped. */
  readonly inverse?: boolean;
};

/** A piece of text in one style. Only safe text (see `safe`) may get in here. */
export type Span = Style & { readonly text: string };

/** One line of the terminal. The screen is made of these, so that every height is known before it is drawn. */
export type Row = readonly Span[];

export function span(text: string, style: Style | Tone = {}): Span {
  return typeof style === "string" ? { text, tone: style } : { ...style, text };
}

export function row(...parts: readonly (Span | string)[]): Row {
  return parts.map((part) => (typeof part === "string" ? { text: part } : part));
}

export function rowCells(line: Row): number {
  return line.reduce((sum, { text }) => sum + cells(text), 0);
}

/** The row, cut to `width` columns; a cut ends in "…". */
export function clipRow(line: Row, width: number): Row {
  if (width <= 0) return [];
  if (rowCells(line) <= width) return line;
  const kept: Span[] = [];
  let left = width - 1;
  for (const part of line) {
    const head = takeCells(part.text, left);
    kept.push({ ...part, text: head === part.text ? head : `${head}…` });
    left -= cells(head);
    if (head !== part.text) return kept;
  }
  return kept;
}

/** Exactly `width` columns: cut or filled up with blanks. */
export function fitRow(line: Row, width: number): Row {
  const cut = clipRow(line, width);
  return [...cut, { text: " ".repeat(Math.max(0, width - rowCells(cut))) }];
}

/** `left` and `right` at the two ends of `width` columns. The right one goes first when there is no room for both. */
export function spread(left: Row, right: Row, width: number): Row {
  const gap = width - rowCells(left) - rowCells(right);
  if (right.length === 0 || gap < 2) return clipRow(left, width);
  return [...left, { text: " ".repeat(gap) }, ...right];
}

export function indent(rows: readonly Row[], first: Span, rest: Span = { text: " ".repeat(cells(first.text)) }): Row[] {
  return rows.map((line, index) =>
    line.length === 0 && rest.text.trim() === "" && index > 0 ? line : [index === 0 ? first : rest, ...line],
  );
}

/** Pieces of at most `width` columns, cut between characters. One wider than that is a piece of its own. */
export function breakHard(text: string, width: number): string[] {
  if (cells(text) <= width) return [text];
  const pieces: string[] = [];
  let piece = "";
  let used = 0;
  for (const character of graphemes(text)) {
    const size = cells(character);
    if (used + size > width && piece !== "") {
      pieces.push(piece);
      piece = "";
      used = 0;
    }
    piece += character;
    used += size;
  }
  return [...pieces, piece];
}

/** The same for a row of several spans. */
export function breakRow(line: Row, width: number): readonly Row[] {
  const rows: Span[][] = [[]];
  let left = width;
  for (const part of line) {
    const head = takeCells(part.text, left);
    const rest = part.text.slice(head.length);
    for (const [index, text] of [head, ...(rest === "" ? [] : breakHard(rest, width))].entries()) {
      if (index > 0) {
        rows.push([]);
        left = width;
      }
      if (text !== "") rows.at(-1)?.push({ ...part, text });
      left -= cells(text);
    }
  }
  return rows;
}

/** The start of the text that fits into `width` columns. */
export function takeCells(text: string, width: number): string {
  if (cells(text) <= width) return text;
  let used = 0;
  let taken = "";
  for (const character of graphemes(text)) {
    used += cells(character);
    if (used > width) return taken;
    taken += character;
  }
  return taken;
}
