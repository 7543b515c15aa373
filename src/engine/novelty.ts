import type { RunSettings } from "../core/run/settings.ts";

const SHINGLE = 3;
const LIMITS = { balanced: 0.7, strict: 0.5 } as const;

/**
 * How much of the new answer stands in the old one, 0 to 1: the share of its runs of three words. A long answer with
 * one real change stays similar, and padding a short one does not make it new.
 */
function overlap(fresh: string, old: string): number {
  const a = shingles(fresh);
  const b = shingles(old);
  if (a.size === 0 || b.size === 0) return a.size === b.size ? 1 : 0;
  let shared = 0;
  for (const shingle of a) if (b.has(shingle)) shared += 1;
  return shared / Math.min(a.size, b.size);
}

/** Whether the answer is too close to one of the others. Lenient never is. */
export function tooSimilar(
  fresh: string,
  others: readonly string[],
  requirement: RunSettings["answerNovelty"],
): boolean {
  if (requirement === "lenient") return false;
  return others.some((other) => overlap(fresh, other) > LIMITS[requirement]);
}

function shingles(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? [];
  if (words.length < SHINGLE) return new Set(words.length === 0 ? [] : [words.join(" ")]);
  return new Set(words.slice(SHINGLE - 1).map((_, at) => words.slice(at, at + SHINGLE).join(" ")));
}
