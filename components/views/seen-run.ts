import type { LiveRun } from "../../src/core/front-end.ts";
import { reduceFeeds, type RunFeeds } from "../../src/core/run/agent-feed.ts";
import type { RunRecord } from "../../src/core/run/events.ts";
import { type Replay, replayOf } from "../../src/core/run/replay.ts";
import { newRun } from "../../src/core/run/state.ts";
import { liveRuns } from "../run/live-runs.ts";
import type { View } from "../screen/screen-state.ts";

/** A run that a view shows, under way or over. */
export type SeenRun = LiveRun & { readonly live: boolean; readonly records: readonly RunRecord[] | undefined };

export type RunSeen =
  | { readonly is: "there"; readonly run: SeenRun }
  | { readonly is: "loading" }
  | { readonly is: "failed"; readonly text: string };

/** The run as its feed has it while it is under way, else as its journal has it. */
export function seenRun(view: View, runId: string): RunSeen {
  const fetched = view.screen.fetched.run;
  const content = fetched?.runId === runId ? fetched.content : undefined;
  const records = content?.is === "there" ? content.value.records : undefined;
  const live = liveRuns(view).find((run) => run.runId === runId);
  if (live) return { is: "there", run: { ...live, live: true, records } };
  if (content?.is === "failed") return content;
  if (content?.is !== "there") return { is: "loading" };
  const { number } = content.value;
  if (content.value.records.length === 0) return { is: "failed", text: "Nothing is recorded of this run." };
  const state = replay(content.value.records).states.at(-1) ?? newRun;
  return {
    is: "there",
    run: { runId, number, state, lines: {}, feeds: feeds(content.value.records), live: false, records },
  };
}

/** The same records always give the same: each is worked out once. */
function once<Key extends object, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new WeakMap<Key, Value>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known;
    const value = make(key);
    made.set(key, value);
    return value;
  };
}

export const replay = once((records: readonly RunRecord[]): Replay => replayOf(records));
const feeds = once((records: readonly RunRecord[]): RunFeeds => records.reduce<RunFeeds>(reduceFeeds, {}));

/** The run that a command without a number means: the newest under way, else the newest that is over. */
export function newestRun(view: Pick<View, "runs" | "chat">): string | undefined {
  return liveRuns(view).at(-1)?.runId ?? view.chat.reports.at(-1)?.runId;
}
