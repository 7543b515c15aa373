import type { PastRun } from "../../src/core/front-end.ts";
import { formatUsd, oneLine } from "../../src/core/text.ts";
import { daysAgo } from "../overlay/days-ago.ts";
import { tally } from "../run/tally.ts";
import { liveRuns } from "../run/live-runs.ts";
import type { View } from "../screen/screen-state.ts";
import type { Tone } from "../theme.ts";
import { clipRow, type Row, row, rowCells, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";

/** The project's runs as listed, the newest first. */
export function runsShown({ screen }: Pick<View, "screen">): readonly PastRun[] {
  const { runs } = screen.fetched;
  return runs?.is === "there" ? runs.value.toReversed() : [];
}

/** Whether a run can be gone on with: it was put on hold, or stopped. */
export function canGoOn({ status }: PastRun): boolean {
  return status === "on hold" || status === "cancelled";
}

export function runsBody(view: View, past: readonly PastRun[], picked: number, width: number): readonly Row[] {
  return past.toReversed().map((run, index) => {
    const live = liveRuns(view).find(({ runId }) => runId === run.runId);
    const { mark, tone } = live
      ? { mark: "◐", tone: "busy" as const }
      : (MARKS[run.status] ?? { mark: "○", tone: "dim" });
    const all = live
      ? [tally(live.state), daysAgo(run.startedAt, view.now)]
      : [
          run.winner === null ? run.status : `${run.winner} won`,
          formatUsd(run.costUsd),
          daysAgo(run.startedAt, view.now),
        ];
    // Where there is no room for all of it, how it went is worth most.
    const facts = width < 60 ? all.slice(0, 1) : all;
    const right = row(span(facts.map((fact) => safe(fact)).join(" · "), "dim"));
    const here = index === picked;
    const left = row(
      span(here ? "❯ " : "  ", "accent"),
      span(`${mark} `, tone),
      span(`${run.number}`.padStart(3), "dim"),
      span(`  ${safe(oneLine(run.title))}`, here ? { bold: true } : {}),
    );
    return spread(clipRow(left, Math.max(16, width - rowCells(right) - 2)), right, width);
  });
}

const MARKS: Readonly<Record<string, { readonly mark: string; readonly tone: Tone }>> = {
  answered: { mark: "✔", tone: "ok" },
  failed: { mark: "✖", tone: "failed" },
  cancelled: { mark: "○", tone: "warn" },
  "on hold": { mark: "○", tone: "warn" },
};
