import type { Tokens } from "marked";
import { indent, type Row, row, rowCells, span, type Span } from "./rows.ts";
import { inlineSpans } from "./markdown-inline.ts";
import { cells } from "./width.ts";
import { wrap } from "./wrap.ts";

const GAP = " │ ";

/** Words longer than this are broken rather than that their column is as wide as they are. */
const LONGEST_WORD = 24;

/** A table whose columns fit, their text wrapped where that takes it; else one block per line of it, "heading: value". */
export function tableRows(table: Tokens.Table, width: number): readonly Row[] {
  const header = table.header.map((cell) => inlineSpans(cell.tokens, { bold: true }));
  const body = table.rows.map((line) => line.map((cell) => inlineSpans(cell.tokens, {})));
  const widths = fitColumns(
    header.map((cell, column) => [cell, ...body.map((line) => line[column] ?? [])]),
    width - GAP.length * (header.length - 1),
  );
  if (!widths) return verticalRows(header, body, width);
  const lines = (line: readonly (readonly Span[])[]): readonly Row[] => {
    const wrapped = widths.map((room, column) => wrap(line[column] ?? [], room));
    const height = Math.max(1, ...wrapped.map((cell) => cell.length));
    return Array.from({ length: height }, (_, at) =>
      widths.flatMap((room, column) => {
        const separator = column === 0 ? [] : [span(GAP, "dim")];
        return [...separator, ...align(wrapped[column]?.[at] ?? [], room, table.align[column] ?? "left")];
      }),
    );
  };
  const rule = row(span(widths.map((room) => "─".repeat(room)).join("─┼─"), "dim"));
  return [...lines(header), rule, ...body.flatMap(lines)];
}

/** The widest columns give way until all fit; undefined when that would break words. */
function fitColumns(columns: readonly (readonly (readonly Span[])[])[], width: number): readonly number[] | undefined {
  const least = columns.map((cells) => Math.min(LONGEST_WORD, Math.max(...cells.flatMap(wordCells))));
  if (sum(least) > width) return undefined;
  const widths = columns.map((cells) => Math.min(width, Math.max(...cells.map(rowCells))));
  for (let over = sum(widths) - width; over > 0; over--) {
    const widest = Math.max(...widths.filter((each, column) => each > (least[column] ?? 0)));
    const column = widths.findIndex((each, index) => each === widest && each > (least[index] ?? 0));
    widths[column] = widest - 1;
  }
  return widths;
}

function wordCells(cell: readonly Span[]): readonly number[] {
  return [1, ...cell.flatMap(({ text }) => text.split(/\s+/).map(cells))];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}

function align(cell: readonly Span[], room: number, side: "left" | "right" | "center"): readonly Span[] {
  const free = room - rowCells(cell);
  const before = { left: 0, right: free, center: Math.floor(free / 2) }[side];
  return [span(" ".repeat(before)), ...cell, span(" ".repeat(free - before))];
}

function verticalRows(
  header: readonly (readonly Span[])[],
  body: readonly (readonly (readonly Span[])[])[],
  width: number,
): readonly Row[] {
  return body.flatMap((cells, index) => [
    ...(index === 0 ? [] : [[]]),
    ...cells.flatMap((cell, column) => {
      const rows = wrap([...(header[column] ?? []), span(": "), ...cell], Math.max(1, width - 2));
      return indent(rows, span(""), span("  "));
    }),
  ]);
}
