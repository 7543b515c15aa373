import { cells, graphemes, safe } from "../text/width.ts";

/** One row of the composer. `source` is the part of the text from `from` to `to`, `shown` what stands for it. */
type Line = { readonly source: string; readonly shown: string; readonly from: number; readonly to: number };

export type Lines = {
  readonly lines: readonly Line[];
  readonly cursorLine: number;
  /** Columns from the left edge of the text. */
  readonly cursorColumn: number;
};

/** The text as rows of `width` columns, cut between characters, and the cursor's place in them. */
export function layLines(text: string, cursor: number, width: number): Lines {
  const lines: Line[] = [];
  let from = 0;
  for (const line of text.split("\n")) {
    lines.push(...cutLine(line, from, Math.max(1, width), cursor));
    from += line.length + 1;
  }
  const cursorLine = Math.max(
    0,
    lines.findLastIndex((line) => line.from <= cursor),
  );
  const line = lines[cursorLine];
  return { lines, cursorLine, cursorColumn: line ? cells(safe(text.slice(line.from, cursor))) : 0 };
}

/** The index in the text that is nearest to a column of a row. */
export function indexAt({ lines }: Lines, row: number, column: number): number {
  const line = lines[row];
  if (!line) return 0;
  // The end of a row that goes on in the next one is the start of that one.
  const goesOn = lines[row + 1]?.from === line.to;
  let index = line.from;
  let used = 0;
  for (const character of graphemes(line.source)) {
    used += cells(safe(character));
    if (used > column || (goesOn && index + character.length >= line.to)) return index;
    index += character.length;
  }
  return index;
}

/** Characters of one column each, as most text is. */
const SIMPLE = /^[\x20-\x7e]*$/;

function cutLine(line: string, start: number, width: number, cursor: number): readonly Line[] {
  const rows = SIMPLE.test(line) ? cutSimple(line, start, width) : cutByCharacter(line, start, width);
  const last = rows.at(-1);
  // A full row has no place for a cursor behind it.
  if (!last || cursor !== last.to || cells(last.shown) < width) return rows;
  return [...rows, { source: "", shown: "", from: last.to, to: last.to }];
}

function cutSimple(line: string, start: number, width: number): readonly Line[] {
  const rows: Line[] = [];
  for (let at = 0; at === 0 || at < line.length; at += width) {
    const source = line.slice(at, at + width);
    rows.push({ source, shown: source, from: start + at, to: start + at + source.length });
  }
  return rows;
}

function cutByCharacter(line: string, start: number, width: number): readonly Line[] {
  const rows: Line[] = [];
  let open: Line = { source: "", shown: "", from: start, to: start };
  let used = 0;
  for (const character of graphemes(line)) {
    const glyph = safe(character);
    const size = cells(glyph);
    if (used + size > width && used > 0) {
      rows.push(open);
      open = { source: "", shown: "", from: open.to, to: open.to };
      used = 0;
    }
    open = { ...open, source: open.source + character, shown: open.shown + glyph, to: open.to + character.length };
    used += size;
  }
  return [...rows, open];
}
