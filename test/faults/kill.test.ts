import { expect, test } from "vitest";
import { type KillRound, playKill } from "./kill-round.ts";

const KILLS = 12;
const AT_ONCE = 3;

test(`${KILLS} runs that are killed at any event go on, lose nothing that anybody saw, and leave nobody behind`, async () => {
  const seeds = Array.from({ length: KILLS }, (_, seed) => seed);
  const next = seeds.values();
  const rounds: (KillRound & { readonly seed: number })[] = [];
  const lane = async (): Promise<void> => {
    for (const seed of next) rounds.push({ seed, ...(await playKill(seed)) });
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  expect(rounds.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
  // The rounds are only worth something when they are cut off at many places.
  const places = new Set(rounds.flatMap(({ killedAfter }) => killedAfter));
  expect(places.size).toBeGreaterThan(KILLS / 2);
  expect(rounds.filter(({ commands }) => commands > 0).length).toBeGreaterThan(1);
});
