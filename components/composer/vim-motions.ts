import { before, behind, lineEnd, lineStart } from "./boundaries.ts";

/** Where a motion leads. `inclusive`: an operator takes the character there, too; `linewise`: whole lines. */
export type Target = { readonly to: number; readonly inclusive?: boolean; readonly linewise?: boolean };

/** The last f, F, t or T with its character, for ; and , */
export type Find = { readonly key: string; readonly character: string };

type Motion = (text: string, at: number, count: number, character: string) => Target | undefined;

/** Runs of letters, of other marks, and of blanks: what w, b and e stop at. */
type Kind = "blank" | "word" | "mark";

const MOTIONS: Readonly<Record<string, Motion>> = {
  h: repeat((text, at) => (at === lineStart(text, at) ? at : before(text, at, []))),
  l: repeat((text, at) => (at === lineEnd(text, at) ? at : behind(text, at, []))),
  "0": (text, at) => ({ to: lineStart(text, at) }),
  "^": (text, at) => ({ to: firstLetter(text, at) }),
  $: (text, at, count) => ({ to: lineEnd(text, lines(text, at, count - 1)) }),
  w: repeat((text, at) => nextWord(text, at, kindOf)),
  W: repeat((text, at) => nextWord(text, at, bigKindOf)),
  b: repeat((text, at) => wordBefore(text, at, kindOf)),
  B: repeat((text, at) => wordBefore(text, at, bigKindOf)),
  e: inclusive(repeat((text, at) => endOfWord(text, at, kindOf))),
  E: inclusive(repeat((text, at) => endOfWord(text, at, bigKindOf))),
  G: (text) => ({ to: firstLetter(text, text.length), linewise: true }),
  gg: (text) => ({ to: firstLetter(text, 0), linewise: true }),
  f: (text, at, count, character) => find(text, at, count, character, 1, 0),
  t: (text, at, count, character) => find(text, at, count, character, 1, -1),
  F: (text, at, count, character) => find(text, at, count, character, -1, 0),
  T: (text, at, count, character) => find(text, at, count, character, -1, 1),
};

export function isMotion(key: string): boolean {
  return Object.hasOwn(MOTIONS, key);
}

export function takesCharacter(key: string): boolean {
  return /^[fFtT]$/.test(key);
}

export function move(key: string, text: string, at: number, count: number, character = ""): Target | undefined {
  return MOTIONS[key]?.(text, at, count, character);
}

/** "iw", "a(", …: the part around the cursor. Undefined when the cursor is in none. */
export function textObject(key: string, text: string, at: number): readonly [number, number] | undefined {
  const around = key.startsWith("a");
  const mark = key[1] ?? "";
  if (mark === "w" || mark === "W") return wordAround(text, at, around, mark === "w" ? kindOf : bigKindOf);
  const pair = ["()", "[]", "{}", "<>"].find((each) => each.includes(mark)) ?? (mark === "b" ? "()" : mark + mark);
  const found = pair[0] === pair[1] ? quotesAround(text, at, mark) : bracketsAround(text, at, pair);
  if (!found) return undefined;
  return around ? [found[0], found[1] + 1] : [found[0] + 1, found[1]];
}

/** The cursor `by` lines further down, in the same column where there is one. Undefined beyond the first or last line. */
export function vertical(text: string, at: number, by: number): number | undefined {
  const column = at - lineStart(text, at);
  let line = lineStart(text, at);
  for (let left = Math.abs(by); left > 0; left--) {
    if (by > 0 && lineEnd(text, line) === text.length) return undefined;
    if (by < 0 && line === 0) return undefined;
    line = by > 0 ? lineEnd(text, line) + 1 : lineStart(text, line - 1);
  }
  return Math.min(line + column, lineEnd(text, line));
}

export function firstLetter(text: string, at: number): number {
  const start = lineStart(text, at);
  return start + (/^[ \t]*/.exec(text.slice(start, lineEnd(text, start)))?.[0].length ?? 0);
}

function lines(text: string, at: number, by: number): number {
  return by === 0 ? at : (vertical(text, at, by) ?? at);
}

function repeat(step: (text: string, at: number) => number): Motion {
  return (text, at, count) => {
    let to = at;
    for (let left = Math.min(count, text.length); left > 0; left--) to = step(text, to);
    return { to };
  };
}

function inclusive(motion: Motion): Motion {
  return (...given) => {
    const target = motion(...given);
    return target && { ...target, inclusive: true };
  };
}

function kindOf(character: string | undefined): Kind {
  if (character === undefined || /\s/.test(character)) return "blank";
  return /[\p{L}\p{N}\p{M}_]/u.test(character) ? "word" : "mark";
}

function bigKindOf(character: string | undefined): Kind {
  return kindOf(character) === "blank" ? "blank" : "word";
}

function nextWord(text: string, at: number, kind: typeof kindOf): number {
  const here = kind(text[at]);
  let to = at;
  if (here !== "blank") while (to < text.length && kind(text[to]) === here) to++;
  while (to < text.length && kind(text[to]) === "blank") to++;
  return to;
}

function wordBefore(text: string, at: number, kind: typeof kindOf): number {
  let to = at;
  while (to > 0 && kind(text[to - 1]) === "blank") to--;
  const there = kind(text[to - 1]);
  while (to > 0 && kind(text[to - 1]) === there) to--;
  return to;
}

function endOfWord(text: string, at: number, kind: typeof kindOf): number {
  let to = at + 1;
  while (to < text.length && kind(text[to]) === "blank") to++;
  const there = kind(text[to]);
  while (to + 1 < text.length && kind(text[to + 1]) === there) to++;
  return Math.min(to, Math.max(0, text.length - 1));
}

function find(
  text: string,
  at: number,
  count: number,
  character: string,
  by: 1 | -1,
  beside: number,
): Target | undefined {
  const [start, end] = [lineStart(text, at), lineEnd(text, at)];
  let to = at;
  for (let left = count; left > 0; left--) {
    to += by;
    while (to >= start && to < end && !text.startsWith(character, to)) to += by;
    if (to < start || to >= end) return undefined;
  }
  return { to: to + beside, inclusive: by === 1 };
}

function wordAround(text: string, at: number, around: boolean, kind: typeof kindOf): readonly [number, number] {
  const here = kind(text[at]);
  const inLine = (index: number): boolean => index >= lineStart(text, at) && index < lineEnd(text, at);
  let [from, to] = [at, at];
  while (inLine(from - 1) && kind(text[from - 1]) === here) from--;
  while (inLine(to) && kind(text[to]) === here) to++;
  if (!around) return [from, to];
  const end = to;
  while (inLine(to) && kind(text[to]) === "blank") to++;
  if (to === end) while (inLine(from - 1) && kind(text[from - 1]) === "blank") from--;
  return [from, to];
}

function quotesAround(text: string, at: number, mark: string): readonly [number, number] | undefined {
  const [start, end] = [lineStart(text, at), lineEnd(text, at)];
  const found: number[] = [];
  for (let index = start; index < end; index++) if (text[index] === mark) found.push(index);
  for (let index = 0; index + 1 < found.length; index += 2) {
    const [open, close] = [found[index] ?? 0, found[index + 1] ?? 0];
    if (at <= close) return [open, close];
  }
  return undefined;
}

function bracketsAround(text: string, at: number, [open, close]: string): readonly [number, number] | undefined {
  let depth = 0;
  let from = at;
  for (; from >= 0; from--) {
    if (text[from] === close && from !== at) depth++;
    if (text[from] === open && depth-- === 0) break;
  }
  if (from < 0) return undefined;
  depth = 0;
  for (let to = from + 1; to < text.length; to++) {
    if (text[to] === open) depth++;
    if (text[to] === close && depth-- === 0) return [from, to];
  }
  return undefined;
}
