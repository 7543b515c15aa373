import { expect, test } from "vitest";
import { countVotes, newestAnswers } from "../../src/core/run/freshness.ts";
import type { RunRecord } from "../../src/core/run/events.ts";
import { checkInvariants } from "../fuzz/invariants.ts";
import { explore, type Situation } from "../fuzz/interleave.ts";
import type { Played } from "../fuzz/schedule.ts";
import { situations } from "../fuzz/situations.ts";

/** 1: as in the gate. More: that many times as many situations, for as long as that takes. */
const DEPTH = Number(process.env["MASSGEN_INTERLEAVINGS"] ?? 1);

test.each([2, 3, 4])(
  "%i agents: whatever the order in which their replies arrive, the run ends, breaks no rule, and equal facts have one winner",
  { timeout: 120_000 * DEPTH },
  async (agents) => {
    const total = { situations: 0, complete: 0, played: 0, schedules: 0 };
    for (const situation of situations(agents, DEPTH)) {
      const winners = new Map<string, string>();
      const check = (played: Played): void => {
        try {
          checkInvariants(0, played);
          expectOneWinner(winners, played);
        } catch (error) {
          throw new Error(`${JSON.stringify(situation)}: ${String(error)}`, { cause: error });
        }
      };
      const explored = await explore(situation, check, (BOUNDS[agents] ?? 1) * DEPTH);
      total.situations += 1;
      if (explored.complete) total.complete += 1;
      total.played += explored.played;
      total.schedules += explored.schedules;
    }
    process.stdout.write(
      `${agents} agents: ${total.situations} situations, ${total.complete} of them in every order; ` +
        `${total.played} schedules played, which stand for ${total.schedules}\n`,
    );
    expect(total.schedules).toBeGreaterThan(AT_LEAST[agents] ?? Number.POSITIVE_INFINITY);
  },
);

/** Schedules of one situation that the gate has time for. */
const BOUNDS: Readonly<Record<number, number>> = { 2: 400, 3: 150, 4: 80 };

/** Far fewer: equal states that are not seen to be equal, or scripts that no longer meet. */
const AT_LEAST: Readonly<Record<number, number>> = { 2: 1000, 3: 2000, 4: 5000 };

test("each of three agents comes first in some of the orders", async () => {
  const situation: Situation = { scripts: ["AN", "AN", "AN"], settings: { blindFirstRound: false } };
  const first = new Set<string | undefined>();
  const { schedules } = await explore(situation, ({ records }) => {
    const answer = records.find(({ type }) => type === "answer_submitted");
    first.add(answer && "agent" in answer ? answer.agent : undefined);
  });
  expect(schedules).toBeGreaterThan(50);
  expect(first).toEqual(new Set(["member-0", "member-1", "member-2"]));
});

/** Answers, valid votes and costs are the facts; in what order they came about is not among them. */
function expectOneWinner(winners: Map<string, string>, { state: run, records }: Played): void {
  const costs = run.agents.map(({ id }) => costOf(id, records));
  const answers = newestAnswers(run).map(({ label, text, at }) => [label, text, Math.floor(at / 1000)]);
  const facts = JSON.stringify([answers, answers.map(([label]) => countVotes(run)[`${label}`] ?? 0), costs]);
  const winner = run.phase.kind === "ended" ? `${run.phase.winner?.agent} ${run.phase.winner?.label}` : "";
  if (answers.length === 0) return;
  const before = winners.get(facts);
  if (before !== undefined && before !== winner) throw new Error(`${before} and ${winner} win with ${facts}`);
  winners.set(facts, winner);
}

/** Without the presentation: that is paid for once the winner is known. */
function costOf(id: string, records: readonly RunRecord[]): string {
  return records
    .reduce((sum, record) => {
      const counts = record.type === "model_replied" && record.agent === id && record.execution !== undefined;
      return counts ? sum + (record.costUsd ?? 0) : sum;
    }, 0)
    .toFixed(6);
}
