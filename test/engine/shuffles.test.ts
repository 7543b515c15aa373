import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { newRun } from "../../src/core/run/state.ts";
import { randomFrom } from "../fuzz/erratic-model.ts";
import { playChosen, type Situation } from "../fuzz/interleave.ts";
import { checkInvariants } from "../fuzz/invariants.ts";

const ORDERS = 100;
const ONE_ANSWER = { maxNewAnswersPerAgent: 1 };

/** What the agents do does not hang on the order, and everything happens at the same moment. The letters are those of `Script`. */
const SITUATIONS: readonly (Situation & {
  readonly name: string;
  readonly winner: string;
  readonly by: readonly string[];
})[] = [
  { name: "all vote for one", scripts: ["AN", "AO", "AL", "A"], winner: "member-1", by: ["votes"] },
  { name: "each votes for itself", scripts: ["AO", "AO", "AO"], winner: "member-0", by: ["id"] },
  { name: "each votes for the next", scripts: ["AN", "AN", "AN"], winner: "member-0", by: ["id"] },
  {
    name: "a tie goes to the cheaper",
    scripts: ["AO", "AO", "AO"],
    prices: [0.03, 0.02, 0.01],
    winner: "member-2",
    by: ["cost"],
  },
  {
    name: "two against two",
    scripts: ["AO", "AO", "A", "AL"],
    winner: "member-0",
    by: ["votes"],
    settings: ONE_ANSWER,
  },
  {
    name: "the last voter is ahead, until it has paid for its vote for the second",
    scripts: ["AL", "AL", "A", "A"],
    winner: "member-0",
    by: ["id", "votes"], // votes where one that could change nothing was let off
    settings: ONE_ANSWER,
  },
  { name: "seven agents", scripts: ["AL", "AL", "AL", "AL", "A", "AO", "AO"], winner: "member-6", by: ["votes"] },
  { name: "one cannot pay", scripts: ["X", "AO", "AO"], winner: "member-1", by: ["id"] },
  { name: "one loses its key after its answer", scripts: ["AX", "AN", "AO"], winner: "member-2", by: ["votes"] },
  { name: "one comes back at its last chance", scripts: ["FAO", "AO", "AO"], winner: "member-0", by: ["votes"] },
  { name: "nobody votes", scripts: ["A", "A", "A"], winner: "member-0", by: ["id"], settings: { skipVoting: true } },
  { name: "tools come first", scripts: ["TAL", "TAL", "AO", "WAO"], winner: "member-3", by: ["votes"] },
];

describe(`in ${ORDERS} orders of arrival`, () => {
  test.each(SITUATIONS)("$name: $winner wins", async (situation) => {
    const winners = new Set<string | undefined>();
    const reasons = new Set<string | undefined>();
    const paths = new Set<string>();
    for (let order = 0; order < ORDERS; order += 1) {
      const random = randomFrom(order);
      const played = await playChosen(situation, (options) => Math.floor(random() * options));
      if (!played) throw new Error("The run was stopped");
      checkInvariants(order, played);
      const { phase } = played.state;
      const winner = phase.kind === "ended" ? phase.winner : undefined;
      winners.add(winner?.agent);
      reasons.add(winner?.tieBreak);
      paths.add(played.records.map(({ type, ...rest }) => `${type} ${"agent" in rest ? rest.agent : ""}`).join());
      expect(JSON.stringify(replay(played.records))).toBe(JSON.stringify(played.state));
    }
    expect([...winners]).toEqual([situation.winner]);
    expect(reasons).toEqual(new Set(situation.by));
    expect(paths.size).toBeGreaterThan(2);
  });
});

/** As from the disk: through JSON, line by line. */
function replay(records: readonly RunRecord[]): unknown {
  return records.map((record) => JSON.parse(JSON.stringify(record)) as RunRecord).reduce(reduceRun, newRun);
}
