import type { Row } from "../../components/text/rows.ts";
import { writeOut } from "./output.ts";

/** Rows as lines of text alone. */
export function printRows(rows: readonly Row[]): void {
  writeOut(rows.map((line) => `${rowText(line)}\n`).join(""));
}

export function rowText(line: Row): string {
  return line
    .map(({ text }) => text)
    .join("")
    .trimEnd();
}
