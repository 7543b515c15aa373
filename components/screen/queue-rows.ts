import { oneLine } from "../../src/core/text.ts";
import { hints } from "../keymap.ts";
import { clipRow, type Row, row, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import type { View } from "./screen-state.ts";

/** What waits for the lead, the next one first; at most `room` rows. */
export function queueRows({ screen, columns, keymap }: View, room: number): readonly Row[] {
  const { queue } = screen;
  const width = columns - 4;
  if (queue.length === 0 || room < 1) return [];
  const shown = queue.length <= room ? queue : queue.slice(0, Math.max(1, room - 1));
  const more = queue.length - shown.length;
  const hint = span(
    more > 0 && room === 1 ? `queued, ${more} more` : hints(keymap, "queued", ["earlier", "takes it back"]),
    "dim",
  );
  const lines = shown.map((line, index) => {
    const text = row(span("  ○ ", "accent"), span(oneLine(safe(line)), "dim"));
    return index === 0 ? spread(clipRow(text, width - 28), row(hint), width + 2) : clipRow(text, width + 2);
  });
  return more > 0 && room > 1 ? [...lines, row(span(`  … ${more} more`, "dim"))] : lines;
}
