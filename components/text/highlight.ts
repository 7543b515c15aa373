import type { Highlighter } from "./grammars.ts";
import type { Row } from "./rows.ts";

let highlighter: Highlighter | undefined;
const known = new Map<string, readonly Row[]>();

/** Longer code is shown plain, and so many pieces of code are remembered: what is on the screen is asked for again and again. */
const MOST_CHARACTERS = 40_000;
const REMEMBERED = 48;

/** The grammars are large: they load once there is something to show, and until then code is plain. */
export async function loadHighlighter(): Promise<void> {
  const { createHighlighter } = await import("./grammars.ts");
  highlighter ??= createHighlighter();
}

/** Only safe text may get in here. */
export function highlightedLines(code: string, language: string): readonly Row[] | undefined {
  if (!highlighter || language === "" || code.length > MOST_CHARACTERS) return undefined;
  const key = `${language}\n${code}`;
  const lines = known.get(key) ?? highlighter(code, language);
  if (!lines) return undefined;
  // The one that was asked for last is forgotten last.
  known.delete(key);
  known.set(key, lines);
  const [oldest] = known.keys();
  if (known.size > REMEMBERED && oldest !== undefined) known.delete(oldest);
  return lines;
}
