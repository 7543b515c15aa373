import { breakHard, type Row, row, span, type Style } from "./rows.ts";
import { safe } from "./width.ts";

/** Whether a text is a patch, or has one in it. */
export function hasPatch(text: string): boolean {
  return /^@@ .*@@/m.test(text) && /^[+-]/m.test(text);
}

/** A patch line by line: the signs say what was added and taken away, the colours say it again. */
export function patchRows(text: string, width: number): readonly Row[] {
  return safe(text)
    .split("\n")
    .flatMap((line) => breakHard(line, Math.max(1, width)).map((piece) => row(span(piece, patchStyle(line)))));
}

function patchStyle(line: string): Style {
  if (/^(\+\+\+|---|diff |index |Index: |=+$)/.test(line)) return { bold: true };
  if (line.startsWith("@@")) return { tone: "accent" };
  if (line.startsWith("+")) return { tone: "ok" };
  return line.startsWith("-") ? { tone: "failed" } : {};
}
