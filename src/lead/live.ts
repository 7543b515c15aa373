import type { Feed, LeadLive } from "../core/front-end.ts";

export type LiveFeed = Feed<LeadLive> & {
  /** `since` starts anew when the activity changes. */
  readonly show: (change: Partial<Omit<LeadLive, "since">>) => void;
  readonly rest: () => void;
};

/** What the lead does right now. Tells listeners of every delta: who draws it decides how often to look. */
export function createLive(now: () => number): LiveFeed {
  let live: LeadLive = { activity: "idle", text: "", note: "", shell: "", aside: undefined, since: now() };
  const listeners = new Set<() => void>();

  function show(change: Partial<Omit<LeadLive, "since">>): void {
    const isOther = change.activity !== undefined && change.activity !== live.activity;
    live = { ...live, ...change, since: isOther ? now() : live.since };
    for (const listener of listeners) listener();
  }

  return {
    get: () => live,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    show,
    rest() {
      if (live.activity !== "idle" || live.text !== "") show({ activity: "idle", text: "", note: "" });
    },
  };
}
