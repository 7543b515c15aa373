import { breakHard, type Row, type Span, takeCells } from "./rows.ts";
import { cells } from "./width.ts";

type Word = { readonly kind: "word"; readonly parts: readonly Span[]; readonly cells: number };
type Blank = { readonly kind: "blank"; readonly part: Span };
type Atom = Word | Blank | { readonly kind: "newline" };

/**
 * Spans as rows of at most `width` columns, broken between words and at newlines. Blanks at a break go; those at the
 * start of a line of the text stay. No row ends at a no-break space. A word longer than a row is cut between characters.
 */
export function wrap(spans: readonly Span[], width: number): Row[] {
  const limit = Math.max(1, width);
  const rows: Span[][] = [[]];
  let used = 0;
  let blanks: Span[] = [];
  const add = (part: Span): void => {
    rows.at(-1)?.push(part);
    used += cells(part.text);
  };
  const breakRow = (): void => {
    rows.push([]);
    used = 0;
    blanks = [];
  };
  for (const atom of atoms(spans)) {
    if (atom.kind === "newline") {
      breakRow();
      continue;
    }
    if (atom.kind === "blank") {
      blanks.push(atom.part);
      continue;
    }
    const gap = blanks.reduce((sum, part) => sum + cells(part.text), 0);
    const fits = used + gap + atom.cells <= limit;
    if (!fits && used > 0 && (atom.cells <= limit || used + gap >= limit - 1)) breakRow();
    for (const part of blanks) add({ ...part, text: takeCells(part.text, Math.max(0, limit - 1 - used)) });
    blanks = [];
    for (const part of atom.parts) {
      for (const [index, piece] of cut(part.text, limit, used).entries()) {
        if (index > 0) breakRow();
        if (piece !== "") add({ ...part, text: piece });
      }
    }
  }
  return rows.map(merge);
}

/** The first piece fills what is left of a row, the others whole rows. */
function cut(text: string, width: number, used: number): readonly string[] {
  if (used + cells(text) <= width) return [text];
  const head = takeCells(text, width - used);
  return [head, ...breakHard(text.slice(head.length), width)];
}

function atoms(spans: readonly Span[]): readonly Atom[] {
  const found: Atom[] = [];
  for (const part of spans) {
    for (const [text] of part.text.matchAll(/\n|[^\S\n\u00a0]+|[\S\u00a0]+/g)) {
      const last = found.at(-1);
      if (text === "\n") found.push({ kind: "newline" });
      else if (/^[^\S\u00a0]/.test(text)) found.push({ kind: "blank", part: { ...part, text } });
      else if (last?.kind === "word") {
        found[found.length - 1] = {
          kind: "word",
          parts: [...last.parts, { ...part, text }],
          cells: last.cells + cells(text),
        };
      } else found.push({ kind: "word", parts: [{ ...part, text }], cells: cells(text) });
    }
  }
  return found;
}

/** Neighbours of one style become one span: fewer elements to lay out. */
function merge(spans: readonly Span[]): Row {
  const merged: Span[] = [];
  for (const next of spans) {
    const last = merged.at(-1);
    if (last && sameStyle(last, next)) merged[merged.length - 1] = { ...last, text: last.text + next.text };
    else merged.push(next);
  }
  return merged.map((part) => ({ ...part, text: part.text.replaceAll("\u00a0", " ") }));
}

function sameStyle(a: Span, b: Span): boolean {
  return (
    a.tone === b.tone &&
    a.bold === b.bold &&
    a.italic === b.italic &&
    a.underline === b.underline &&
    a.strike === b.strike
  );
}
