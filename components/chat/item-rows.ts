import type { ChatItem, FinishedCall } from "../../src/core/chat/state.ts";
import { modeLabel } from "../../src/core/chat/approval.ts";
import type { Fault } from "../../src/core/fault.ts";
import { never } from "../../src/core/never.ts";
import { clip, formatDuration, formatTokens, oneLine, plural } from "../../src/core/text.ts";
import { shellRows } from "./shell-rows.ts";
import { hints, keyOf, type ShownKeys } from "../keymap.ts";
import { changesRows } from "./changes-rows.ts";
import { settledRunRows } from "../run/settled-run.ts";
import { markdownRows } from "../text/markdown.ts";
import { clipRow, indent, type Row, row, rowCells, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";

/** Prose gets hard to read when lines are longer. */
const PROSE_CELLS = 96;

/** One settled thing as the rows that are printed for it, a blank one before where something new begins. */
export function itemRows(
  item: ChatItem,
  columns: number,
  before: ChatItem["kind"] | undefined,
  keymap: ShownKeys,
): readonly Row[] {
  const width = Math.max(1, columns - 4);
  const pad = (rows: readonly Row[]): readonly Row[] => indent(rows, span("  "));
  switch (item.kind) {
    case "user":
      return [
        [],
        ...indent(wrap([span(safe(item.text))], width), span("❯ ", { tone: "accent", bold: true }), span("  ")),
      ];
    case "lead":
      return partRows(item.text, columns);
    case "tools":
      return [...(before === "tools" ? [] : [[]]), ...pad(toolRows(item.calls, item.durationMs, width))];
    case "approval":
      return [[], ...pad(approvalRows(item, width))];
    case "run":
      return [[], ...pad(settledRunRows(item.report, width, keyOf(keymap, "details")))];
    case "shell":
      return pad(shellRows(item.output, item.failed, width));
    case "project":
      return [
        [],
        ...pad([
          clipRow(
            row(span("▸ ", "accent"), `project ${safe(item.project)}`, span(` · ${safe(item.root)}`, "dim")),
            width,
          ),
        ]),
      ];
    case "changes":
      return [[], ...pad(changesRows(item, width))];
    case "fault":
      return [[], ...pad(faultRows(item.fault, width))];
    case "interrupted":
      return [[], ...pad([...leadRows(item.text, width), row(span("○ stopped here", "warn"))])];
    case "recap":
      return [[], ...pad(recapRows(item, width))];
    case "rewound":
      return [[], ...pad(rewoundRows(item.text, width))];
    case "note":
      return [[], ...pad(indent(wrap([span(safe(item.text), "dim")], width - 2), span("✔ ", "ok"), span("  ")))];
    case "aside":
      return [[], ...pad(asideRows(item, width))];
    case "compacted":
      return [[], ...pad(compactedRows(item, width))];
    case "direct":
      return pad([clipRow(row(span(hints(keymap, "answered directly", ["team", "runs the team"]), "dim")), width)]);
    default:
      return never(item);
  }
}

/** Blocks of a reply of the lead. */
export function partRows(text: string, columns: number): readonly Row[] {
  return [[], ...indent(leadRows(text, Math.max(1, columns - 4)), span("  "))];
}

/** Of the reply whose beginning stands above nothing more will come. */
export function brokenRows(columns: number): readonly Row[] {
  const what = "this reply broke off; what follows is a new one";
  return [[], ...indent([clipRow(row(span(`─ ${what}`, "dim")), Math.max(1, columns - 4))], span("  "))];
}

export function leadRows(text: string, width: number): readonly Row[] {
  return markdownRows(text, Math.min(width, PROSE_CELLS));
}

function recapRows({ lastHere, asked, underWay }: Extract<ChatItem, { kind: "recap" }>, width: number): readonly Row[] {
  const line = (text: string): Row => clipRow(row(span(`  ${text}`, "dim")), width);
  return [
    clipRow(row(span("─ ", "accent"), `You were last here ${safe(lastHere)}.`), width),
    line(`You asked: “${clip(oneLine(safe(asked)), 200)}”`),
    ...underWay.map(({ number, title }) => line(`Run ${number} was under way: ${oneLine(safe(title))}`)),
  ];
}

/** Set apart from the conversation, which goes on as if it had not been. */
function asideRows({ question, text }: Extract<ChatItem, { kind: "aside" }>, width: number): readonly Row[] {
  const asked = wrap([span(`btw: ${safe(oneLine(question))}`, "dim")], width - 2);
  return indent([...asked, ...leadRows(text, width - 2)], span("│ ", "dim"), span("│ ", "dim"));
}

function rewoundRows(text: string, width: number): readonly Row[] {
  const what = `back to before “${clip(oneLine(safe(text)), 60)}”: what came after it no longer counts for the lead`;
  return indent(wrap([span(what, "dim")], width - 2), span("─ ", "accent"), span("  "));
}

/** "─ summarised: 71k → 6k tok", what is still known, and where the rest is. */
function compactedRows(item: Extract<ChatItem, { kind: "compacted" }>, width: number): readonly Row[] {
  const { by, kept, imagesLeftOut = 0, tokensBefore, tokensAfter } = item;
  const why = by === "limit" ? "the conversation was near the model's limit and is summarised" : "summarised";
  const figures = `${formatTokens(tokensBefore)} → ${formatTokens(tokensAfter)} tok`;
  const leftOut =
    imagesLeftOut === 0
      ? ""
      : ` · ${plural(imagesLeftOut, "image")} left out: the lead sees one again when you show it`;
  const text = `${why}: ${figures} · kept: ${kept.join(", ")}${leftOut} · all of it stays in the session (/export)`;
  return indent(wrap([span(safe(text), "dim")], width - 2), span("─ ", "accent"), span("  "));
}

function faultRows({ message, hint }: Fault, width: number): readonly Row[] {
  return [
    ...indent(wrap([span(safe(message))], width - 2), span("✖ ", "failed")),
    ...(hint === undefined ? [] : indent(wrap([span(safe(hint), "dim")], width - 2), span("  "))),
  ];
}

/** "▸ read a · read b      2 tools · 1.9s", and a line for each that failed. */
function toolRows(calls: readonly FinishedCall[], durationMs: number, width: number): readonly Row[] {
  const fine = calls.filter(({ failed }) => !failed).map(summaryOf);
  const figures = row(span(`${plural(calls.length, "tool")} · ${formatDuration(durationMs)}`, "dim"));
  const room = width - rowCells(figures) - 2;
  const line = spread(clipRow(row(span(`▸ ${fine.join(" · ")}`, "dim")), room), figures, width);
  const failures = calls.filter(({ failed }) => failed);
  return [
    ...(fine.length === 0 ? [] : [line]),
    ...failures.map((call) =>
      clipRow(row(span("✖ ", "failed"), summaryOf(call), span(` · ${oneLine(safe(call.output))}`, "dim")), width),
    ),
  ];
}

function summaryOf({ summary, name }: FinishedCall): string {
  return oneLine(safe(summary === "" ? name : summary));
}

function approvalRows(item: Extract<ChatItem, { kind: "approval" }>, width: number): readonly Row[] {
  const { ask, allow, edited, forSession } = item;
  const reason = oneLine(safe(item.note));
  const what =
    ask.kind === "run"
      ? `${safe(oneLine(ask.proposal.title))} · ${modeLabel(ask.proposal)}${edited ? " · edited" : ""}`
      : `${safe(oneLine(ask.title))}${forSession ? " · and all of the kind, for this session" : ""}`;
  const [mark, word] = allow ? (["✔", "approved"] as const) : (["✖", "declined"] as const);
  const line = row(
    span(`${mark} `, allow ? "ok" : "warn"),
    span(`${word}: ${what}${reason === "" ? "" : ` · "${reason}"`}`, "dim"),
  );
  return wrap(line, width);
}
