/** A heading with the lines up to the next one. The lines before the first heading are a section with level 0. */
type Section = {
  readonly title: string;
  readonly level: number;
  /** The heading itself and all that follows, line ends not included. */
  readonly lines: readonly string[];
};

/** Splits at headings ("## State"), but not at what looks like one in a fenced block. Joining all lines gives the text back. */
function splitSections(text: string): Section[] {
  const sections: { title: string; level: number; lines: string[] }[] = [{ title: "", level: 0, lines: [] }];
  let fence: string | undefined;
  for (const line of text.split("\n")) {
    const mark = /^ {0,3}(```+|~~~+)/.exec(line)?.[1];
    const heading = fence === undefined ? /^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$/.exec(line) : null;
    if (mark !== undefined && fence === undefined) fence = mark;
    else if (mark !== undefined && fence !== undefined && mark.startsWith(fence)) fence = undefined;
    if (heading) sections.push({ title: heading[2] ?? "", level: heading[1]?.length ?? 1, lines: [line] });
    else sections.at(-1)?.lines.push(line);
  }
  return sections;
}

export type SectionEdit = { readonly section: string; readonly text: string; readonly mode: "append" | "replace" };

/** The text after the edit, and the lines that a replacement took out ("" when none). A missing section is added at the end. */
export function editSection(before: string, edit: SectionEdit): { readonly after: string; readonly removed: string } {
  const eol = before.includes("\r\n") ? "\r\n" : "\n";
  const sections = splitSections(before.replaceAll("\r\n", "\n"));
  const wanted = sectionTitle(edit.section);
  const text = edit.text.replaceAll("\r\n", "\n").replace(/^\n+|\s+$/g, "");
  const start = sections.findIndex(({ title, level }) => level > 0 && sameTitle(title, wanted));
  const done = (lines: readonly string[], removed: string): { after: string; removed: string } => ({
    after: `${lines.join("\n").replace(/\n+$/, "")}\n`.replaceAll("\n", eol),
    removed,
  });
  if (start < 0) {
    const head = before === "" ? [] : [...trimEnd(sections.flatMap(({ lines }) => lines)), ""];
    return done([...head, `## ${wanted}`, "", text], "");
  }
  const level = sections[start]?.level ?? 0;
  const next = sections.findIndex((section, index) => index > start && section.level <= level);
  const end = next < 0 ? sections.length : next;
  const lead = sections.slice(0, start).flatMap(({ lines }) => lines);
  const [heading = "", ...body] = sections.slice(start, end).flatMap(({ lines }) => lines);
  const rest = sections.slice(end).flatMap(({ lines }) => lines);
  const old = trimEnd(body);
  const oldText = old.join("\n").replace(/^\n+/, "");
  if (edit.mode === "replace") {
    const fresh = text === "" ? [heading, ""] : [heading, "", text, ""];
    return done([...lead, ...fresh, ...rest], oldText === text ? "" : oldText);
  }
  if (text === "" || endsWithLines(oldText, text)) return { after: before, removed: "" };
  const gap = oldText !== "" && isItem(old.at(-1)) && isItem(text) ? [] : [""];
  return done([...lead, heading, ...(oldText === "" ? [] : old), ...gap, text, "", ...rest], "");
}

/** "## State" and "State" name the same section. */
export function sectionTitle(named: string): string {
  return named.trim().replace(/^#+/, "").trim();
}

function sameTitle(a: string, b: string): boolean {
  return a.normalize("NFC").toLowerCase() === b.normalize("NFC").toLowerCase();
}

/** Adding the same again, after a crash for example, adds nothing. */
function endsWithLines(text: string, end: string): boolean {
  return text === end || text.endsWith(`\n${end}`);
}

function isItem(line: string | undefined): boolean {
  return /^\s*([-*+]|\d+[.)])\s/.test(line ?? "");
}

function trimEnd(lines: readonly string[]): string[] {
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(0, last + 1);
}

/**
 * The text within `budget` bytes of UTF-8. Every heading stays; the longest sections give way first, and of those the
 * middle: how a section begins says what it is about, and what was added last stands at its end.
 */
export function fitSections(text: string, budget: number): string {
  if (Buffer.byteLength(text) <= budget) return text;
  const sections = splitSections(text.replaceAll("\r\n", "\n"));
  const sizes = sections.map(({ lines }) => Buffer.byteLength(lines.join("\n")) + 1);
  const share = fairShare(sizes, budget);
  const fitted = sections.map(({ lines }, index) => ((sizes[index] ?? 0) <= share ? lines : clipMiddle(lines, share)));
  return clipEnd(fitted.flat().join("\n"), budget);
}

/** The most that each may take so that all together take `budget`: those below it leave their rest to the others. */
function fairShare(sizes: readonly number[], budget: number): number {
  let left = budget;
  let share = budget;
  for (const [index, size] of [...sizes].sort((a, b) => a - b).entries()) {
    share = Math.floor(left / (sizes.length - index));
    if (size > share) break;
    left -= size;
  }
  return share;
}

function clipMiddle(lines: readonly string[], budget: number): string[] {
  const cost = (line: string): number => Buffer.byteLength(line) + 1;
  const [heading = "", ...body] = lines;
  let room = budget - cost(heading) - 60;
  const first: string[] = [];
  const last: string[] = [];
  const third = room / 3;
  let used = 0;
  while (first.length < body.length && used + cost(body[first.length] ?? "") <= third) {
    used += cost(body[first.length] ?? "");
    first.push(body[first.length] ?? "");
  }
  room -= used;
  for (let index = body.length - 1; index >= first.length && room >= cost(body[index] ?? ""); index--) {
    room -= cost(body[index] ?? "");
    last.unshift(body[index] ?? "");
  }
  return [
    heading,
    ...first,
    `[… ${body.length - first.length - last.length} lines left out here: read the file …]`,
    ...last,
  ];
}

function clipEnd(text: string, budget: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= budget) return text;
  return bytes.toString("utf8", 0, Math.max(0, budget - 3)).replace(/\ufffd$/, "");
}
