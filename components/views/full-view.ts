import type { PastRun, RecordedRun } from "../../src/core/front-end.ts";
import type { Loaded } from "../screen/loaded.ts";

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
  | { readonly kind: "runs"; readonly picked: number }
  /** `back`: which reply's tool calls, from the newest. */
  | { readonly kind: "details"; readonly back: number; readonly top: number };

export type RunViewKind = Extract<FullView, { runId: string }>["kind"];

/** What views had to ask the disk for. Only the newest of each is kept. */
export type Fetched = {
  readonly run?: { readonly runId: string; readonly content: Loaded<RecordedRun>; readonly since: number };
  readonly runs?: Loaded<readonly PastRun[]>;
};

/** A view of a run as it opens. */
export function openRunView(kind: RunViewKind, runId: string): FullView {
  switch (kind) {
    case "run":
      return { kind, runId, agent: 0, back: 0, zoom: false };
    default:
      return { kind, runId, top: 0 };
  }
}
