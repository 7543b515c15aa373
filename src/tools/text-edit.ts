import { FaultError } from "../core/fault.ts";

export type TextEdit = {
  readonly old_text: string;
  readonly new_text: string;
  readonly replace_all?: boolean | undefined;
};

/** `lines` says which lines of the result are new; `inexact`, that the old text was there with other white space or signs. */
export type Edited = { readonly after: string; readonly lines: string; readonly inexact: boolean };

/**
 * Replaces the old text by the new one. Text that is not there exactly is looked for line by line without regard to
 * indentation, trailing blanks, and kinds of quotes and dashes; the new text is then indented as the place is. Throws FaultError "tool" when it is not
 * there, or more than once.
 */
export function editText(before: string, edit: TextEdit, shown: string): Edited {
  // Models write "\n" whatever the file has.
  const fit = (text: string): string =>
    before.includes("\r\n") && !edit.old_text.includes("\r\n") ? text.replace(/\r?\n/g, "\r\n") : text;
  const [oldText, newText] = [fit(edit.old_text), fit(edit.new_text)];
  if (oldText === newText) throw refuse("old_text and new_text are the same", "Nothing was changed.");
  const pieces = before.split(oldText);
  if (pieces.length === 1) return editInexactly(before, oldText, newText, shown);
  if (pieces.length > 2 && edit.replace_all !== true) {
    throw refuse(
      `old_text is in ${shown} ${pieces.length - 1} times: ${linesOf(pieces, oldText)}`,
      "Give more of the text around the place you mean, or set replace_all.",
    );
  }
  return { after: pieces.join(newText), lines: linesOf(pieces, newText), inexact: false };
}

function editInexactly(before: string, oldText: string, newText: string, shown: string): Edited {
  const lines = before.split("\n");
  const wanted = oldText.replace(/\r?\n$/, "").split("\n");
  const places = findLines(lines, wanted);
  const [place] = places;
  if (place === undefined) throw notFound(before, oldText, shown);
  if (places.length > 1) {
    throw refuse(
      `old_text is not in ${shown} exactly, and with other white space or quotes ${places.length} times: at lines ${places.map((at) => at + 1).join(", ")}`,
      "Read the file and copy more of the text around the place you mean.",
    );
  }
  const found = lines.slice(place, place + wanted.length);
  const added = newText === "" ? [] : reindent(newText.replace(/\r?\n$/, "").split("\n"), wanted, found);
  const after = [...lines.slice(0, place), ...added, ...lines.slice(place + wanted.length)].join("\n");
  const last = place + Math.max(1, added.length);
  return { after, lines: last === place + 1 ? `line ${last}` : `lines ${place + 1}-${last}`, inexact: true };
}

/** What models write in place of the signs that typesetters use. */
const PLAIN: Readonly<Record<string, string>> = {
  "\u2018": "'",
  "\u2019": "'",
  "\u201c": '"',
  "\u201d": '"',
  "\u2010": "-",
  "\u2011": "-",
  "\u2013": "-",
  "\u2014": "-",
  "\u2212": "-",
  "\u00a0": " ",
  "\u202f": " ",
};

function plain(line: string): string {
  return line
    .trim()
    .replace(/[\u2018\u2019\u201c\u201d\u2010\u2011\u2013\u2014\u2212\u00a0\u202f]/g, (sign) => PLAIN[sign] ?? sign);
}

/** Where the wanted lines stand, blanks at their ends and kinds of quotes and dashes not counted. Nothing but blank lines is nowhere. */
function findLines(lines: readonly string[], wanted: readonly string[]): readonly number[] {
  const bare = wanted.map(plain);
  if (bare.every((line) => line === "")) return [];
  const trimmed = lines.map(plain);
  return trimmed.flatMap((_, at) => (bare.every((line, index) => trimmed[at + index] === line) ? [at] : []));
}

/** Gives the new lines the indentation that the place has where the old text had another one. */
function reindent(added: readonly string[], wanted: readonly string[], found: readonly string[]): readonly string[] {
  const moves = new Map<string, string>();
  for (const [index, line] of wanted.entries()) {
    const from = indentOf(line);
    if (line.trim() !== "" && !moves.has(from)) moves.set(from, indentOf(found[index] ?? ""));
  }
  const known = [...moves.keys()].sort((a, b) => b.length - a.length);
  const end = found.some((line) => line.endsWith("\r")) ? "\r" : "";
  return added.map((line) => {
    const bare = line.replace(/\r$/, "");
    const from = bare.trim() === "" ? undefined : known.find((indent) => indentOf(bare).startsWith(indent));
    if (from === undefined) return bare + end;
    return `${moves.get(from) ?? ""}${bare.slice(from.length)}${end}`;
  });
}

function indentOf(line: string): string {
  return /^[ \t]*/.exec(line)?.[0] ?? "";
}

/** Where the text between the pieces lies: "line 4", "lines 4-6", "lines 4, 9-10, 20". */
function linesOf(pieces: readonly string[], between: string): string {
  const height = lineBreaks(between.replace(/\n$/, ""));
  let line = 1;
  const places = pieces.slice(0, -1).map((piece) => {
    const first = line + lineBreaks(piece);
    line = first + lineBreaks(between);
    return height === 0 ? String(first) : `${first}-${first + height}`;
  });
  const listed = places.slice(0, 20).join(", ");
  const more = places.length > 20 ? ` and ${places.length - 20} more` : "";
  return `${places.length === 1 && height === 0 ? "line" : "lines"} ${listed}${more}`;
}

function notFound(before: string, oldText: string, shown: string): FaultError {
  const wanted = firstWords(oldText);
  const near = wanted === "" ? -1 : before.split("\n").findIndex((line) => firstWords(line).startsWith(wanted));
  const hint =
    near === -1
      ? "Read the file and copy the text from it."
      : `Line ${near + 1} begins like it but differs. Read the file and copy the text from it.`;
  return refuse(`old_text is not in ${shown}`, hint);
}

/** The first line that is not empty, white space collapsed. */
function firstWords(text: string): string {
  return (text.trimStart().split("\n", 1)[0] ?? "").replace(/\s+/g, " ").trim();
}

function lineBreaks(text: string): number {
  return text.split("\n").length - 1;
}

function refuse(message: string, hint: string): FaultError {
  return new FaultError({ code: "tool", message, hint });
}
