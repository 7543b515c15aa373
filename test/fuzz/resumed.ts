import type { RunRecord } from "../../src/core/run/events.ts";
import { randomFrom } from "./erratic-model.ts";
import { type Played, playSchedule } from "./schedule.ts";

/** Plays a schedule, cuts it off after a random event, and plays it on from there. A stopped run goes on from its end. */
export async function playResumed(seed: number, first?: Played): Promise<Played> {
  const { state, records } = first ?? (await playSchedule(seed));
  const random = randomFrom(seed + 5);
  const whole = state.phase.kind === "ended" && state.phase.outcome === "cancelled" && random() < 0.7;
  const cut = whole ? records.length : cutAt(records, random);
  return playSchedule(seed, records.slice(0, cut));
}

/** Right after an answer often, since that is where two events belong together. */
function cutAt(records: readonly RunRecord[], random: () => number): number {
  const answers = records.flatMap(({ type, seq }) => (type === "answer_submitted" ? [seq + 1] : []));
  const [any, which] = [random(), random()];
  const answer = answers[Math.floor(which * answers.length)];
  return any < 0.4 && answer !== undefined ? answer : 1 + Math.floor(which * (records.length - 1));
}
