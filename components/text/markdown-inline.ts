import type { Token } from "marked";
import { type Span, type Style, span } from "./rows.ts";

/** What stands inside a paragraph: emphasis, code, links as "text (url)". */
export function inlineSpans(tokens: readonly Token[], style: Style): readonly Span[] {
  return tokens.flatMap((token) => inline(token, style));
}

function inline(token: Token, style: Style): readonly Span[] {
  const children = "tokens" in token ? token.tokens : undefined;
  const inside = (more: Style): readonly Span[] =>
    children
      ? inlineSpans(children, { ...style, ...more })
      : [span(unescape("text" in token ? token.text : token.raw), { ...style, ...more })];
  switch (token.type) {
    case "strong":
      return inside({ bold: true });
    case "em":
      return inside({ italic: true });
    case "del":
      return inside({ strike: true });
    case "codespan":
      return [span(token.text, { ...style, tone: "accent" })];
    case "br":
      return [span("\n", style)];
    case "checkbox":
      return [span(token.checked === true ? "[x] " : "[ ] ", style)];
    case "link":
      return link(inside({ underline: true }), token.text, token.href, style);
    case "image":
      return [span(`[image: ${token.text === "" ? token.href : token.text}]`, { ...style, tone: "dim" })];
    case "html":
      return [span(token.raw, style)];
    default:
      return inside({});
  }
}

function link(label: readonly Span[], text: string, href: string, style: Style): readonly Span[] {
  const address = href.replace(/^mailto:/, "");
  return text === href || text === address ? label : [...label, span(` (${address})`, { ...style, tone: "dim" })];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", nbsp: " " };

function unescape(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39|nbsp);/g, (whole, name: string) => ENTITIES[name] ?? whole);
}
