import { visible } from "../../src/core/terminal-safe.ts";
import { oneLine } from "../../src/core/text.ts";
import { indent, type Row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

/**
 * What a question is about. The lines of a command are marked as at a prompt and what of them goes on is set in: what is
 * said about a command cannot look like that, nor the other way round.
 */
export function detailRows(lines: readonly string[], width: number): readonly Row[] {
  return lines.flatMap((line) => {
    if (!isTyped(line)) return wrap([span(safe(line))], width);
    const rows = wrap([span(safe(line.slice(2)), { bold: true })], width - 2);
    return indent(rows, span(line.slice(0, 2), "accent"), span("  "));
  });
}

export function isTyped(line: string): boolean {
  return /^[$>] /.test(line);
}

/** What a yes to all of the kind lets through, in one line: of a command, too, that has several. */
export function coversText(covers: readonly string[]): string {
  return visible(oneLine(covers.join(" · ")));
}
