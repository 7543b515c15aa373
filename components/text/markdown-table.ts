import type { Tokens } from "marked";
import { indent, type Row, row, rowCells, span, type Span } from "./rows.ts";
import { inlineSpans } from "./markdown-inline.ts";
import { wrap } from "./wrap.ts";

const GAP = " │ ";

/** A table whose columns fit; otherwise one block per line of it, "heading: value". */
export function tableRows(table: Tokens.Table, width: number): readonly Row[] {
  const header = table.header.map((cell) => inlineSpans(cell.tokens, { bold: true }));
  const body = table.rows.map((cells) => cells.map((cell) => inlineSpans(cell.tokens, {})));
  const widths = header.map((cell, column) =>
    Math.max(...[cell, ...body.map((line) => line[column] ?? [])].map(rowCells)),
  );
  const total = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1);
  if (total > width) return verticalRows(header, body, width);
  const line = (cells: readonly (readonly Span[])[]): Row =>
    widths.flatMap((room, column) => {
      const separator = column === 0 ? [] : [span(GAP, "dim")];
      return [...separator, ...align(cells[column] ?? [], room, table.align[column] ?? "left")];
    });
  return [line(header), row(span(widths.map((room) => "─".repeat(room)).join("─┼─"), "dim")), ...body.map(line)];
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
