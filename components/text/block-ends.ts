/**
 * Where a block of a growing markdown text ends and the next one has begun: behind the blank lines between them, outside
 * a code fence. What stands before such a place is laid out alike with and without what follows, so a list goes on
 * until something that is no item of it begins.
 */
export function blockEnds(text: string): readonly number[] {
  const ends: number[] = [];
  let fence = "";
  let list = false;
  let first = true;
  let blank: number | undefined;
  let at = 0;
  for (const line of text.split("\n")) {
    const isLast = at + line.length === text.length;
    if (fence === "" && line.trim() === "") blank = first ? undefined : at + line.length + 1;
    else if (fence === "" && (first || blank !== undefined)) {
      const begins = first || (/^\S/.test(line) && !(list && (isItem(line) || (isLast && mayBecomeItem(line)))));
      if (begins && blank !== undefined) ends.push(blank);
      if (begins) list = isItem(line);
      blank = undefined;
      first = false;
    }
    fence = fenceAfter(fence, line);
    at += line.length + 1;
  }
  return ends;
}

/** The fence that is open behind the line, "" for none. */
function fenceAfter(fence: string, line: string): string {
  const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? "";
  if (fence === "") return mark;
  return mark !== "" && mark.startsWith(fence) && line.trim() === mark ? "" : fence;
}

function isItem(line: string): boolean {
  return /^(?:[-*+]|\d{1,9}[.)])(?:\s|$)/.test(line);
}

function mayBecomeItem(line: string): boolean {
  return /^(?:[-*+]|\d{1,9}[.)]?)$/.test(line);
}
