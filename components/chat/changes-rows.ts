import type { ChatItem } from "../../src/core/chat/state.ts";
import { plural } from "../../src/core/text.ts";
import { clipRow, indent, type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";

type Changes = Extract<ChatItem, { kind: "changes" }>;

const MAX_LINES = 160;
const MAX_FILES = 12;

/** What a run changes in the user's files: the diff, or what was done and how to take it back. */
export function changesRows({ action, number, lines, leftOut, diff }: Changes, width: number): readonly Row[] {
  const files = plural(lines.length, "file");
  const body = action === "shown" ? diffRows(diff, number, width) : fileRows(lines, width);
  const left = leftOut.slice(0, MAX_FILES).map((line) => clipRow(row(span(`left out: ${safe(line)}`, "warn")), width));
  return [headOf(action, number, files), ...indent([...body, ...left], span("  "))];
}

function headOf(action: Changes["action"], number: number, files: string): Row {
  switch (action) {
    case "shown":
      return row(
        span("± ", "accent"),
        `Run ${number} changes ${files}`,
        span(` · /apply ${number} takes them over`, "dim"),
      );
    case "applied":
      return row(span("✔ ", "ok"), `Run ${number}: ${files} changed`, span(` · /undo ${number} takes it back`, "dim"));
    case "undone":
      return row(
        span("↩ ", "warn"),
        `Run ${number}: ${files} as before`,
        span(` · /apply ${number} does it again`, "dim"),
      );
  }
}

function fileRows(lines: readonly string[], width: number): readonly Row[] {
  const rows = lines.slice(0, MAX_FILES).map((line) => clipRow(row(span(safe(line), "dim")), width - 2));
  return lines.length > MAX_FILES ? [...rows, row(span(`… ${lines.length - MAX_FILES} more`, "dim"))] : rows;
}

function diffRows(diff: string, number: number, width: number): readonly Row[] {
  // The names stand in the line above them already.
  const lines = diff
    .replace(/\n$/, "")
    .split("\n")
    .filter((line) => !/^(?:--- |\+\+\+ |index )/.test(line));
  const rows = lines.slice(0, MAX_LINES).map((line) => clipRow(diffRow(line), width - 2));
  if (lines.length <= MAX_LINES) return rows;
  return [...rows, row(span(`… ${lines.length - MAX_LINES} more lines: massgen diff ${number}`, "dim"))];
}

function diffRow(line: string): Row {
  const text = safe(line);
  const names = /^diff --git a\/(.+) b\/(.+)$/.exec(text);
  if (names) {
    const [, from = "", to = ""] = names;
    return row(span(from === to ? to : `${from} → ${to}`, { bold: true }));
  }
  if (text.startsWith("+")) return row(span(text, "ok"));
  if (text.startsWith("-")) return row(span(text, "failed"));
  return row(span(text, text.startsWith("@@") ? "accent" : "dim"));
}
