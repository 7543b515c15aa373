import { expect, test } from "vitest";
import { checkInvariants } from "../fuzz/invariants.ts";
import { playResumed } from "../fuzz/resumed.ts";
import { playSchedule } from "../fuzz/schedule.ts";

const SCHEDULES = 2000;
const RESUMES = 600;

test(
  `${SCHEDULES} random schedules, and ${RESUMES} that are cut off after any event and resumed, all end, replay to the same state, and break no rule`,
  { timeout: 120_000 },
  async () => {
    const outcomes = new Map<string, number>();
    const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    for (let seed = 0; seed < SCHEDULES; seed++) {
      const played = await playSchedule(seed);
      checkInvariants(seed, played);
      if (seed < RESUMES) checkInvariants(seed, await playResumed(seed, played));
      const { phase, attempt, final } = played.state;
      if (attempt > 1) count(final?.source === "earlier" ? "earlier" : `attempt ${attempt}`);
      const outcome = phase.kind === "ended" ? `${phase.outcome}: ${phase.reason}` : phase.kind;
      count(outcome);
    }
    // The schedules are only worth something when they reach every kind of ending.
    for (const ending of [
      "answered: votes",
      "answered: time",
      "answered: budget",
      "answered: answer_now",
      "answered: answers",
      "attempt 2",
      "attempt 3",
    ]) {
      expect(outcomes.get(ending), ending).toBeGreaterThan(5);
    }
    expect(outcomes.has("earlier"), "an attempt that gave nothing").toBe(true);
    expect([...outcomes.keys()].some((ending) => ending.startsWith("failed"))).toBe(true);
    expect([...outcomes.keys()].some((ending) => ending.startsWith("cancelled"))).toBe(true);
  },
);
