import type { PastSession } from "../../src/core/front-end.ts";
import { oneLine, plural } from "../../src/core/text.ts";
import { placesOf } from "../screen/press-picker.ts";
import type { SessionPicker, View } from "../screen/screen-state.ts";
import { clipRow, type Row, row, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { daysAgo } from "./days-ago.ts";

/** A line for each session, and below the picked one a look inside. */
export function sessionRows(
  sessions: readonly PastSession[],
  { picked }: SessionPicker,
  now: number,
  width: number,
): readonly Row[] {
  return sessions.flatMap((session, index) => {
    const { title, project, lastAt, turns } = session;
    const facts = [safe(project), plural(turns, "turn"), daysAgo(lastAt, now)].filter((fact) => fact !== "");
    const line = pickLine(title === "" ? "without a title" : title, facts.join(" · "), index === picked, width);
    return index === picked ? [line, ...insideRows(session, width)] : [line];
  });
}

function insideRows({ match, lastSaid, lastReply }: PastSession, width: number): readonly Row[] {
  const line = (mark: string, text: string): Row[] =>
    text === "" ? [] : [clipRow(row(span(`    ${mark} `, "dim"), span(oneLine(safe(text)), "dim")), width)];
  return match === "" ? [...line("❯", lastSaid), ...line(" ", lastReply)] : line("…", match);
}

/** What the user said, the newest first: the conversation goes on before the picked one. */
export function rewindRows(view: View, picked: number, width: number): readonly Row[] {
  const places = placesOf(view).map(({ text, at }, index) =>
    pickLine(text, daysAgo(at, view.now), index === picked, width),
  );
  const note = "The conversation goes back; files do not: what a run applied, it takes back itself.";
  return [...places, [], clipRow(row(span(note, "dim")), width)];
}

function pickLine(title: string, facts: string, isPicked: boolean, width: number): Row {
  const name = span(oneLine(safe(title)), isPicked ? { bold: true, tone: "accent" } : {});
  const left = clipRow(row(span(isPicked ? "❯ " : "  ", "accent"), name), Math.max(12, width - 40));
  return spread(left, row(span(facts, "dim")), width);
}
