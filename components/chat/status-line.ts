import { parseMark } from "../../src/core/chat/typed-line.ts";
import { formatUsd, plural } from "../../src/core/text.ts";
import { type KeyName, keys } from "../keys.ts";
import { hints, keyOf } from "../keymap.ts";
import { runningShell, tailBusy } from "../screen/activity.ts";
import { liveRuns } from "../run/live-runs.ts";
import { openChoices } from "../screen/choices.ts";
import { HEARD_LATER, leadBusy } from "../screen/queue.ts";
import type { SessionPicker, View } from "../screen/screen-state.ts";
import { clipRow, type Row, row, rowCells, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";

/** The last line: mode, team, place and money at the left, what the next key would do at the right. */
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
  const { mode } = view.chat;
  const head = [...unsaved, span(mode, MODE_TONES[mode]), span(" · ", "dim")];
  const [all, noPlace] = [facts, facts.with(1, "")].map((kept) => row(...head, span(join(kept), "dim")));
  const left = all && rowCells(all) <= room ? all : (noPlace ?? []);
  // In a narrow terminal the hint is worth more than the rest.
  return room < 12 ? clipRow(right, width) : spread(clipRow(left, room), right, width);
}

/** Asking is the usual thing; the others are to be seen. */
const MODE_TONES = { ask: "dim", plan: "accent", auto: "warn" } as const;

function join(facts: readonly string[]): string {
  return facts.filter((fact) => fact !== "").join(" · ");
}

function hint(view: View): { readonly text: string; readonly tone: "dim" | "warn" } {
  const { armed, notice, editor, approval, stash, queue, search, overlay } = view.screen;
  if (armed && view.now < armed.until) return { text: armedText(view), tone: "warn" };
  if (notice !== "" && (notice !== HEARD_LATER || leadBusy(view))) return { text: notice, tone: "warn" };
  const { keymap } = view;
  const dim = (...parts: Parameters<typeof hints> extends [unknown, ...infer Parts] ? Parts : never) =>
    ({ text: hints(keymap, ...parts), tone: "dim" }) as const;
  if (runningShell(view)) return dim(["stop", "to stop the command"]);
  if (leadBusy(view) && editor.text !== "" && !approval && !search && !overlay) {
    return dim(["send", "tells the lead now"], ["queue", "queues"]);
  }
  if (tailBusy(view)) return dim(["stop", "to stop"]);
  if (queue.length > 0 && editor.text === "" && !leadBusy(view)) return dim(["send", "sends what is queued"]);
  if (approval && editor.text !== "") return dim("a question waits above");
  if (overlay?.kind === "resume") return dim(...pickerHint(overlay));
  const run = liveRuns(view).at(-1);
  if (run) return dim(["stop", `to stop run ${run.number}`]);
  if (editor.text !== "") return { text: enterHint(view), tone: "dim" };
  return stash.length > 0 ? dim(["stash", "takes your draft back"]) : dim("? for help");
}

/** What Enter does in the list of sessions, where the composer holds what is searched for, or a new name. */
function pickerHint({ renames, sessions }: SessionPicker): readonly (readonly [KeyName, string])[] {
  if (renames !== undefined) return [["send", "renames it"]];
  const isThere = sessions.is === "there" && sessions.value.length > 0;
  return isThere ? [["send", "opens it"]] : [["stop", "back"]];
}

/** What Enter would do with the text. */
function enterHint(view: View): string {
  const { search, editor, vim } = view.screen;
  const choices = openChoices(view);
  const enter = (does: string): string => hints(view.keymap, ["send", does]);
  if (choices && choices.kind !== "command" && !choices.exact) return enter("takes it");
  if (vim?.mode === "visual")
    return vim.pending === ""
      ? hints(view.keymap, vim.lines ? "visual lines" : "visual mode", "d c y < >", ["stop", "leaves"])
      : vim.pending;
  if (vim?.mode === "normal") return vim.pending === "" ? "normal mode · i inserts" : vim.pending;
  if (search) return enter("takes it");
  const mark = parseMark(editor.text)?.kind;
  if (mark === "shell") return enter("runs it in a shell");
  return enter(mark === "note" ? "notes it in CONTEXT.md" : "sends");
}

function armedText(view: View): string {
  const { armed } = view.screen;
  const runs = liveRuns(view);
  const again = keyOf(view.keymap, "stop");
  if (armed?.for === "clear") return `${again} again to clear`;
  if (armed?.for === "rewind") return `${again} again to go back to an earlier message`;
  if (armed?.for === "stop") {
    return `${again} again to stop run ${runs.find(({ runId }) => runId === armed.runId)?.number ?? ""}`;
  }
  const leaves = view.keymap.shown.leave === keys.leave.show ? "ctrl+d" : keyOf(view.keymap, "leave");
  const key = armed?.chord === "ctrl+d" ? leaves : "ctrl+c";
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
