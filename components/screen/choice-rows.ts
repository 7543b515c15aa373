import { hints } from "../keymap.ts";
import { clipRow, type Row, row, rowCells, span } from "../text/rows.ts";
import { cells, graphemes } from "../text/width.ts";
import { type Choice, type Choices, openChoices } from "./choices.ts";
import type { View } from "./screen-state.ts";

const MAX_SHOWN = 8;

/** The open list of what can be taken into the composer, around what is picked. */
export function choiceRows(view: View, room: number): readonly Row[] {
  const choices = openChoices(view);
  if (!choices || room <= 0) return [];
  const { list } = choices;
  if (choices.kind === "earlier")
    return [searchTitle(view, list.length), ...listRows(choices, view, room - 1)].slice(0, room);
  return listRows(choices, view, room);
}

function searchTitle({ keymap }: View, found: number): Row {
  const title = found === 0 ? "Nothing earlier holds that" : "Earlier messages";
  const taking = [
    ["search", "older"],
    ["send", "takes it"],
  ] as const;
  const hint = hints(keymap, ...(found === 0 ? [] : taking), ["stop", "back"]);
  return row(span(title, { bold: true }), span(`  ${hint}`, "dim"));
}

function listRows({ kind, list }: Choices, view: View, room: number): readonly Row[] {
  if (list.length === 0 || room <= 0) return [];
  const picked = Math.min(view.screen.completion.picked, list.length - 1);
  const shown = Math.min(room, MAX_SHOWN);
  const top = Math.max(0, Math.min(picked - shown + 1, list.length - shown));
  const width = Math.max(...list.map((choice) => cells(choice.shown)));
  return list
    .slice(top, top + shown)
    .map((choice, index) => choiceRow(choice, top + index === picked, width, view, kind));
}

function choiceRow(
  { shown, help }: Choice,
  isPicked: boolean,
  width: number,
  { columns }: View,
  kind: Choices["kind"],
): Row {
  const style = isPicked ? { bold: true } : {};
  const mark = span(isPicked ? "❯ " : "  ", "accent");
  const room = columns - 1 - rowCells(row(mark));
  if (kind === "mention" && help === "") return row(mark, span(keepEnd(shown, room), style));
  return clipRow(
    row(mark, span(shown + " ".repeat(width - cells(shown)), style), span(`  ${help}`, "dim")),
    columns - 1,
  );
}

/** Of a long path its end says most. */
function keepEnd(text: string, width: number): string {
  if (cells(text) <= width) return text;
  const characters = graphemes(text);
  let from = characters.length;
  for (let used = 1; from > 0; from--) {
    used += cells(characters[from - 1] ?? "");
    if (used > width) break;
  }
  return `…${characters.slice(from).join("")}`;
}
