import type { PastDeliverable, PastRun, RecordedRun } from "../../src/core/front-end.ts";
import type { Loaded } from "../screen/loaded.ts";

/** The views of one run, in the order in which they are offered. */
export const RUN_VIEWS = ["run", "votes", "compare", "timeline"] as const;
export type RunViewKind = (typeof RUN_VIEWS)[number];

/** What a view of the whole window shows. `top` is the first row of its body that is drawn. */
export type FullView =
  /** `back`: rows that the column in focus is scrolled up from its end. `zoom`: it has the window to itself. */
  | {
      readonly kind: "run";
      readonly runId: string;
      readonly agent: number;
      readonly back: number;
      readonly zoom: boolean;
    }
  | { readonly kind: "votes"; readonly runId: string; readonly top: number }
  | {
      readonly kind: "compare";
      readonly runId: string;
      /** Which of the answers stands beside the one that wins or leads, from 1. */
      readonly picked: number;
      readonly top: number;
      readonly onlyDifferences: boolean;
      /** `w` was pressed once. */
      readonly armed: boolean;
    }
  /** `at`: the number of events that have happened; undefined is the newest, and stays so while the run goes on. */
  | { readonly kind: "timeline"; readonly runId: string; readonly at: number | undefined; readonly playing: boolean }
  | { readonly kind: "runs"; readonly picked: number }
  /** `runId`: whose agents are listed; undefined when the session has had no run. */
  | { readonly kind: "cost"; readonly runId: string | undefined; readonly top: number }
  | { readonly kind: "deliverables"; readonly picked: number }
  | { readonly kind: "deliverable"; readonly name: string; readonly top: number }
  /** `armed`: an answer that was pressed once, and to what: a second press answers exactly that. */
  | {
      readonly kind: "inbox";
      readonly picked: number;
      readonly armed: { readonly chord: string; readonly keys: readonly string[] } | undefined;
    }
  /** `back`: which reply's tool calls, from the newest. */
  | { readonly kind: "details"; readonly back: number; readonly top: number };

/** What views had to ask the disk for. Only the newest of each is kept. */
export type Fetched = {
  readonly run?: { readonly runId: string; readonly content: Loaded<RecordedRun>; readonly since: number };
  readonly runs?: Loaded<readonly PastRun[]>;
  readonly deliverables?: Loaded<readonly PastDeliverable[]>;
  readonly deliverable?: { readonly name: string; readonly content: Loaded<string> };
};

/** A view of a run as it opens. */
export function openRunView(kind: RunViewKind, runId: string): FullView {
  switch (kind) {
    case "run":
      return { kind, runId, agent: 0, back: 0, zoom: false };
    case "votes":
      return { kind, runId, top: 0 };
    case "compare":
      return { kind, runId, picked: 1, top: 0, onlyDifferences: false, armed: false };
    case "timeline":
      return { kind, runId, at: undefined, playing: false };
  }
}
