import { type Row, rowCells } from "../text/rows.ts";

/** What stands on the terminal: the last frame, the row of the cursor if that is shown, and the width it was cut to. */
export type Drawn = {
  readonly rows: readonly Row[];
  readonly cursorRow: number | undefined;
  readonly columns: number;
};

const UP = "\u001b[1A";
const ERASE_LINE = "\u001b[2K";

/**
 * What to write before Ink erases its frame in a window that now has `columns`. A narrower one has broken rows that no
 * longer fit into several, so the frame is higher than Ink knows: without this its upper rows would stay behind.
 */
export function refit({ rows, cursorRow, columns: drawnAt }: Drawn, columns: number): string {
  if (columns >= drawnAt) return "";
  const broken = rows
    .slice(0, cursorRow ?? rows.length)
    .map((line) => Math.ceil(Math.min(visibleCells(line), drawnAt) / columns) - 1)
    .reduce((sum, more) => sum + Math.max(0, more), 0);
  // From a cursor Ink erases downwards; without one it stands below the frame and erases upwards.
  return (cursorRow === undefined ? ERASE_LINE + UP : UP).repeat(broken);
}

/** Ink does not write the blanks at the end of a row. */
function visibleCells(line: Row): number {
  const text = line.map((part) => part.text).join("");
  return rowCells(line) - (text.length - text.trimEnd().length);
}

/** Terminals that break lines anew when they get narrower; the others cut them, and there is nothing to repair. */
export function breaksLinesAnew(env: Readonly<Record<string, string | undefined>>): boolean {
  const term = env["TERM"] ?? "";
  if (env["XTERM_VERSION"] !== undefined || /^(linux|rxvt|vt\d)/.test(term)) return false;
  return !term.startsWith("screen") || env["TMUX"] !== undefined;
}
