/** What tools say is text for a model: read here as a model would, without relying on one exact format. */
export type Hit = { readonly path: string; readonly line: number | undefined; readonly text: string };

export type FileText = { readonly path: string; readonly total: number; readonly lines: readonly Line[] };

export type Line = { readonly number: number; readonly text: string };

export type FileFacts = {
  readonly headings: readonly Line[];
  readonly exports: readonly { readonly name: string; readonly number: number }[];
  /** The first comment or paragraph, cut to its first sentence. */
  readonly comment: Line | undefined;
};

const PATH = /^(?:[\w@.+-]+\/)*[\w@+-]*(?:\.[\w-]+)+$|^(?:[\w@.+-]+\/)+[\w@.+-]*$|^(?:\/[\w@.+-]+)+\/?$/;

/** "path:line: text" lines, and lines that are nothing but a path. */
export function readHits(output: string): Hit[] {
  return output.split("\n").flatMap((raw): Hit[] => {
    const found = /^\s*([^\s:]+):(\d+):\s?(.*)$/.exec(raw);
    if (found) return [{ path: found[1] ?? "", line: Number(found[2]), text: (found[3] ?? "").trim() }];
    const path = raw
      .trim()
      .replace(/^[-•*]\s+/, "")
      .replace(/^\.\//, "");
    return PATH.test(path) && !path.endsWith("/") ? [{ path, line: undefined, text: "" }] : [];
  });
}

/** Names in a directory listing, in its order, with the size or mark that may stand beside them left out. */
export function readListing(output: string): string[] {
  return output
    .split("\n")
    .filter((line) => !line.endsWith(" is empty"))
    .map((line) => /^[\s│├└─•*-]*(\/?[\w@.+-]+(?:\/[\w@.+-]+)*\/?)(?:\s.*)?$/.exec(line)?.[1] ?? "")
    .filter((name) => !/^(\.?\/?|lines?|entries|empty|no)$/i.test(name));
}

/** A file as a tool shows it: with or without a header "lines 1-40 of 88", with or without line numbers. */
export function readFileText(path: string, output: string): FileText {
  if (/^\S+: empty$/.test(output)) return { path, total: 0, lines: [] };
  const rows = output.replace(/\n$/, "").split("\n");
  const header = /\blines? (\d+)\s*[-–]\s*(\d+) of (\d+)/i.exec(rows[0] ?? "");
  const body = header ? rows.slice(1) : rows;
  const first = Number(header?.[1] ?? 1);
  const numbered = body.length > 1 && body.every((row, index) => NUMBERED.exec(row)?.[1] === String(first + index));
  const lines = body.map((row, index) => ({
    number: first + index,
    text: numbered ? row.replace(NUMBERED, "") : row,
  }));
  return { path, total: Number(header?.[3] ?? lines.length), lines };
}

const NUMBERED = /^\s*(\d+)(?:\t|\s*[|│:→]\s?|\s{1,2}|$)/;

/** Source first, then documents, then everything else; locks, builds and tests of others come last. */
export function pathRank(path: string): number {
  if (/(^|\/)(node_modules|dist|build|vendor|\.git|coverage|__pycache__)\//.test(path)) return 0;
  if (/(^|\/)(package-lock\.json|yarn\.lock|.*\.(lock|min\.js|map|snap|svg|png))$/.test(path)) return 0;
  if (isTest(path)) return 2;
  if (/\.(ts|tsx|js|jsx|mjs|cjs|py|go|rs|rb|java|kt|c|h|cc|cpp|cs|swift|sh|sql|proto)$/.test(path)) return 4;
  if (/\.(md|txt|json|ya?ml|toml)$/.test(path)) return 3;
  return 1;
}

export function isTest(path: string): boolean {
  return /(^|[/._-])(tests?|spec|__tests__|fixtures)[/._-]/.test(path);
}

export function fileFacts({ path, lines }: FileText, words: readonly string[] = []): FileFacts {
  if (/\.(md|mdx|txt|rst)$/.test(path)) {
    return {
      headings: lines.filter(({ text }) => /^#{1,4} \S/.test(text)),
      exports: [],
      comment: firstParagraph(lines),
    };
  }
  return {
    headings: [],
    exports: lines.flatMap(exported),
    comment: description(lines) ?? tellingComment(lines, words),
  };
}

function exported({ number, text }: Line): { name: string; number: number }[] {
  const found =
    /^export (?:default )?(?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class|type|interface|enum) +([\w$]+)/.exec(
      text,
    ) ??
    /^(?:async )?def (\w+)|^class (\w+)|^func (?:\([^)]*\) )?([A-Z]\w*)|^pub (?:async )?(?:fn|struct|enum|trait) (\w+)|^service (\w+)|^message (\w+)/.exec(
      text,
    );
  const name = found?.slice(1).find((group) => group !== undefined);
  return name === undefined || name.startsWith("_") ? [] : [{ name, number }];
}

/** The comment above what is named in the question, else the longest of those near the top. */
function tellingComment(lines: readonly Line[], words: readonly string[]): Line | undefined {
  const comments = lines.slice(0, 200).flatMap((line, index) => {
    if (!/^\s*(\/\*\*|\/\/|"""|#(?!!|include| ?\w+:))\s*\S?/.test(line.text)) return [];
    const [comment, next] = commentAt(lines, index);
    return comment ? [{ comment, next }] : [];
  });
  const named = comments.find(({ next }) => words.some((word) => next.toLowerCase().includes(word.toLowerCase())));
  const longest = comments.slice(0, 3).sort((a, b) => b.comment.text.length - a.comment.text.length)[0];
  return (named ?? longest)?.comment;
}

/** The comment that begins on a line, and the line of code after it. */
function commentAt(lines: readonly Line[], start: number): [Line | undefined, string] {
  const isComment = (text: string): boolean => /^\s*(\/\*|\*|\/\/|"""|#)/.test(text);
  const length = lines.slice(start).findIndex(({ text }) => !isComment(text));
  const end = length < 0 ? lines.length : start + length;
  const words = lines
    .slice(start, end)
    .map(({ text }) => text.replace(/^\s*(\/\*\*?|\*\/|\*|\/\/+|"""|#+)\s?/, "").replace(/\s*(\*\/|""")\s*$/, ""));
  return [sentence(lines[start]?.number ?? 0, words.join(" ")), lines[end]?.text ?? ""];
}

/** What a package says of itself. */
function description(lines: readonly Line[]): Line | undefined {
  const line = lines.find(({ text }) => /^\s*"?description"?\s*[:=]\s*"/.test(text));
  return line && sentence(line.number, line.text.replace(/^\s*"?description"?\s*[:=]\s*"|",?\s*$/g, ""));
}

function firstParagraph(lines: readonly Line[]): Line | undefined {
  const start = lines.find(({ text }) => /^[A-Za-z*`_]/.test(text) && text.trim().length > 20);
  return start && sentence(start.number, start.text);
}

function sentence(number: number, text: string): Line | undefined {
  const first =
    text
      .replace(/\s+/g, " ")
      .trim()
      .split(/(?<=[.!?])\s/)[0] ?? "";
  if (!/\w{2}/.test(first) || /copyright|licen[cs]e|eslint|@ts-/i.test(first)) return undefined;
  return { number, text: first.length > 160 ? `${first.slice(0, 159)}…` : first };
}

/** The text under a heading of a markdown document, up to the next heading of the same or a higher level. */
export function section(markdown: string, heading: RegExp): string {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => /^#{1,4}\s/.test(line) && heading.test(line.replace(/^#+\s*/, "")));
  if (start < 0) return "";
  const level = /^#+/.exec(lines[start] ?? "")?.[0].length ?? 1;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex(
    (line) => (/^#+(?=\s)/.exec(line)?.[0].length ?? 9) <= level || /^<\/?\w+[^>]*>$/.test(line),
  );
  return rest
    .slice(0, end < 0 ? rest.length : end)
    .join("\n")
    .trim();
}
