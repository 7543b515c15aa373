import { modeLabel, type RunProposal } from "../../src/core/chat/approval.ts";
import { imageLabel } from "../../src/core/image.ts";
import { formatUsd, oneLine, plural } from "../../src/core/text.ts";
import { hints, keyOf, type ShownKeys } from "../keymap.ts";
import { card } from "../text/card.ts";
import { clipRow, indent, type Row, row, rowCells, span, type Span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";
import { modelName } from "../run/names.ts";
import { coversText, detailRows, isTyped } from "./detail-rows.ts";
import { type ApprovalState, type Field, fieldsOf, forAllOf, isEdited, LETTERS } from "./approval-state.ts";

const LABEL_CELLS = 8;
const TASK_ROWS = 6;

type Drawn = {
  readonly card: ApprovalState;
  readonly width: number;
  readonly waiting: number;
  readonly draft: boolean;
  readonly awake: boolean;
  readonly keymap: ShownKeys;
};

/** The card as a box. `waiting`: questions behind this one; `draft`: the composer holds text, so keys are not the card's; `awake`: it takes keys. */
export function approvalRows(drawn: Drawn): readonly Row[] {
  const { card: state, width, waiting } = drawn;
  const by = state.asked.run ? `${safe(state.asked.who)}: ` : "";
  const title = state.ask.kind === "run" ? "Run approval" : `${by}${safe(oneLine(state.ask.title))}`;
  return card({
    title: row(span(title, { bold: true })),
    right: row(span(waiting === 0 ? "" : `1 of ${waiting + 1}`, "dim")),
    body: [...subject(drawn, width - 4), [], ...buttons(drawn, width - 4)],
    width,
    tone: "warn",
  });
}

/** The same question without a box, in at most `height` rows; the buttons are the last to go. */
export function approvalLines(drawn: Drawn, height: number): readonly Row[] {
  const actions = buttons(drawn, drawn.width);
  const room = Math.max(0, height - actions.length);
  return [...brief(drawn, room), ...actions].slice(-Math.max(1, height));
}

/** Of a run: what, who and how, at what price. In edit mode only what has the focus. */
function brief(drawn: Drawn, room: number): readonly Row[] {
  const { card: state, width } = drawn;
  const { proposal } = state;
  if (!proposal) return commandRows(state, width, room);
  if (state.mode === "edit") {
    const fields = [...agentSpans(state, proposal), ...modeSpans(state, proposal), ...pathSpans(state, proposal)];
    const here = fields.filter(({ tone }) => tone === "accent");
    return here.length === 0 ? [] : [clipRow(here, width)].slice(0, room);
  }
  const who = proposal.agents.filter(({ on }) => on).map(({ id }) => id);
  const facts = [`${modeLabel(proposal)} · ${who.join(", ")}`, costText(proposal)].map((text) =>
    clipRow([span(text, "dim")], width),
  );
  const task = clipRows(wrap([span(safe(proposal.task))], width), Math.max(1, room - facts.length));
  return [...task, ...facts].slice(0, room);
}

function subject(drawn: Drawn, width: number): readonly Row[] {
  const { proposal } = drawn.card;
  if (!proposal) return commandRows(drawn.card, width);
  const field = (name: string, value: readonly Span[], rows = 2): readonly Row[] =>
    indent(
      clipRows(wrap(value, width - LABEL_CELLS), rows),
      span(name.padEnd(LABEL_CELLS), "dim"),
      span(" ".repeat(LABEL_CELLS)),
    );
  return [
    ...field("Task", [span(safe(proposal.task))], TASK_ROWS),
    ...field("Agents", agentSpans(drawn.card, proposal), 4),
    ...field("Mode", modeSpans(drawn.card, proposal)),
    ...(proposal.images?.length ? field("Images", [span(safe(proposal.images.map(imageLabel).join(" ")))]) : []),
    ...(proposal.contextPaths.length === 0 ? [] : field("Files", pathSpans(drawn.card, proposal), 4)),
    ...field("Cost", [span(costText(proposal))]),
  ];
}

/**
 * The whole of a command, what is said about it, and what a yes to all of the kind would mean. In less `room` the command
 * is cut, not what is said about it.
 */
function commandRows({ asked, ask }: ApprovalState, width: number, room = Infinity): readonly Row[] {
  if (ask.kind !== "command") return [];
  const { detail, covers = [] } = ask;
  const lines = detail.split("\n").filter((line) => line !== "");
  const command = detailRows(lines.filter(isTyped), width);
  const all = forAllOf(asked);
  const notes = [
    ...detailRows(
      lines.filter((line) => !isTyped(line)),
      width,
    ),
    ...(all === undefined ? [] : clipRows(wrap([span(`${all}: ${coversText(covers)}`, "dim")], width), 2)),
  ];
  const gap = command.length === 0 || command.length + notes.length >= room ? [] : [[]];
  const left = Math.max(1, room - notes.length);
  return [...clipRows(command, left, " · a larger window shows all"), ...gap, ...notes].slice(0, room);
}

function agentSpans(state: ApprovalState, { agents }: RunProposal): readonly Span[] {
  return agents.flatMap((agent, index) => {
    const text = `[${agent.on ? "x" : " "}] ${agent.id} ${modelName(agent)}`;
    return [
      span(index === 0 ? "" : "   "),
      focusable(state, text, (field) => field.kind === "agent" && field.index === index),
    ];
  });
}

function modeSpans(state: ApprovalState, proposal: RunProposal): readonly Span[] {
  if (state.mode !== "edit")
    return [span(`${modeLabel(proposal)}${proposal.executeAfterPlanning ? ", then carry it out" : ""}`)];
  const text = `[${proposal.refinement ? "x" : " "}] vote and refine`;
  return [focusable(state, text, (field) => field.kind === "refinement"), span(`   ${modeLabel(proposal)}`, "dim")];
}

function pathSpans(state: ApprovalState, { contextPaths }: RunProposal): readonly Span[] {
  return contextPaths.flatMap(({ path, permission }, index) => [
    span(index === 0 ? "" : "\n"),
    focusable(state, `${safe(path)}  ${permission}`, (field) => field.kind === "path" && field.index === index),
  ]);
}

/** No-break spaces keep a checkbox with its name. */
function focusable(state: ApprovalState, text: string, is: (field: Field) => boolean): Span {
  const field = fieldsOf(state)[state.focus];
  const here = state.mode === "edit" && field !== undefined && is(field);
  const bound = (here ? `❯ ${text}` : text).replaceAll(" ", "\u00a0");
  return here ? span(bound, { bold: true, tone: "accent" }) : span(bound);
}

function costText(proposal: RunProposal): string {
  const { lowUsd, highUsd, basis } = proposal.estimate;
  const range =
    lowUsd === null || highUsd === null
      ? "not known"
      : lowUsd === highUsd
        ? formatUsd(lowUsd)
        : `${formatUsd(lowUsd)}–${formatUsd(highUsd).slice(1)}`;
  const cap = proposal.maxCostUsd === undefined ? "" : ` · stops at ${formatUsd(proposal.maxCostUsd)}`;
  return `${range}${basis === "" ? "" : `, ${safe(basis)}`}${cap}`;
}

function buttons({ card: state, width, draft, awake, keymap }: Drawn, room: number): readonly Row[] {
  if (state.mode === "reason")
    return wrap(
      [
        span(`Why not? Type a reason or just press ${keyOf(keymap, "send")}. `),
        span(hints(keymap, ["stop", "goes back"]), "dim"),
      ],
      room,
    );
  const fields = fieldsOf(state);
  const row = fields.flatMap((field, index): readonly Span[] => {
    if (field.kind !== "choice") return [];
    const here = index === state.focus;
    return [
      span(here ? "❯ " : "  ", "accent"),
      here ? span(field.choice, { bold: true, tone: "accent" }) : span(field.choice),
      span("  "),
    ];
  });
  const hint = [span(hintText(state, draft, awake, keymap), state.note === "" ? "dim" : "warn")];
  const line = [span(width < 60 ? "" : "  "), ...row];
  if (rowCells(line) + rowCells(hint) + 2 <= room) return [spread(line, hint, room)];
  return [line, hint];
}

function hintText(state: ApprovalState, draft: boolean, awake: boolean, keymap: ShownKeys): string {
  if (state.note !== "") return state.note;
  if (draft) return "send or clear your draft first";
  if (!awake) return "keys in a moment";
  if (state.mode === "edit") return hints(keymap, "space changes", ["complete", "moves"], ["stop", "back"]);
  const edited = isEdited(state) ? "edited · " : "";
  const letters = fieldsOf(state).flatMap((field) => (field.kind === "choice" ? [LETTERS[field.choice]] : []));
  return `${edited}${hints(keymap, letters.join(" · "), ["complete", "moves"])}`;
}

function clipRows(rows: readonly Row[], max: number, then = ""): readonly Row[] {
  if (rows.length <= max) return rows;
  return [...rows.slice(0, max - 1), row(span(`… ${plural(rows.length - max + 1, "more line")}${then}`, "dim"))];
}
