import { clip } from "../../core/text.ts";
import { bullets } from "./agent-answer.ts";
import type { Player } from "./draft.ts";
import { chance, namedPaths, salientWords, stem } from "./words.ts";

export type Ranked = { readonly id: string; readonly score: number; readonly traits: Traits };

type Traits = {
  readonly title: string;
  readonly steps: number;
  readonly files: number;
  readonly covered: number;
  readonly asked: number;
  readonly admitsDoubt: boolean;
};

/** The answers by the player's taste, best first. Depends on the texts, the task and the player only. */
export function rankAnswers(player: Player, task: string, answers: ReadonlyMap<string, string>): Ranked[] {
  return [...answers]
    .map(([id, text]): Ranked => {
      const traits = readTraits(task, text);
      return { id, traits, score: merit(traits) + chance(player.seed, player.agentId, "taste", text) };
    })
    .sort((a, b) => b.score - a.score || a.id.localeCompare(b.id));
}

/** Why the first is better than the second, in terms of what the two texts hold. */
export function voteReason(player: Player, best: Ranked, other: Ranked | undefined): string {
  const { title, steps, files, covered, asked, admitsDoubt } = best.traits;
  const strengths = [
    steps > 0 && `its ${steps} steps can be followed one by one`,
    files > 0 && `it names the files that it looked at`,
    asked > 0 &&
      covered > 0 &&
      `it covers ${covered === asked ? "everything" : `${covered} of the ${asked} things`} that the message names`,
    admitsDoubt && "it says what it is not sure of",
  ].filter((strength) => strength !== false);
  const start = Math.floor(chance(player.seed, player.agentId, "reason", title) * Math.max(1, strengths.length));
  const chosen = [...strengths.slice(start), ...strengths.slice(0, start)].slice(0, 2);
  const because = chosen.length > 0 ? chosen.join(", and ") : "it answers the message most directly";
  return `“${clip(title, 60)}”: ${because}.${other ? ` ${weakness(best.traits, other)}` : ""}`;
}

/** At most 1 for the text itself, as much as taste: a plainly better answer wins, equal ones divide the team. */
function merit({ steps, files, covered, asked, admitsDoubt }: Traits): number {
  const coverage = asked === 0 ? 0.5 : covered / asked;
  return 0.4 * coverage + 0.06 * Math.min(steps, 5) + 0.15 * Math.min(files, 1) + (admitsDoubt ? 0.15 : 0);
}

function readTraits(task: string, text: string): Traits {
  const asked = salientWords(task, 8).map((word) => stem(word).toLowerCase());
  const lower = text.toLowerCase();
  return {
    title: /^#+\s*(.+)$/m.exec(text)?.[1]?.trim() ?? text.split("\n")[0]?.trim() ?? "",
    steps: bullets(text).length > 0 ? [...text.matchAll(/^\s*\d+[.)]\s/gm)].length : 0,
    files: namedPaths(text).length,
    covered: asked.filter((word) => lower.includes(word)).length,
    asked: asked.length,
    admitsDoubt: /not sure|risk|trade-?off|uncertain|open question|limitation/i.test(text),
  };
}

function weakness(best: Traits, { id, traits }: Ranked): string {
  if (traits.files < best.files && traits.files === 0) return `${id} does not say which files it means.`;
  if (traits.steps < best.steps) return `${id} (“${clip(traits.title, 40)}”) is thinner on how to do it.`;
  if (traits.covered < best.covered) return `${id} leaves part of the question aside.`;
  return `“${clip(traits.title, 40)}” of ${id} would work too, but it starts later with what matters.`;
}
