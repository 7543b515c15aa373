import { oneLine, plural } from "../../src/core/text.ts";
import { runningShell } from "../screen/activity.ts";
import type { View } from "../screen/screen-state.ts";
import { age } from "../text/age.ts";
import { clipRow, type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";

/** Of a longer output the beginning and the end are shown; the lead and the journal have more. */
const SHOWN_LINES = 24;
const LIVE_LINES = 5;

/** What a command wrote, and below it how it ended. */
export function shellRows(output: string, failed: boolean, width: number): readonly Row[] {
  const lines = safe(output.trimEnd()).split("\n");
  const end = lines.pop()?.replace(/^\[(.*)\]$/, "$1") ?? "";
  const left = lines.length - SHOWN_LINES;
  const half = SHOWN_LINES / 2;
  const shown =
    left <= 1
      ? lines.map((line) => outputRow(line, width))
      : [
          ...lines.slice(0, half).map((line) => outputRow(line, width)),
          row(span(`… ${plural(left, "line")} more`, "dim")),
          ...lines.slice(-half).map((line) => outputRow(line, width)),
        ];
  const mark = failed ? span("✖ ", "failed") : span("✔ ", "ok");
  return [...shown, clipRow(row(mark, span(end, "dim")), width)];
}

/** The command under way and the end of what it has written. */
export function liveShellRows(view: View, width: number): readonly Row[] {
  const call = runningShell(view);
  if (!call) return [];
  const state = row(
    span("◐ ", "busy"),
    span(`! ${oneLine(safe(call.summary))}`),
    span(` · ${age(view.now - call.since)}`, "dim"),
  );
  const written = safe(view.lead.shell).trimEnd();
  const lines = written === "" ? [] : written.split("\n").slice(-LIVE_LINES);
  return [clipRow(state, width), ...lines.map((line) => outputRow(line, width))];
}

function outputRow(line: string, width: number): Row {
  return clipRow(row(span("│ ", "dim"), line), width);
}
