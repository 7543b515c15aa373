import { useLayoutEffect, useRef } from "react";
import type { Feed, StartInfo } from "../../src/core/front-end.ts";
import { never } from "../../src/core/never.ts";
import { plural } from "../../src/core/text.ts";
import { usePainter } from "../hooks/use-painter.ts";
import type { ShownKeys } from "../keymap.ts";
import { type Row, row, span } from "../text/rows.ts";
import { brokenRows, itemRows, partRows } from "./item-rows.ts";
import type { Entry } from "./printed.ts";
import { startRows } from "./start-rows.ts";

type Props = {
  /** Read once: the head of a session is printed when it opens. */
  readonly info: Feed<StartInfo>;
  /** What of the user's own settings for the screen could not be used; part of the head. */
  readonly problems: readonly string[];
  /** How many older entries of the session are not printed. */
  readonly skipped: number;
  readonly entries: readonly Entry[];
  readonly keymap: ShownKeys;
};

/** What has settled: printed once, then the terminal's, which reflows its own history. */
export function Transcript({ info, problems, skipped, entries, keymap }: Props) {
  const painter = usePainter();
  const done = useRef<number | undefined>(undefined);
  useLayoutEffect(() => {
    const { columns } = painter.size();
    if (done.current === undefined) {
      painter.print(headRows(withNotices(info.get(), problems), skipped, columns));
      done.current = 0;
    }
    for (const entry of entries.slice(done.current)) painter.print(rowsOf(entry, columns, keymap));
    done.current = entries.length;
  }, [painter, info, problems, skipped, entries, keymap]);
  return null;
}

function withNotices(start: StartInfo, more: readonly string[]): StartInfo {
  return { ...start, notices: [...start.notices, ...more] };
}

function headRows(start: StartInfo, skipped: number, columns: number): readonly Row[] {
  const older = plural(skipped, "earlier entry", "earlier entries");
  return [...startRows(start, columns), ...(skipped === 0 ? [] : [[], row(span(`… ${older}`, "dim"))])];
}

function rowsOf(entry: Entry, columns: number, keymap: ShownKeys): readonly Row[] {
  switch (entry.kind) {
    case "item":
      return itemRows(entry.item, columns, entry.before, keymap);
    case "part":
      return partRows(entry.text, columns);
    case "broken":
      return brokenRows(columns);
    default:
      return never(entry);
  }
}
