import { Static, useStdout } from "ink";
import { memo, useState } from "react";
import type { ChatItem } from "../../src/core/chat/state.ts";
import type { Feed, StartInfo } from "../../src/core/front-end.ts";
import { plural } from "../../src/core/text.ts";
import { sizeOf } from "../hooks/use-size.ts";
import { Rows } from "../text/Rows.tsx";
import { row, span } from "../text/rows.ts";
import { itemRows } from "./item-rows.ts";
import { startRows } from "./start-rows.ts";

/** Laying out a long history takes seconds; the rest of it is in the session's file. */
const MAX_AT_ONCE = 200;

/**
 * What has settled: printed once, then the terminal's. In a component of its own that renders only when something is
 * appended, since every render of a <Static> is drawn at once, past the limit on frames.
 */
export const Transcript = memo(function Transcript({
  info,
  problems,
  items,
}: {
  /** Read once: the head of a session is printed when it opens. */
  readonly info: Feed<StartInfo>;
  /** What of the user's own settings for the screen could not be used; part of the head. */
  readonly problems: readonly string[];
  readonly items: readonly ChatItem[];
  /** A view has the window: what settles meanwhile is printed afterwards. */
  readonly away: boolean;
}) {
  const [skipped] = useState(Math.max(0, items.length - MAX_AT_ONCE));
  const [head] = useState((): Head => ({ kind: "start", start: withNotices(info.get(), problems), skipped }));
  return (
    <Static items={[head, ...items.slice(skipped)]}>
      {(item, index) => <Settled key={index} item={item} before={items[skipped + index - 2]?.kind} />}
    </Static>
  );
}, isPrinted);

function isPrinted(
  before: { readonly items: unknown },
  after: { readonly items: unknown; readonly away: boolean },
): boolean {
  return after.away || before.items === after.items;
}

function withNotices(start: StartInfo, more: readonly string[]): StartInfo {
  return { ...start, notices: [...start.notices, ...more] };
}

type Head = { readonly kind: "start"; readonly start: StartInfo; readonly skipped: number };

/** Reads the width when it is printed and never again: a terminal reflows its own history. */
function Settled({ item, before }: { readonly item: ChatItem | Head; readonly before: ChatItem["kind"] | undefined }) {
  const { columns } = sizeOf(useStdout().stdout);
  if (item.kind !== "start") return <Rows rows={itemRows(item, columns, before)} />;
  const older =
    item.skipped === 0 ? [] : [[], row(span(`… ${plural(item.skipped, "earlier entry", "earlier entries")}`, "dim"))];
  return <Rows rows={[...startRows(item.start, columns), ...older]} />;
}
