import type { Fault } from "../../src/core/fault.ts";
import { approvalLines, approvalRows } from "../approval/approval-rows.ts";
import { askedOf } from "../approval/asked.ts";
import { isAwake } from "./press-approval.ts";
import { selection } from "../composer/vim-visual.ts";
import type { Range } from "../composer/vim-state.ts";
import { layLines, type Lines } from "../composer/lines.ts";
import { asideRows, type LeadTail, leadState, tailText } from "../chat/lead-tail.ts";
import { liveShellRows } from "../chat/shell-rows.ts";
import { statusRow } from "../chat/status-line.ts";
import { overlayRows, overlayTitle } from "../overlay/overlay-rows.ts";
import { runCardRows, runLine } from "../run/run-card.ts";
import { hints } from "../keymap.ts";
import { clipRow, indent, type Row, row, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";
import { fullViewRows } from "../views/full-view-rows.ts";
import { liveRuns } from "../run/live-runs.ts";
import { choiceRows } from "./choice-rows.ts";
import { PROMPT_CELLS } from "./press-editor.ts";
import { queueRows } from "./queue-rows.ts";
import type { View } from "./screen-state.ts";

export type Layout = {
  readonly rows: readonly Row[];
  /** Where the terminal's own cursor goes, in the rows. */
  readonly cursor: { readonly x: number; readonly y: number } | undefined;
  /** On the alternate screen, as pagers do it: the transcript stays as it was. */
  readonly alternate?: boolean;
};

/** Of the answer to a side question: beside it the runs and the lead go on. */
const ASIDE_ROWS = 8;

const SMALLEST = { columns: 12, rows: 4 };

/**
 * The live region: at most `rows - 1` rows, since a higher frame would be stamped into the scrollback at every redraw.
 * What is at the bottom is served first; what is left goes to the run cards and then to the text of the lead.
 */
export function layout(view: View, tail: LeadTail): Layout {
  const height = Math.max(1, view.rows - 1);
  if (view.screen.leaving || view.screen.opening) return { rows: [], cursor: undefined };
  if (view.columns < SMALLEST.columns || view.rows < SMALLEST.rows) {
    return { rows: [clipRow(row("massgen: make me larger"), view.columns)], cursor: undefined };
  }
  const shown = view.screen.views.at(-1);
  if (shown) return { rows: fullViewRows(view, shown), cursor: undefined, alternate: true };
  const small = view.rows < 14 || view.columns < 50;
  const bottom = composer(view, small, height);
  const room = height - bottom.rows.length;
  const upper = above(view, tail, small, room);
  const rows = [...upper, ...bottom.rows].map((line) => clipRow(line, view.columns - 1));
  return { rows, cursor: { x: bottom.cursor.x, y: upper.length + bottom.cursor.y } };
}

function composer(
  view: View,
  small: boolean,
  height: number,
): { readonly rows: readonly Row[]; readonly cursor: { readonly x: number; readonly y: number } } {
  const { editor, approval, vim } = view.screen;
  const laid = layLines(editor.text, editor.cursor, view.columns - PROMPT_CELLS);
  const shown = visible(laid, small ? 2 : Math.max(3, Math.min(8, Math.floor(height / 3))));
  const chosen = vim && selection(vim, editor);
  const mark = vim && vim.mode !== "insert" ? "▸ " : "❯ ";
  const prompt = span(approval?.mode === "reason" ? "? " : mark, { tone: "accent", bold: true });
  const queued = queueRows(view, small ? 1 : 4);
  const text = indent(
    shown.lines.map((line) => composerRow(line, chosen)),
    prompt,
    span("  "),
  );
  const rule = row(span(`  ${"─".repeat(Math.max(0, view.columns - 4))}`, "dim"));
  const status = indent([statusRow(view, view.columns - 4)], span("  "));
  return {
    rows: [...queued, ...text, ...(small ? [] : [rule]), ...status],
    cursor: { x: 2 + laid.cursorColumn, y: queued.length + laid.cursorLine - shown.from },
  };
}

/** A row of the draft, with what is selected of it. A selected line end shows as a blank. */
function composerRow({ shown, source, from, to }: Lines["lines"][number], chosen: Range | undefined): Row {
  if (!chosen || chosen.to <= from || chosen.from > to) return row(shown);
  const at = (index: number): string => safe(source.slice(0, Math.max(0, index - from)));
  const [start, end] = [at(chosen.from), at(Math.min(to, chosen.to))];
  const middle = shown.slice(start.length, end.length);
  const isEnd = chosen.to > to && middle === "";
  return row(span(start), span(isEnd ? " " : middle, { inverse: true }), span(shown.slice(end.length)));
}

/** The part of a long draft around the cursor. */
function visible({ lines, cursorLine }: Lines, max: number): { readonly lines: Lines["lines"]; readonly from: number } {
  const from = Math.max(0, Math.min(cursorLine - max + 1, lines.length - max));
  return { lines: lines.slice(from, from + max), from };
}

/** From the top: the lead's text, what it does, the runs, what is asked. The text of the lead takes what the others leave. */
function above(view: View, tail: LeadTail, small: boolean, room: number): readonly Row[] {
  const asking = questions(view, small, room);
  const runs = runRows(view, small, room - asking.length - 2);
  const state = leadState(view);
  const states = [
    ...indent([...(state ? [state] : []), ...asideRows(view, view.columns - 4, small ? 1 : ASIDE_ROWS)], span("  ")),
    ...(view.saving === undefined || small ? [] : unsavedRows(view.saving, view.columns - 4)),
  ];
  const shell = indent(liveShellRows(view, view.columns - 4).slice(0, small ? 1 : undefined), span("  "), span("  "));
  const fixed = [states, shell, runs, asking].filter((part) => part.length > 0);
  const taken = fixed.reduce((sum, part) => sum + part.length, 0);
  const left = room - taken - (small ? 0 : fixed.length + 2);
  const text = tailText(view);
  const written = text === "" || left < 1 ? [] : tail(text, view.columns - 4, left).slice(-left);
  return stack([written, ...fixed], room, !small);
}

/** Stays for as long as it is so: what is said now may be gone tomorrow. */
function unsavedRows({ message, hint }: Fault, width: number): readonly Row[] {
  const text = `This session is not being saved. ${message}. It is tried again. ${hint ?? ""}`;
  return indent(wrap([span(safe(text.trim()))], width - 2), span("  ✖ ", "failed"), span("    "));
}

/** Parts one above the other, with blank rows around each while there is room; cut at the top when there is not. */
function stack(parts: readonly (readonly Row[])[], room: number, airy: boolean): readonly Row[] {
  const filled = parts.filter((part) => part.length > 0);
  const loose = [...filled.flatMap((part) => [[], ...part]), []];
  if (airy && loose.length <= room) return loose;
  return room <= 0 ? [] : filled.flat().slice(-room);
}

/** What wants the user's attention: an open view, the approval card, the list of commands. */
function questions(view: View, small: boolean, room: number): readonly Row[] {
  const { overlay, approval, editor } = view.screen;
  if (overlay) return overlayBox(view, room);
  const waiting = Math.max(0, askedOf(view).length - 1);
  const popup = choiceRows(view, room);
  if (!approval) return popup;
  const width = Math.min(view.columns - 4, 96);
  const draft = editor.text !== "" && approval.mode !== "reason";
  const drawn = { keymap: view.keymap, card: approval, width, waiting, draft, awake: isAwake(view, approval) };
  const box = approvalRows(drawn);
  const left = room - popup.length;
  const rows = !small && box.length <= left ? box : approvalLines(drawn, left);
  return [...indent(rows, span("  "), span("  ")), ...popup];
}

function overlayBox(view: View, room: number): readonly Row[] {
  const { overlay, approval } = view.screen;
  if (!overlay || room < 2) return [];
  const all = overlayRows(view, overlay);
  const heading = overlayTitle(overlay, view.keymap);
  const waits = approval ? " · a question waits" : "";
  const height = Math.min(all.length, room - 1);
  const top = Math.min(follow(overlay, height), all.length - height);
  const title = spread(
    row(span(heading.title, { bold: true }), span(waits, "warn")),
    row(span(heading.keys, "dim")),
    view.columns - 4,
  );
  return indent([title, ...all.slice(top, top + height)], span("  "), span("  "));
}

/** The picker scrolls with what is picked. */
function follow(overlay: NonNullable<View["screen"]["overlay"]>, height: number): number {
  const look = overlay.kind === "resume" ? 2 : 0;
  return "picked" in overlay ? Math.max(0, overlay.picked + look - height + 1) : overlay.top;
}

/** Every run as a card, or in one line where that does not fit. New notices of the program stand above them. */
function runRows(view: View, small: boolean, room: number): readonly Row[] {
  if (room <= 0) return [];
  const width = view.columns - 4;
  const notices = view.info.notices.filter((notice) => !view.start.notices.includes(notice)).slice(-2);
  const said = notices.flatMap((notice) => wrap([span(safe(notice), "dim")], width));
  const runs = liveRuns(view);
  const cards = runs.flatMap((run, index) => [
    ...(index === 0 ? [] : [[]]),
    ...runCardRows(run, view.now, width, hints(view.keymap, ["details", "open"], "/now answer now")),
  ]);
  const drawn = !small && cards.length <= room ? cards : runs.map((run) => runLine(run, view.now)).slice(-room);
  return indent([...said.slice(0, Math.max(0, room - drawn.length)), ...drawn], span("  "), span("  "));
}
