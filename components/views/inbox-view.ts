import { formatUsd, oneLine } from "../../src/core/text.ts";
import { type ChatAndRuns, liveRuns } from "../run/live-runs.ts";
import { forAllOf } from "../approval/approval-state.ts";
import { coversText, detailRows } from "../approval/detail-rows.ts";
import { type Asked, askedOf } from "../approval/asked.ts";
import type { View } from "../screen/screen-state.ts";
import { age } from "../text/age.ts";
import { clipRow, indent, type Row, row, rowCells, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";

/** Something that waits for the user. `at`: since when, Unix milliseconds. */
export type Waiting = { readonly at: number; readonly who: string; readonly what: string; readonly detail: string } & (
  | { readonly kind: "approval"; readonly asked: Asked }
  | { readonly kind: "question"; readonly runId: string; readonly question: string }
);

/** Approvals and questions of agents, the oldest first. */
export function waiting(view: ChatAndRuns): readonly Waiting[] {
  const approvals = askedOf(view).map((one): Waiting => ({
    kind: "approval",
    asked: one,
    at: one.at,
    who: one.who,
    ...textOf(one),
  }));
  const questions = liveRuns(view).flatMap(({ runId, number, state }) =>
    state.questions.flatMap((one): readonly Waiting[] =>
      one.to === "human" && one.answers.length === 0
        ? [
            {
              kind: "question",
              runId,
              question: one.id,
              at: one.at,
              who: `${one.agent}, run ${number}`,
              what: oneLine(one.text),
              detail: one.text,
            },
          ]
        : [],
    ),
  );
  return [...approvals, ...questions].toSorted((a, b) => a.at - b.at);
}

function textOf({ ask, run }: Pick<Asked, "ask" | "run">): Pick<Waiting, "what" | "detail"> {
  if (ask.kind === "command") {
    const { title, detail, covers = [] } = ask;
    const whole = covers.length === 0 ? "" : `\n${forAllOf({ ask, run })}: ${coversText(covers)}`;
    return { what: oneLine(title), detail: detail + whole };
  }
  const { title, task, agents, maxCostUsd, estimate } = ask.proposal;
  const who = agents.flatMap(({ id, on }) => (on ? [id] : [])).join(", ");
  const cap = maxCostUsd === undefined ? "no limit" : `stops at ${formatUsd(maxCostUsd)}`;
  const price = estimate.lowUsd === null ? "" : `${formatUsd(estimate.lowUsd)}–${formatUsd(estimate.highUsd)}, `;
  return { what: `run: ${oneLine(title)}`, detail: `${task}\n${who} · ${price}${cap}` };
}

/** One line for each, and below all of the picked one. */
export function inboxBody(view: View, picked: number, width: number): readonly Row[] {
  const all = waiting(view);
  const detail = all[picked]?.detail ?? "";
  if (all.length === 0) return [row(span("Nothing waits for you.", "dim"))];
  const list = all.map(({ who, what, at }, index) => {
    const here = index === picked;
    const right = row(span(age(view.now - at), "dim"));
    const left = row(
      span(here ? "❯ " : "  ", "accent"),
      span(safe(who), "dim"),
      "  ",
      span(safe(what), here ? { bold: true } : {}),
    );
    return spread(clipRow(left, width - rowCells(right) - 2), right, width);
  });
  return [...list, [], ...indent(detailRows(detail.split("\n"), Math.max(1, width - 2)), span("  "), span("  "))];
}
