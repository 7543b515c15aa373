import type { FilesBack, PastSession } from "../../src/core/front-end.ts";
import { oneLine, plural } from "../../src/core/text.ts";
import { placesOf, rewindChoices } from "../screen/press-rewind.ts";
import type { Overlay, SessionPicker, View } from "../screen/screen-state.ts";
import type { Loaded } from "../screen/loaded.ts";
import { clipRow, indent, type Row, row, type Span, span, spread } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { wrap } from "../text/wrap.ts";
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
  const note = "Where runs have changed your files since, you are asked about those next.";
  return [...places, [], clipRow(row(span(note, "dim")), width)];
}

const WHAT = {
  conversation: "the conversation; files stay as they are",
  both: "the conversation and the files",
  files: "the files; the conversation stays",
} as const;

/** What can be taken back, and exactly what that does to the files, or why they stay. */
export function whatRows({ files, picked }: Extract<Overlay, { kind: "rewind_what" }>, width: number): readonly Row[] {
  if (files.is === "loading") return [row(span("looking at your files …", "dim"))];
  const choices = rewindChoices(files).map((what, index) =>
    clipRow(
      row(span(index === picked ? "❯ " : "  ", "accent"), span(WHAT[what], index === picked ? { bold: true } : {})),
      width,
    ),
  );
  return [...choices, [], ...filesRows(files, width)];
}

function filesRows(files: Exclude<Loaded<FilesBack>, { is: "loading" }>, width: number): readonly Row[] {
  const said = (mark: Span, text: string): readonly Row[] =>
    indent(wrap([span(safe(oneLine(text)))], width - 2), mark, span("  "));
  if (files.is === "failed") return said(span("✖ ", "failed"), `Your files stay as they are: ${files.text}`);
  const { runs, lines, refusal } = files.value;
  if (refusal !== undefined) {
    const undo = runs.map((number) => `/undo ${number}`).join(", ");
    return said(span("✖ ", "failed"), `Your files stay as they are: ${refusal}. ${undo} keeps what you changed.`);
  }
  const which = runs.map((number) => `run ${number}`).join(", ");
  return [
    clipRow(row(span(`Files: what ${which} changed is taken back (D: deleted, A: put back):`, "dim")), width),
    ...lines.map((line) => clipRow(row(span(`  ${safe(line)}`, "dim")), width)),
  ];
}

function pickLine(title: string, facts: string, isPicked: boolean, width: number): Row {
  const name = span(oneLine(safe(title)), isPicked ? { bold: true, tone: "accent" } : {});
  const left = clipRow(row(span(isPicked ? "❯ " : "  ", "accent"), name), Math.max(12, width - 40));
  return spread(left, row(span(facts, "dim")), width);
}
