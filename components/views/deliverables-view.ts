import type { PastDeliverable } from "../../src/core/front-end.ts";
import { oneLine } from "../../src/core/text.ts";
import { daysAgo } from "../overlay/days-ago.ts";
import { patchRows } from "../text/diff-rows.ts";
import { markdownRows } from "../text/markdown.ts";
import { breakHard, clipRow, type Row, row, rowCells, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";

/** The project's outputs of record: version, who made it in which run, and whether somebody checked it. */
export function deliverablesBody(
  list: readonly PastDeliverable[],
  picked: number,
  now: number,
  width: number,
): readonly Row[] {
  return list.map(({ name, version, author, run, verifiedBy, savedAt }, index) => {
    const here = index === picked;
    const left = row(
      span(here ? "❯ " : "  ", "accent"),
      span(safe(oneLine(name)), here ? { bold: true } : {}),
      span(version === 1 ? "" : ` v${version}`, "dim"),
    );
    const facts = [
      author === "" ? "author not known" : safe(author),
      run === null ? "" : safe(run.replace(/^run-0*(\d+)-.*$/, "run $1")),
      verifiedBy === null ? "not checked" : "✔ checked",
      daysAgo(savedAt, now),
    ].filter((fact) => fact !== "");
    const right = row(span((width < 60 ? facts.slice(-2) : facts).join(" · "), "dim"));
    return spread(clipRow(left, Math.max(16, width - rowCells(right) - 2)), right, width);
  });
}

/** Markdown as such; everything else as it is, since line ends matter there. */
export function deliverableBody(name: string, content: string, width: number): readonly Row[] {
  if (content.trim() === "") return [row(span("It is empty.", "dim"))];
  if (/\.(md|markdown)$/i.test(name)) return markdownRows(content, Math.min(width, 96));
  if (/\.(diff|patch)$/i.test(name)) return patchRows(content.trimEnd(), width);
  return safe(content)
    .trimEnd()
    .split("\n")
    .flatMap((line) => breakHard(line, width).map((piece) => row(piece)));
}
