import stringWidth from "string-width";
import { plain } from "../../src/core/terminal-safe.ts";

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });
/** Characters of one column each: ASCII, and the lines of boxes and rules, which every frame is full of. */
const SIMPLE = /^[\x20-\x7e\u2500-\u257f]*$/;

/** What a reader takes for single characters: an emoji with its modifiers or a letter with its accents is one. */
export function graphemes(text: string): readonly string[] {
  if (SIMPLE.test(text)) return text.split("");
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Terminal columns that the text takes: 2 for CJK and emoji, 0 for combining marks. */
export function cells(text: string): number {
  return SIMPLE.test(text) ? text.length : stringWidth(text);
}

/**
 * Text from outside, safe to print and of a width that all terminals agree on: besides control characters it
 * loses variation selectors, emoji joiners, keycap marks and skin tones, whose widths they do not agree on.
 */
export function safe(text: string): string {
  const printable = plain(text);
  if (SIMPLE.test(printable)) return printable;
  return printable
    .replace(/[\ufe0e\ufe0f\u20e3]/g, "")
    .replace(/(?<=\p{Extended_Pictographic})[\u{1f3fb}-\u{1f3ff}]/gu, "")
    .replace(/(?<=\p{Extended_Pictographic})\u200d/gu, "");
}
