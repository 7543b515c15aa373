import { common, createLowlight } from "lowlight";
import { type Row, span, type Span, type Style } from "./rows.ts";

/** Code as its lines in colour; undefined for a language that is not known. */
export type Highlighter = (code: string, language: string) => readonly Row[] | undefined;

type Node = ReturnType<ReturnType<typeof createLowlight>["highlight"]>["children"][number];

/** What a class of token looks like. What is not here looks like all other text. */
const STYLES: Readonly<Record<string, Style>> = {
  "hljs-keyword": { tone: "accent" },
  "hljs-built_in": { tone: "accent" },
  "hljs-type": { tone: "accent" },
  "hljs-literal": { tone: "warn" },
  "hljs-number": { tone: "warn" },
  "hljs-string": { tone: "ok" },
  "hljs-regexp": { tone: "ok" },
  "hljs-comment": { tone: "dim" },
  "hljs-quote": { tone: "dim" },
  "hljs-meta": { tone: "dim" },
  "hljs-title": { bold: true },
  "hljs-section": { bold: true },
  "hljs-name": { tone: "accent" },
  "hljs-attr": { tone: "accent" },
  "hljs-addition": { tone: "ok" },
  "hljs-deletion": { tone: "failed" },
};

/** With the grammars of the languages that are written most. */
export function createHighlighter(): Highlighter {
  const lowlight = createLowlight(common);
  return (code, language) => {
    if (!lowlight.registered(language)) return undefined;
    const lines: Span[][] = [[]];
    paint(lowlight.highlight(language, code).children, {}, lines);
    return lines;
  };
}

/** Adds what the nodes hold to the last of the lines, and those that follow. */
function paint(nodes: readonly Node[], style: Style, lines: Span[][]): void {
  for (const node of nodes) {
    if (node.type === "element") paint(node.children, styleOf(node.properties["className"]) ?? style, lines);
    if (node.type !== "text") continue;
    for (const [index, text] of node.value.split("\n").entries()) {
      if (index > 0) lines.push([]);
      if (text !== "") lines.at(-1)?.push(span(text, style));
    }
  }
}

function styleOf(names: unknown): Style | undefined {
  return Array.isArray(names) ? names.map((name) => STYLES[String(name)]).find((style) => style) : undefined;
}
