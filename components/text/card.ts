import type { Tone } from "../theme.ts";
import { clipRow, fitRow, type Row, rowCells, span } from "./rows.ts";

/** A box of exactly `width` columns: a title at the left and figures at the right of its upper edge, keys in the lower one. */
export function card(options: {
  readonly title: Row;
  readonly right?: Row;
  readonly body: readonly Row[];
  readonly footer?: Row;
  readonly width: number;
  readonly tone: Tone;
}): readonly Row[] {
  const { title, right = [], body, footer = [], width, tone } = options;
  return [
    edge("╭", "╮", title, right, width, tone),
    ...body.map((line) => [span("│ ", tone), ...fitRow(line, width - 4), span(" │", tone)]),
    edge("╰", "╯", footer, [], width, tone),
  ];
}

/** "╭─ left ──── right ─╮"; the right text goes first when it gets narrow. */
function edge(start: string, end: string, left: Row, right: Row, width: number, tone: Tone): Row {
  const room = width - 6;
  const head = clipRow(left, room - 2);
  const tail = rowCells(head) + rowCells(right) + 6 <= room ? right : [];
  const gap = (part: Row): number => (rowCells(part) === 0 ? 0 : rowCells(part) + 2);
  const dashes = width - 4 - gap(head) - gap(tail);
  const pad = (part: Row): Row => (rowCells(part) === 0 ? [] : [span(" "), ...part, span(" ")]);
  return [
    span(`${start}─`, tone),
    ...pad(head),
    span("─".repeat(Math.max(0, dashes)), tone),
    ...pad(tail),
    span(`─${end}`, tone),
  ];
}
