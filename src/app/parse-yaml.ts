import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  Parser,
  visit,
  type Document,
  type Tags,
} from "yaml";
import type { Locate, Path, Problem } from "../core/config/problem.ts";

export type Parsed = {
  readonly raw: unknown;
  readonly locate: Locate;
  readonly problems: readonly Problem[];
};

const MAX_CHARS = 256 * 1024;
/** Of tokens that are open at once; a level of nesting needs two. Far deeper input can kill the process inside `yaml`. */
const MAX_OPEN = 128;
const UNSUPPORTED_TAGS = ["binary", "omap", "pairs", "set", "timestamp"];

/** Reads YAML 1.1 (or JSON, which is part of it). Never throws: what is wrong with the text is among the problems, and `raw` is then undefined. */
export function parseYaml(text: string): Parsed {
  const lines = new LineCounter();
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  const refuse = (problem: Problem): Parsed => ({ raw: undefined, locate: () => undefined, problems: [problem] });
  if (text.length > MAX_CHARS) return refuse(tooLarge(`it has more than ${MAX_CHARS / 1024} KB`));
  if (text.includes("\0")) return refuse(broken("It contains a NUL character, so it is no text file"));
  if (isTooDeep(text)) return refuse(tooLarge("it is nested too deeply"));
  const document = parseDocument(text, {
    version: "1.1",
    lineCounter: lines,
    uniqueKeys: false, // reported below, with both lines
    prettyErrors: false,
    logLevel: "error",
    customTags: (tags) => tags.filter((tag) => !UNSUPPORTED_TAGS.includes(tagName(tag))).map(withStrictFloats),
  });
  const problems = [
    ...document.errors.map(({ message, pos: [start] }) => ({ ...broken(message), ...at(start) })),
    ...duplicateKeys(document, at),
  ];
  if (problems.length > 0) return { raw: undefined, locate: () => undefined, problems };
  const tree = plainTree(document);
  if ("problem" in tree) return refuse(tree.problem);
  const warnings = document.warnings.map(({ message, pos: [start] }): Problem => ({
    ...broken(message),
    severity: "warning",
    ...at(start),
  }));
  return { raw: tree.raw, locate: (path, part) => find(document, path, part, at), problems: warnings };
}

function tagName(tag: Tags[number]): string {
  return typeof tag === "string" ? tag : tag.tag.replace("tag:yaml.org,2002:", "");
}

/** To `yaml`, "." and "e5" are numbers that are none; to YAML 1.1 and to people they are texts. */
function withStrictFloats(tag: Tags[number]): Tags[number] {
  if (typeof tag === "string" || tag.collection || tagName(tag) !== "float" || !tag.test) return tag;
  return { ...tag, test: new RegExp(`(?=[-+]?\\.?(?:\\d|inf|nan))${tag.test.source}`, "i") };
}

function isTooDeep(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    for (const _ of parser.next(lexeme)); // the tokens are of no interest, only how many stay open
    if (parser.stack.length > MAX_OPEN) return true;
  }
  return false;
}

function plainTree(document: Document): { readonly raw: unknown } | { readonly problem: Problem } {
  try {
    const raw: unknown = document.toJS({ maxAliasCount: 100 });
    return containsItself(raw, []) ? { problem: tooLarge("an alias stands inside what it names") } : { raw };
  } catch (error) {
    return { problem: tooLarge(error instanceof Error ? error.message : String(error)) };
  }
}

function containsItself(value: unknown, above: readonly unknown[]): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (above.includes(value)) return true;
  return Object.values(value).some((below) => containsItself(below, [...above, value]));
}

function duplicateKeys(
  document: Document,
  at: (offset: number) => { readonly line: number; readonly column: number },
): Problem[] {
  const problems: Problem[] = [];
  visit(document, {
    Map(_, map) {
      const seen = new Map<string, number>();
      for (const { key } of map.items) {
        if (!isScalar(key) || !key.range || key.value === "<<") continue;
        const name = String(key.value);
        const first = seen.get(name);
        const here = at(key.range[0]);
        if (first === undefined) seen.set(name, here.line);
        else problems.push(duplicate(name, first, here));
      }
    },
  });
  return problems;
}

function duplicate(name: string, first: number, here: { readonly line: number; readonly column: number }): Problem {
  return {
    severity: "error",
    code: "duplicate-key",
    path: [],
    message: `${JSON.stringify(name)} stands here a second time`,
    hint: `The first is in line ${first}. Keep one of them.`,
    ...here,
  };
}

/** The place of a key or value; of something that is not there: the nearest that surrounds it. */
function find(
  document: Document,
  path: Path,
  part: "key" | "value",
  at: (offset: number) => { readonly line: number; readonly column: number },
): { readonly line: number; readonly column: number } | undefined {
  let node: unknown = document.contents;
  let offset = startOf(node);
  for (const [index, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.find(({ key }) => isScalar(key) && String(key.value) === step) : undefined;
    const item = isSeq(node) && typeof step === "number" ? node.items[step] : undefined;
    node = pair ? pair.value : item;
    const wanted = pair && (part === "key" || startOf(node) === undefined) && index === path.length - 1;
    const start = startOf(wanted ? pair.key : node) ?? startOf(pair?.key);
    if (start === undefined) break;
    offset = start;
  }
  return offset === undefined ? undefined : at(offset);
}

function startOf(node: unknown): number | undefined {
  if (!isScalar(node) && !isMap(node) && !isSeq(node) && !isAlias(node)) return undefined;
  return node.range?.[0];
}

function tooLarge(why: string): Problem {
  const hint = "A configuration is a short text; examples lie in configs/.";
  return { severity: "error", code: "too-large", path: [], message: `The file cannot be read: ${why}`, hint };
}

function broken(message: string): Problem {
  const hint = "Check the indentation, quotes and brackets around this place.";
  return { severity: "error", code: "syntax", path: [], message: message.replace(/[.:]?\s*$/, ""), hint };
}
