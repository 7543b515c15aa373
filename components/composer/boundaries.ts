import { graphemes } from "../text/width.ts";
import { type Paste, pasteEndingAt, pasteStartingAt } from "./pastes.ts";

/** Where the character before `at` begins. A paste's label is one character. */
export function before(text: string, at: number, pastes: readonly Paste[]): number {
  if (at === 0) return 0;
  const paste = pasteEndingAt(pastes, text, at);
  if (paste) return at - paste.label.length;
  const from = lineStart(text, at);
  if (from === at) return at - 1;
  return at - (graphemes(text.slice(from, at)).at(-1)?.length ?? 1);
}

/** Where the character behind `at` ends. */
export function behind(text: string, at: number, pastes: readonly Paste[]): number {
  if (at === text.length) return at;
  const paste = pasteStartingAt(pastes, text, at);
  if (paste) return at + paste.label.length;
  const end = lineEnd(text, at);
  if (end === at) return at + 1;
  return at + (graphemes(text.slice(at, end))[0]?.length ?? 1);
}

export function lineStart(text: string, at: number): number {
  return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

export function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end === -1 ? text.length : end;
}

/** Words as a reader sees them, so that they also end between Chinese or Japanese words. */
const words = new Intl.Segmenter(undefined, { granularity: "word" });

export function wordStart(text: string, at: number): number {
  const found = [...words.segment(text.slice(0, at))].findLast(({ isWordLike }) => isWordLike === true);
  return found?.index ?? 0;
}

export function wordEnd(text: string, at: number): number {
  const found = [...words.segment(text.slice(at))].find(({ isWordLike }) => isWordLike === true);
  return found ? at + found.index + found.segment.length : text.length;
}
