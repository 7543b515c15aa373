import type { TrustPage } from "../../src/core/trust.ts";
import { indent, type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

/** What the folder wants, every line of it. */
export function trustFacts({ folder, items }: TrustPage, columns: number): readonly Row[] {
  return [
    ...wrap(row(span("Trust this folder? ", { bold: true }), span(safe(folder), "dim")), columns),
    ...wrap(row(span("It holds files that massgen would use. Somebody else may have put them there.", "dim")), columns),
    [],
    ...items.flatMap(({ name, changed, wants }) => [
      row(span(safe(name), { bold: true }), ...(changed ? [span(" changed since you trusted it", "warn")] : [])),
      ...wants.flatMap((line) => indent(wrap([span(safe(line))], columns - 4), span("  · ", "dim"), span("    "))),
    ]),
    [],
  ];
}

/** The same with the question below it. */
export function trustRows(
  page: TrustPage,
  { yes, unheard }: { readonly yes: boolean; readonly unheard: boolean },
  columns: number,
): readonly Row[] {
  const choice = (chosen: boolean, text: string, key: string): Row =>
    row(span(chosen ? "❯ " : "  ", "accent"), span(text, chosen ? { bold: true } : {}), span(`  ${key}`, "dim"));
  return [
    ...trustFacts(page, columns),
    choice(!yes, "No, leave them out", "n"),
    choice(yes, "Yes, use them until they change", "y"),
    row(span(`  ${unheard ? "one key, y or n, then enter" : "enter to answer"} · ctrl+c to leave`, "dim")),
  ];
}
