import type { StartInfo } from "../../src/core/front-end.ts";
import { indent, type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

/** The head of a session: what this is, where it is, and all that the user should know before typing. */
export function startRows({ version, place, cameBack, notices }: StartInfo, columns: number): readonly Row[] {
  const head = row(span("massgen", { bold: true }), span(` ${version} · ${safe(cameBack ?? place)}`, "dim"));
  return [
    ...wrap(head, columns),
    ...notices.flatMap((notice) => indent(wrap([span(safe(notice))], columns - 2), span(""), span("  "))),
  ];
}
