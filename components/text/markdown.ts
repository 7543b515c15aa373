import { marked, type Token, type Tokens } from "marked";
import { breakRow, indent, type Row, row, span } from "./rows.ts";
import { inlineSpans } from "./markdown-inline.ts";
import { patchRows } from "./diff-rows.ts";
import { highlightedLines } from "./highlight.ts";
import { tableRows } from "./markdown-table.ts";
import { safe } from "./width.ts";
import { wrap } from "./wrap.ts";

/** Markdown of a model as rows of at most `width` columns. Never throws: what cannot be parsed is shown as it is. */
export function markdownRows(text: string, width: number): readonly Row[] {
  const source = safe(text).trim();
  if (source === "") return [];
  try {
    return blocks(marked.lexer(source), width);
  } catch {
    // Nesting deep enough to exhaust the stack; nobody writes that on purpose.
    return wrap([span(source)], width);
  }
}

function blocks(tokens: readonly Token[], width: number): readonly Row[] {
  return tokens
    .map((token) => block(token, width))
    .filter((rows) => rows.length > 0)
    .flatMap((rows, index) => (index === 0 ? rows : [[], ...rows]));
}

function block(token: Token, width: number): readonly Row[] {
  switch (token.type) {
    case "space":
    case "def":
      return [];
    case "heading":
      return wrap(inlineSpans(token.tokens ?? [], { bold: true }), width);
    case "code":
      return codeRows(token.text, languageOf(token as Tokens.Code), width);
    case "list":
      return listRows(token as Tokens.List, width);
    case "blockquote":
      return indent(blocks(token.tokens ?? [], Math.max(1, width - 2)), span("│ ", "dim"), span("│ ", "dim"));
    case "hr":
      return [row(span("─".repeat(Math.min(width, 40)), "dim"))];
    case "table":
      return tableRows(token as Tokens.Table, width);
    default:
      return wrap(inlineSpans("tokens" in token && token.tokens ? token.tokens : [token], {}), width);
  }
}

/** None while the fence is open: code that is being written is laid out anew for every frame, and stays plain. */
function languageOf({ lang, raw }: Tokens.Code): string {
  if (!/\n *(`{3,}|~{3,})\s*$/.test(raw)) return "";
  return /^\S*/.exec(lang ?? "")?.[0].toLowerCase() ?? "";
}

function codeRows(code: string, language: string, width: number): readonly Row[] {
  const gutter = span("│ ", "dim");
  const room = Math.max(1, width - 2);
  const rows = /^(diff|patch|udiff)$/.test(language)
    ? patchRows(code, room)
    : (highlightedLines(code, language) ?? code.split("\n").map((line) => row(line))).flatMap((line) =>
        breakRow(line, room),
      );
  return rows.map((line) => [gutter, ...line]);
}

function listRows(list: Tokens.List, width: number): readonly Row[] {
  const first = typeof list.start === "number" ? list.start : 1;
  return list.items.flatMap((item, index) => {
    const mark = list.ordered ? `${first + index}. ` : "• ";
    const body = itemRows(item, Math.max(1, width - mark.length));
    const rows = indent(body.length === 0 ? [[]] : body, span(mark, list.ordered ? {} : "dim"));
    return list.loose && index > 0 ? [[], ...rows] : rows;
  });
}

/** A tight item holds its text and its sub-lists without blank rows between them. */
function itemRows(item: Tokens.ListItem, width: number): readonly Row[] {
  if (item.loose) return blocks(item.tokens, width);
  const [box, text, ...rest] = item.tokens;
  if (box?.type !== "checkbox" || !text) return item.tokens.flatMap((token) => block(token, width));
  return [...wrap(inlineSpans([box, text], {}), width), ...rest.flatMap((token) => block(token, width))];
}
