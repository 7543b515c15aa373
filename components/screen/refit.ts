import { type Row, rowCells } from "../text/rows.ts";

/**
 * How many rows more than before `rows`, which were drawn in a window of `drawnAt` columns, take in one of `columns`:
 * the terminal has broken those that no longer fit.
 */
export function addedRows(rows: readonly Row[], drawnAt: number, columns: number): number {
  if (columns >= drawnAt) return 0;
  return rows
    .map((line) => Math.ceil(Math.min(rowCells(line), drawnAt) / columns) - 1)
    .reduce((sum, more) => sum + Math.max(0, more), 0);
}

/** Terminals that break lines anew when they get narrower; the others cut them, and there is nothing to repair. */
export function breaksLinesAnew(env: Readonly<Record<string, string | undefined>>): boolean {
  const term = env["TERM"] ?? "";
  if (env["XTERM_VERSION"] !== undefined || /^(linux|rxvt|vt\d)/.test(term)) return false;
  return !term.startsWith("screen") || env["TMUX"] !== undefined;
}
