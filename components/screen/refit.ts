import { type Row, rowCells } from "../text/rows.ts";

/** What stands on the terminal: the rows of the last frame and the row of the cursor, if that is shown. */
export type Drawn = { readonly rows: readonly Row[]; readonly cursorRow: number | undefined };

const UP = "\u001b[1A";
const ERASE_LINE = "\u001b[2K";

/**
 * What to write when the window got narrower, before Ink erases its frame. The terminal has broken rows that no longer
 * fit into several, so the frame is higher than Ink knows: without this its upper rows would stay behind.
 */
export function refit({ rows, cursorRow }: Drawn, columns: number): string {
  const broken = rows
    .slice(0, cursorRow ?? rows.length)
    .reduce((sum, line) => sum + Math.max(0, Math.ceil(visibleCells(line) / columns) - 1), 0);
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
