import { Static, useStdout } from "ink";
import { memo, useState } from "react";
import type { Feed, StartInfo } from "../../src/core/front-end.ts";
import { never } from "../../src/core/never.ts";
import { plural } from "../../src/core/text.ts";
import { sizeOf } from "../hooks/use-size.ts";
import type { ShownKeys } from "../keymap.ts";
import { Rows } from "../text/Rows.tsx";
import { type Row, row, span } from "../text/rows.ts";
import { brokenRows, itemRows, partRows } from "./item-rows.ts";
import type { Entry } from "./printed.ts";
import { startRows } from "./start-rows.ts";

/**
 * What has settled: printed once, then the terminal's. In a component of its own that renders only when something is
 * appended, since every render of a <Static> is drawn at once, past the limit on frames.
 */
export const Transcript = memo(function Transcript({
  info,
  problems,
  skipped,
  entries,
  keymap,
}: {
  /** Read once: the head of a session is printed when it opens. */
  readonly info: Feed<StartInfo>;
  /** What of the user's own settings for the screen could not be used; part of the head. */
  readonly problems: readonly string[];
  /** How many older entries of the session are not printed. */
  readonly skipped: number;
  readonly entries: readonly Entry[];
  readonly keymap: ShownKeys;
  /** A view has the window: what settles meanwhile is printed afterwards. */
  readonly away: boolean;
}) {
  const [head] = useState((): Head => ({ kind: "start", start: withNotices(info.get(), problems), skipped }));
  return (
    <Static items={[head, ...entries]}>
      {(entry, index) => <Settled key={index} entry={entry} keymap={keymap} />}
    </Static>
  );
}, isPrinted);

function isPrinted(
  before: { readonly entries: unknown },
  after: { readonly entries: unknown; readonly away: boolean },
): boolean {
  return after.away || before.entries === after.entries;
}

function withNotices(start: StartInfo, more: readonly string[]): StartInfo {
  return { ...start, notices: [...start.notices, ...more] };
}

type Head = { readonly kind: "start"; readonly start: StartInfo; readonly skipped: number };

/** Reads the width when it is printed and never again: a terminal reflows its own history. */
function Settled({ entry, keymap }: { readonly entry: Entry | Head; readonly keymap: ShownKeys }) {
  const { columns } = sizeOf(useStdout().stdout);
  return <Rows rows={rowsOf(entry, columns, keymap)} />;
}

function rowsOf(entry: Entry | Head, columns: number, keymap: ShownKeys): readonly Row[] {
  switch (entry.kind) {
    case "item":
      return itemRows(entry.item, columns, entry.before, keymap);
    case "part":
      return partRows(entry.text, columns);
    case "broken":
      return brokenRows(columns);
    case "start": {
      const older = plural(entry.skipped, "earlier entry", "earlier entries");
      return [...startRows(entry.start, columns), ...(entry.skipped === 0 ? [] : [[], row(span(`… ${older}`, "dim"))])];
    }
    default:
      return never(entry);
  }
}
