import type { ChatState, FinishedCall } from "../../src/core/chat/state.ts";
import { formatDuration, oneLine } from "../../src/core/text.ts";
import { indent, type Row, row, span } from "../text/rows.ts";
import { hasPatch, patchRows } from "../text/diff-rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

/** The tool calls of the lead, one entry per reply that made some, the oldest first. Those of the turn under way come last. */
export function toolGroups(chat: Pick<ChatState, "items" | "turn">): readonly (readonly FinishedCall[])[] {
  const settled = chat.items.flatMap((item) => (item.kind === "tools" ? [item.calls] : []));
  return chat.turn.tools.length === 0 ? settled : [...settled, chat.turn.tools];
}

/** What each call did and all that came of it. */
export function detailsBody(calls: readonly FinishedCall[], width: number): readonly Row[] {
  return calls.flatMap(({ summary, name, output, failed, durationMs }, index) => {
    const head = row(
      span(failed ? "✖ " : "▸ ", failed ? "failed" : "accent"),
      span(safe(oneLine(summary === "" ? name : summary)), { bold: true }),
      span(`  ${formatDuration(durationMs)}`, "dim"),
    );
    return [
      ...(index === 0 ? [] : [[]]),
      head,
      ...indent(outputRows(output.trimEnd(), width - 2), span("  "), span("  ")),
    ];
  });
}

function outputRows(output: string, width: number): readonly Row[] {
  if (output === "") return [row(span("no output", "dim"))];
  return hasPatch(output) ? patchRows(output, width) : wrap([span(safe(output))], width);
}
