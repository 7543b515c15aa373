import { expect, test } from "vitest";
import { checkInvariants } from "../fuzz/invariants.ts";
import { playResumed } from "../fuzz/resumed.ts";
import { playSchedule } from "../fuzz/schedule.ts";

const SCHEDULES = 3000;
const RESUMES = 1000;

test(
  `${SCHEDULES} random schedules, and ${RESUMES} that are cut off after any event and resumed, all end, replay to the same state, and break no rule`,
  { timeout: 120_000 },
  async () => {
    const outcomes = new Map<string, number>();
    for (let seed = 0; seed < SCHEDULES; seed++) {
      const played = await playSchedule(seed);
      checkInvariants(seed, played);
      if (seed < RESUMES) checkInvariants(seed, await playResumed(seed, played));
      const { phase } = played.state;
      const outcome = phase.kind === "ended" ? `${phase.outcome}: ${phase.reason}` : phase.kind;
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    }
    // The schedules are only worth something when they reach every kind of ending.
    for (const ending of [
      "answered: votes",
      "answered: time",
      "answered: budget",
      "answered: answer_now",
      "answered: answers",
    ]) {
      expect(outcomes.get(ending), ending).toBeGreaterThan(5);
    }
    expect([...outcomes.keys()].some((ending) => ending.startsWith("failed"))).toBe(true);
    expect([...outcomes.keys()].some((ending) => ending.startsWith("cancelled"))).toBe(true);
  },
);
