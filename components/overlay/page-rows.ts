import type { Page, PageLine } from "../../src/core/page.ts";
import { oneLine } from "../../src/core/text.ts";
import { type Row, row, span } from "../text/rows.ts";
import { cells, safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";
import type { Tone } from "../theme.ts";

const BAR_CELLS = 20;
const MARKS: Readonly<Record<NonNullable<PageLine["mark"]>, { readonly mark: string; readonly tone: Tone }>> = {
  ok: { mark: "✔", tone: "ok" },
  warn: { mark: "⚠", tone: "warn" },
  bad: { mark: "✖", tone: "failed" },
};

/** Sections under their headings: labels in a column, what is said of them beside it, shares of a whole as bars. */
export function pageRows(page: Page, width: number): readonly Row[] {
  return page.flatMap(({ title, lines }, index) => {
    const labels = Math.max(0, ...lines.map(({ label }) => cells(safe(label))));
    return [
      ...(index === 0 ? [] : [[]]),
      ...wrap([span(safe(oneLine(title)), { bold: true })], width),
      ...lines.flatMap((line) => lineRows(line, labels, width)),
    ];
  });
}

function lineRows({ label, text, mark, share }: PageLine, labels: number, width: number): readonly Row[] {
  const shown = mark === undefined ? undefined : MARKS[mark];
  const name = safe(label);
  const head = [
    span(shown ? `${shown.mark} ` : "  ", shown?.tone ?? "dim"),
    span(labels === 0 ? "" : `${name}${" ".repeat(labels - cells(name))}  `, "dim"),
  ];
  const room = width - labels - 4;
  const bar = share !== undefined && room > BAR_CELLS + 24 ? barOf(share) : "";
  const said = wrap(row(span(bar, "accent"), safe(oneLine(text))), Math.max(12, room));
  return said.map((line, index) => [
    ...(index === 0 ? head : [span(" ".repeat(labels === 0 ? 2 : labels + 4))]),
    ...line,
  ]);
}

/** Never empty for what is there at all. */
function barOf(share: number): string {
  const filled = share > 0 ? Math.max(1, Math.round(share * BAR_CELLS)) : 0;
  return `${"▇".repeat(filled)}${"·".repeat(BAR_CELLS - filled)}  `;
}
