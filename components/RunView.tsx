import { useApp } from "ink";
import { useEffect, useState } from "react";
import type { Feed, LiveRun } from "../src/core/front-end.ts";
import { useFeed } from "./hooks/use-feed.ts";
import { createClock, useTick } from "./hooks/use-now.ts";
import { usePaint } from "./hooks/use-painter.ts";
import { useSize } from "./hooks/use-size.ts";
import { runCardRows, runLine } from "./run/run-card.ts";
import { clipRow } from "./text/rows.ts";

type Props = {
  readonly run: Feed<LiveRun>;
  /** The view ends when this settles, either way. */
  readonly done: Promise<unknown>;
  /** Unix milliseconds. */
  readonly now?: () => number;
};

/** One run without a chat, live: its card, until `done`. Reads no keys, so Ctrl+C is a SIGINT. Show it with `mount`. */
export function RunView({ run, done, now = Date.now }: Props) {
  const [clock] = useState(() => createClock(now));
  const { columns, rows } = useSize();
  const live = useFeed(run);
  useTick(clock, live.state.phase.kind !== "ended");
  useEnd(done);
  const card = runCardRows(live, now(), Math.min(columns - 1, 120), "ctrl+c stops");
  const fits = card.length < rows && columns >= 40;
  const drawn = fits ? card : [clipRow(runLine(live, now()), columns - 1)];
  usePaint({ rows: drawn, cursor: undefined });
  return null;
}

function useEnd(done: Promise<unknown>): void {
  const { exit } = useApp();
  useEffect(() => {
    const end = (): void => exit();
    void done.then(end, end);
  }, [done, exit]);
}
