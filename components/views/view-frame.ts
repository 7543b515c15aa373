import { clipRow, indent, type Row, row, rowCells, span, spread } from "../text/rows.ts";

/** Of the terminal. */
type Size = { readonly columns: number; readonly rows: number };

/** Rows of a view that are not its body: the title, the rule, a blank row and the keys. */
const FRAME_ROWS = 4;

/** The room that a view's body has. */
export function bodySize({ columns, rows }: Size): { readonly width: number; readonly height: number } {
  const small = rows < 14;
  return { width: Math.max(1, columns - 3), height: Math.max(1, rows - 1 - (small ? 2 : FRAME_ROWS)) };
}

/** A whole window: title, rule, body and keys, exactly one row less than the terminal has. */
export function viewFrame(
  parts: {
    readonly title: string;
    readonly right: Row;
    readonly body: readonly Row[];
    /** The most important first: what does not fit is left out. */
    readonly keys: readonly string[];
    readonly notice?: string | undefined;
  },
  size: Size,
): readonly Row[] {
  const { width, height } = bodySize(size);
  const small = size.rows < 14;
  const body = [
    ...parts.body.slice(0, height),
    ...Array.from({ length: Math.max(0, height - parts.body.length) }, (): Row => []),
  ];
  const head = spread(row(span(parts.title, { bold: true })), parts.right, width);
  const rule = row(span("─".repeat(width), "dim"));
  const notice = parts.notice === undefined || parts.notice === "" ? undefined : row(span(parts.notice, "warn"));
  const foot = notice ?? row(span(fitting(parts.keys, width), "dim"));
  const rows = small ? [head, ...body, foot] : [head, rule, ...body, [], foot];
  return indent(
    rows.map((line) => clipRow(line, width)),
    span(" "),
    span(" "),
  );
}

function fitting(keys: readonly string[], width: number): string {
  // Esc is last, and always there.
  const last = keys.at(-1) ?? "";
  const kept: string[] = [];
  for (const key of keys.slice(0, -1)) {
    if (rowCells(row([...kept, key, last].join(" · "))) > width) break;
    kept.push(key);
  }
  return [...kept, last].join(" · ");
}

/** The part of a long body that is drawn, and what says where that is. */
export function scrolled(
  rows: readonly Row[],
  top: number,
  height: number,
): { readonly body: readonly Row[]; readonly place: string } {
  if (rows.length <= height) return { body: rows, place: "" };
  const from = Math.max(0, Math.min(top, rows.length - height));
  return { body: rows.slice(from, from + height), place: `${from + 1}–${from + height} of ${rows.length}` };
}

/** A list scrolls with what is picked. */
export function follow(picked: number, count: number, height: number): number {
  return Math.max(0, Math.min(picked - Math.floor(height / 2), count - height));
}
