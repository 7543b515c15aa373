import { parseMark } from "../../src/core/chat/typed-line.ts";
import { formatUsd, plural } from "../../src/core/text.ts";
import { keys } from "../keys.ts";
import { runningShell, tailBusy } from "../screen/activity.ts";
import { liveRuns } from "../run/live-runs.ts";
import { openChoices } from "../screen/choices.ts";
import { leadBusy } from "../screen/queue.ts";
import type { View } from "../screen/screen-state.ts";
import { clipRow, type Row, row, rowCells, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";

/** The last line: team, place and money at the left, what the next key would do at the right. */
export function statusRow(view: View, width: number): Row {
  const { text, tone } = hint(view);
  const right = row(span(text, tone));
  const runs = liveRuns(view).length;
  const unsaved = view.saving === undefined ? [] : [span("✖ not saved · ", "failed")];
  const facts = [
    safe(view.info.team),
    safe(view.info.shortPlace),
    spentText(view),
    runs > 1 ? plural(runs, "run") : "",
  ];
  const room = width - rowCells(right) - 2;
  const [all, noPlace] = [facts, facts.with(1, "")].map((kept) => row(...unsaved, span(join(kept), "dim")));
  const left = all && rowCells(all) <= room ? all : (noPlace ?? []);
  // In a narrow terminal the hint is worth more than the rest.
  return room < 12 ? clipRow(right, width) : spread(clipRow(left, room), right, width);
}

function join(facts: readonly string[]): string {
  return facts.filter((fact) => fact !== "").join(" · ");
}

function hint(view: View): { readonly text: string; readonly tone: "dim" | "warn" } {
  const { armed, notice, editor, approval, stash, queue, search } = view.screen;
  if (armed && view.now < armed.until) return { text: armedText(view), tone: "warn" };
  if (notice !== "") return { text: notice, tone: "warn" };
  if (runningShell(view)) return { text: "esc to stop the command", tone: "dim" };
  if (leadBusy(view) && editor.text !== "" && !approval && !search) {
    return { text: `enter tells the lead now · ${keys.queue.show} queues`, tone: "dim" };
  }
  if (tailBusy(view)) return { text: "esc to stop", tone: "dim" };
  if (queue.length > 0 && editor.text === "" && !leadBusy(view))
    return { text: "enter sends what is queued", tone: "dim" };
  if (approval && editor.text !== "") return { text: "a question waits above", tone: "dim" };
  const run = liveRuns(view).at(-1);
  if (run) return { text: `esc to stop run ${run.number}`, tone: "dim" };
  if (editor.text !== "") return { text: enterHint(view), tone: "dim" };
  return { text: stash.length > 0 ? `${keys.stash.show} takes your draft back` : "? for help", tone: "dim" };
}

/** What Enter would do with the text. */
function enterHint(view: View): string {
  const { search, editor, vim } = view.screen;
  const choices = openChoices(view);
  if (choices && choices.kind !== "command" && !choices.exact) return "enter takes it";
  if (vim?.mode === "normal") return vim.pending === "" ? "normal mode · i inserts" : vim.pending;
  if (search) return "enter takes it";
  const mark = parseMark(editor.text)?.kind;
  if (mark === "shell") return "enter runs it in a shell";
  return mark === "note" ? "enter notes it in CONTEXT.md" : "enter sends";
}

function armedText(view: View): string {
  const { armed } = view.screen;
  const runs = liveRuns(view);
  if (armed?.for === "clear") return "esc again to clear";
  if (armed?.for === "rewind") return "esc again to go back to an earlier message";
  if (armed?.for === "stop") {
    return `esc again to stop run ${runs.find(({ runId }) => runId === armed.runId)?.number ?? ""}`;
  }
  const key = armed?.chord === "ctrl+d" ? "ctrl+d" : "ctrl+c";
  const hold =
    runs.length === 0
      ? ""
      : `; ${runs.length === 1 ? `run ${runs[0]?.number} goes` : `${runs.length} runs go`} on hold`;
  return `${key} again to quit${hold}`;
}

/** "$0.41" for this session, with a "+" when a part of it has no known price; nothing before the first model call. */
function spentText(view: View): string {
  const { calls, costUsd, complete } = sessionSpend(view);
  return calls === 0 ? "" : `${formatUsd(costUsd)}${complete ? "" : "+"}`;
}

export function sessionSpend(view: Pick<View, "chat" | "runs">): {
  readonly calls: number;
  readonly costUsd: number;
  readonly tokens: number;
  readonly complete: boolean;
} {
  const { leadSpend, reports } = view.chat;
  const agents = liveRuns(view).flatMap(({ state }) => state.agents);
  const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
  return {
    calls: leadSpend.calls + reports.length + sum(agents.map(({ spend }) => spend.calls)),
    costUsd:
      leadSpend.costUsd + sum(reports.map(({ costUsd }) => costUsd)) + sum(agents.map(({ spend }) => spend.costUsd)),
    tokens:
      leadSpend.tokens +
      sum(reports.map(({ tokens }) => tokens)) +
      sum(agents.map(({ spend }) => spend.usage.input + spend.usage.output)),
    complete:
      leadSpend.unpricedCalls === 0 &&
      reports.every(({ costComplete }) => costComplete) &&
      agents.every(({ spend }) => spend.unpricedCalls === 0),
  };
}
