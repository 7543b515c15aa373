import { toneCode } from "../theme.ts";
import { type Row, rowCells, type Span } from "./rows.ts";

const ERASE_REST = "\u001b[K";
/** Anything but characters that every terminal gives one column: a cursor that is moved past those stands where it should. */
const UNCERTAIN = /[^\x20-\x7e\u00a1-\u02ff\u2010-\u25ff❯]/;
// eslint-disable-next-line no-control-regex -- the last fence: what got here should have been made safe before
const CONTROLS = /[\u0000-\u001f\u007f-\u009f]/g;

/** A row as a terminal takes it, in the colours of now. */
export function ansiRow(row: Row): string {
  return row.map(ansiSpan).join("");
}

/** What makes `before` into `after` on a terminal whose cursor is somewhere in that row. */
export function changeRow(before: Row, after: Row): string {
  const { column, rest } = firstChange(before, after);
  const start = column === 0 ? "\r" : `\u001b[${column + 1}G`;
  return start + ansiRow(rest) + (rowCells(after) < rowCells(before) ? ERASE_REST : "");
}

export function sameRow(one: Row, other: Row): boolean {
  return one === other || (one.length === other.length && one.every((part, index) => sameSpan(part, other[index])));
}

/** Without the blanks at its end that nobody sees. */
export function trimRow(row: Row): Row {
  const last = row.at(-1);
  if (last === undefined || last.inverse || last.underline) return row;
  const text = last.text.trimEnd();
  if (text !== "" && text.length === last.text.length) return row;
  return text === "" ? trimRow(row.slice(0, -1)) : [...row.slice(0, -1), { ...last, text }];
}

/** The column from which the rows differ, and what `after` has from there on. */
function firstChange(before: Row, after: Row): { readonly column: number; readonly rest: Row } {
  let column = 0;
  for (const [index, part] of after.entries()) {
    const old = before[index];
    const shared = old && sameStyle(old, part) ? sharedStart(old.text, part.text) : 0;
    column += shared;
    if (old && shared === part.text.length && shared === old.text.length) continue;
    return { column, rest: [{ ...part, text: part.text.slice(shared) }, ...after.slice(index + 1)] };
  }
  return { column, rest: [] };
}

function sharedStart(one: string, other: string): number {
  let shared = 0;
  while (shared < one.length && one.charCodeAt(shared) === other.charCodeAt(shared)) shared += 1;
  const certain = one.slice(0, shared).search(UNCERTAIN);
  if (certain >= 0) return Math.max(0, certain - 1);
  // What follows might be a mark that joins the character before it.
  const joins = [one, other].some((text) => UNCERTAIN.test(text.charAt(shared)));
  return joins ? Math.max(0, shared - 1) : shared;
}

function sameSpan(one: Span, other: Span | undefined): boolean {
  return other !== undefined && one.text === other.text && sameStyle(one, other);
}

function sameStyle(one: Span, other: Span): boolean {
  return (
    one.tone === other.tone &&
    Boolean(one.bold) === Boolean(other.bold) &&
    Boolean(one.italic) === Boolean(other.italic) &&
    Boolean(one.underline) === Boolean(other.underline) &&
    Boolean(one.strike) === Boolean(other.strike) &&
    Boolean(one.inverse) === Boolean(other.inverse)
  );
}

function ansiSpan(part: Span): string {
  const text = part.text.replace(CONTROLS, "");
  const codes = [
    toneCode(part.tone),
    part.bold && 1,
    part.italic && 3,
    part.underline && 4,
    part.inverse && 7,
    part.strike && 9,
  ].filter((code) => typeof code === "number");
  return codes.length === 0 || text === "" ? text : `\u001b[${codes.join(";")}m${text}\u001b[0m`;
}
