import type { Image } from "../../src/core/image.ts";
import { plural } from "../../src/core/text.ts";

/** A paste too long to show, or an image: `label` stands for it in the text. */
export type Paste = {
  readonly label: string;
  /** Of an image: the @file that it is from, or "" when it is from the clipboard. */
  readonly text: string;
  readonly image?: Image;
};

const LONG_LINES = 8;
const LONG_CHARACTERS = 800;

export function isLong(text: string): boolean {
  return text.length > LONG_CHARACTERS || text.split("\n").length > LONG_LINES;
}

/** "[pasted 120 lines]", numbered when that is taken. */
export function pasteLabel(text: string, others: readonly Paste[]): string {
  const lines = text.replace(/\n$/, "").split("\n").length;
  const size = lines > 1 ? plural(lines, "line") : plural(text.length, "character");
  const taken = (label: string): boolean => others.some((each) => each.label === label);
  let label = `[pasted ${size}]`;
  for (let copy = 2; taken(label); copy++) label = `[pasted ${size} #${copy}]`;
  return label;
}

export function pasteEndingAt(pastes: readonly Paste[], text: string, at: number): Paste | undefined {
  return pastes.find(({ label }) => text.endsWith(label, at));
}

/** Where the label begins and ends that has `at` inside it, not at one of its ends. */
export function labelAround(
  pastes: readonly Paste[],
  text: string,
  at: number,
): { readonly from: number; readonly to: number } | undefined {
  for (const { label } of pastes) {
    const from = at === 0 ? -1 : text.lastIndexOf(label, at - 1);
    if (from >= 0 && at < from + label.length) return { from, to: from + label.length };
  }
  return undefined;
}

export function pasteStartingAt(pastes: readonly Paste[], text: string, at: number): Paste | undefined {
  return pastes.find(({ label }) => text.startsWith(label, at));
}

/** Input without control characters; line ends become "\n", tabs stay (a Makefile needs them). */
export function tidy(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\ufeff]/g, "");
}
