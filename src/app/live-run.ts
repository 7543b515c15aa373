import type { Feed, LiveRun } from "../core/front-end.ts";
import { reduceFeeds, type RunFeeds, streamInto } from "../core/run/agent-feed.ts";
import type { RunRecord } from "../core/run/events.ts";
import { lastLine } from "./last-line.ts";
import { createPicture } from "./live-feed.ts";
import type { WrittenLog } from "./written-log.ts";

export type Delta = { readonly kind: string; readonly text: string };

/** A picture of the agents ten times a second is as much as anybody can read. */
const GAP_MS = 100;
/** UTF-16 units of what a model writes in which its last line is looked for. */
const TAIL = 400;

/** What the screen shows of a run. Streamed text is folded in when somebody looks, and not for every token. */
export function createLiveRun(
  { runId, number }: Pick<LiveRun, "runId" | "number">,
  written: Pick<WrittenLog, "get" | "subscribe">,
  past: readonly RunRecord[],
): {
  readonly feed: Feed<LiveRun>;
  readonly streamed: (agent: string, delta: Delta) => void;
  readonly close: () => void;
} {
  let feeds = past.reduce<RunFeeds>(reduceFeeds, {});
  let lines: LiveRun["lines"] = {};
  const tails = new Map<string, string>();
  const unfolded = new Map<string, Delta[]>();
  const picture = createPicture<LiveRun>(() => {
    fold();
    return { runId, number, state: written.get(), lines, feeds };
  }, GAP_MS);

  written.subscribe((record) => {
    fold();
    // What was there before is told once more while the log folder is completed.
    if (record.seq >= past.length) feeds = reduceFeeds(feeds, record);
    picture.changed();
  });

  return {
    feed: picture,
    streamed(agent, delta) {
      const pieces = unfolded.get(agent) ?? [];
      const last = pieces.at(-1);
      if (delta.kind === "reset") unfolded.set(agent, [delta]);
      else if (last?.kind === delta.kind) pieces[pieces.length - 1] = { ...last, text: last.text + delta.text };
      else unfolded.set(agent, [...pieces, delta]);
      picture.changed();
    },
    close: picture.close,
  };

  function fold(): void {
    for (const [agent, pieces] of unfolded) {
      for (const piece of pieces) {
        feeds = streamInto(feeds, agent, piece);
        tails.set(agent, piece.kind === "reset" ? "" : `${tails.get(agent) ?? ""}${piece.text}`.slice(-TAIL));
      }
      lines = { ...lines, [agent]: lastLine(tails.get(agent) ?? "") };
    }
    unfolded.clear();
  }
}
