import { plain } from "../core/terminal-safe.ts";
import { clip, oneLine } from "../core/text.ts";
import { writeOut } from "./output.ts";

/** Rows under their heads, in columns; a cell is one line of at most 60 characters. */
export function printTable(head: readonly string[], rows: readonly (readonly string[])[]): void {
  const cells = [head, ...rows].map((row) => row.map((cell) => clip(oneLine(plain(cell)), 60)));
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  for (const row of cells) {
    const line = row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    writeOut(`${line.trimEnd()}\n`);
  }
}
