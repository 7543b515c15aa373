import type { LiveRun } from "../../src/core/front-end.ts";
import type { FeedPart } from "../../src/core/run/agent-feed.ts";
import { withNames } from "../../src/core/run/names.ts";
import type { Tone } from "../theme.ts";
import { markdownRows } from "../text/markdown.ts";
import { indent, type Row, span, type Style } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

const LOOKS: Readonly<
  Record<FeedPart["kind"], { readonly mark: string; readonly tone: Tone | undefined; readonly style: Style }>
> = {
  text: { mark: "", tone: undefined, style: {} },
  thought: { mark: "", tone: "dim", style: { tone: "dim", italic: true } },
  tool: { mark: "▸ ", tone: "accent", style: {} },
  failed: { mark: "✖ ", tone: "failed", style: {} },
  answer: { mark: "✔ ", tone: "ok", style: { bold: true } },
  vote: { mark: "✔ ", tone: "ok", style: {} },
  note: { mark: "· ", tone: "dim", style: { tone: "dim" } },
};

/**
 * The newest `count` rows of what an agent of `run` wrote and did. Only as much of it is laid out as that takes, since
 * this is drawn many times a second.
 */
export function feedRows(
  run: Pick<LiveRun, "state" | "feeds">,
  agent: string,
  width: number,
  count: number,
): readonly Row[] {
  const feed = run.feeds[agent];
  const parts = [...(feed?.parts ?? []), ...(feed?.open ? [feed.open] : [])];
  const blocks: (readonly Row[])[] = [];
  let drawn = 0;
  for (let index = parts.length - 1; index >= 0 && drawn < count; index--) {
    const part = parts[index];
    if (!part) break;
    const next = parts[index + 1];
    const rows = part === feed?.open ? openRows(part, run.state, width, count) : settledRows(part, run.state, width);
    blocks.unshift(next && apart(part, next) ? [...rows, []] : rows);
    drawn += rows.length;
  }
  return blocks.flat().slice(-count);
}

/** Tool lines and notes stand together; text stands on its own. */
function apart(part: FeedPart, next: FeedPart): boolean {
  const prose = (kind: FeedPart["kind"]): boolean => kind === "text" || kind === "thought";
  return prose(part.kind) || (prose(next.kind) && part.kind !== "answer") || next.kind === "answer";
}

/** What is being written: its end, since nobody sees more of it. */
function openRows(
  { kind, text }: FeedPart,
  { agents }: LiveRun["state"],
  width: number,
  count: number,
): readonly Row[] {
  const end = withNames(text.slice(-width * (count + 2)), agents);
  return kind === "thought" ? wrap([span(safe(end).trim(), LOOKS.thought.style)], width) : markdownRows(end, width);
}

const laidOut = new WeakMap<FeedPart, { readonly width: number; readonly rows: readonly Row[] }>();

/** What does not change any more is laid out once for each width. */
function settledRows(part: FeedPart, { agents }: LiveRun["state"], width: number): readonly Row[] {
  const known = laidOut.get(part);
  if (known?.width === width) return known.rows;
  const { mark, tone, style } = LOOKS[part.kind];
  const said = withNames(part.text, agents);
  const rows =
    part.kind === "text"
      ? markdownRows(said, width)
      : indent(wrap([span(safe(said), style)], Math.max(1, width - mark.length)), span(mark, tone ?? {}));
  laidOut.set(part, { width, rows });
  return rows;
}
