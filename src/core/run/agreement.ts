import * as z from "zod";
import { plural } from "../text.ts";
import { AgentId } from "./terms.ts";
import { newestAnswers } from "./freshness.ts";
import type { Answer, RunState } from "./state.ts";

/** How far answers that were written blind to each other agree. */
export const Agreement = z.object({
  /** How many answers were compared. */
  answers: z.int(),
  /** What at least two of them say, what most of them say first. In the words of the first who says it. */
  shared: z.array(z.object({ text: z.string(), agents: z.array(AgentId) })),
  /** How many points only one of them makes. */
  alone: z.int(),
});
export type Agreement = z.infer<typeof Agreement>;

/** By the answers of a state: a screen asks again and again. */
const found = new WeakMap<readonly Answer[], Agreement>();

/** Share of the weight of the shorter point's words that must be in the other one. */
const SAME = 0.5;
/** Points of all answers together: every one is compared with every other. */
const MAX_POINTS = 600;
/** Words of a point: with fewer it is a heading or an "ok", with which everything agrees. */
const FEWEST_WORDS = 3;

type Point = { readonly agent: AgentId; readonly text: string; readonly words: ReadonlySet<string> };
type Group = Omit<Point, "agent"> & { readonly weight: number; readonly agents: Set<AgentId> };

/**
 * Of a run without refinement, whose agents do not see each other's answers; undefined for any other, and for fewer
 * than two answers. A measure by words: it finds what is said in much the same terms, and not what is put otherwise.
 */
export function agreementOf(run: RunState): Agreement | undefined {
  if (run.settings.refinement) return undefined;
  const answers = newestAnswers(run);
  if (answers.length < 2) return undefined;
  const known = found.get(run.answers);
  if (known) return known;
  const agreement = compare(answers);
  found.set(run.answers, agreement);
  return agreement;
}

function compare(answers: readonly Answer[]): Agreement {
  const each = Math.floor(MAX_POINTS / answers.length);
  const points = answers.flatMap(({ agent, text }) => pointsOf(agent, text).slice(0, each));
  const weigh = weights(points);
  const groups: Group[] = [];
  for (const { agent, text, words } of points) {
    const weight = sum(words, weigh);
    const group = groups.find((one) => sum(common(one.words, words), weigh) >= SAME * Math.min(one.weight, weight));
    if (group) group.agents.add(agent);
    else groups.push({ text, words, weight, agents: new Set([agent]) });
  }
  const several = groups.filter(({ agents }) => agents.size > 1).sort((a, b) => b.agents.size - a.agents.size);
  return {
    answers: answers.length,
    shared: several.map(({ text, agents }) => ({ text, agents: [...agents] })),
    alone: groups.length - several.length,
  };
}

/** "2 points by all 3, 1 by 2, 4 by one only" */
export function agreementText({ answers, shared, alone }: Agreement): string {
  const counts = [...new Set(shared.map(({ agents }) => agents.length))];
  const parts = counts.map((count) => {
    const points = shared.filter(({ agents }) => agents.length === count).length;
    return `${plural(points, "point")} by ${count === answers ? `all ${count}` : `${count} of ${answers}`}`;
  });
  return [...parts, `${plural(alone, "point")} by one only`].join(", ");
}

/** List items, table rows, and sentences; code is left out. */
function pointsOf(agent: AgentId, text: string): readonly Point[] {
  const prose = text.replace(/^ {0,3}(```|~~~)[^]*?(?:^ {0,3}\1|$(?![^]))/gm, "\n");
  return prose
    .split(/\n+/)
    .filter((line) => !/^\s*(#|[|\s:-]+$)/.test(line))
    .map((line) => line.replace(/^\s*(?:[-*+•>|]|\d+[.)])\s*/, "").replace(/[*`|]|__/g, " "))
    .flatMap((line) => line.split(/(?<=[.!?;])\s+(?=\S)|(?<=[。！？])/u))
    .map((point) => ({ agent, text: point.replace(/\s+/g, " ").trim(), words: wordsOf(point) }))
    .filter(({ words }) => words.size >= FEWEST_WORDS);
}

/** Paths and names with their punctuation are words. Where words are not set apart, pairs of characters are. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}_](?:[\p{L}\p{N}_./:'-]*[\p{L}\p{N}_])?/gu) ?? [];
  return new Set(words.flatMap((word) => (/[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/u.test(word) ? pairs(word) : [word])));
}

function pairs(word: string): readonly string[] {
  const characters = Array.from(word);
  return characters.length < 2 ? characters : characters.slice(1).map((one, at) => `${characters[at] ?? ""}${one}`);
}

/** A word counts the less the more points have it: that both say "the" is no agreement. */
function weights(points: readonly Point[]): (word: string) => number {
  const uses = new Map<string, number>();
  for (const { words } of points) for (const word of words) uses.set(word, (uses.get(word) ?? 0) + 1);
  return (word) => Math.log(1 + points.length / (uses.get(word) ?? 1)) * Math.min(word.length, 6);
}

function sum(words: Iterable<string>, weigh: (word: string) => number): number {
  let total = 0;
  for (const word of words) total += weigh(word);
  return total;
}

function common(a: ReadonlySet<string>, b: ReadonlySet<string>): readonly string[] {
  return [...a].filter((word) => b.has(word));
}
