import { checkInvariants } from "./invariants.ts";
import { playPatches } from "./patches.ts";
import { playResumed } from "./resumed.ts";
import { playSchedule } from "./schedule.ts";

const DEFAULT_SCHEDULES = 20_000;
const PART = 1000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const warn = (line: string): void => void process.stderr.write(`${line}\n`);

/**
 * `npm run fuzz [-- SCHEDULES [FIRST_SEED]]`: plays each schedule and one resume of it, and patches for a tenth of the
 * seeds. Exits 1 with the first seed that breaks a rule.
 */
async function main(args: readonly string[]): Promise<number> {
  const schedules = numberOf(args[0], DEFAULT_SCHEDULES);
  const first = numberOf(args[1], 0);
  if (schedules === undefined || first === undefined) {
    warn("Usage: npm run fuzz [-- SCHEDULES [FIRST_SEED]]");
    return 1;
  }
  const patches = Math.ceil(schedules / 10);
  const hold =
    (await play("schedules and their resumes", schedules, first, playSeed)) &&
    (await play("trees with patches", patches, first, playPatches));
  return hold ? 0 : 1;
}

async function play(
  what: string,
  count: number,
  first: number,
  playOne: (seed: number) => Promise<readonly string[]>,
): Promise<boolean> {
  const outcomes = new Map<string, number>();
  const startedAt = performance.now();
  for (let seed = first; seed < first + count; seed++) {
    try {
      for (const ending of await playOne(seed)) outcomes.set(ending, (outcomes.get(ending) ?? 0) + 1);
    } catch (error) {
      warn(`FAILED at seed ${seed} of ${what}: ${error instanceof Error ? error.message : String(error)}`);
      warn(`Again: npm run fuzz -- 1 ${seed}`);
      return false;
    }
    const played = seed + 1 - first;
    if (played % PART !== 0 && played !== count) continue;
    const seconds = (performance.now() - startedAt) / 1000;
    const from = first + Math.floor((played - 1) / PART) * PART;
    say(`seeds ${from}-${seed} hold; ${played} of ${count} in ${seconds.toFixed(1)} s`);
  }
  say(`${count} ${what} hold, seeds ${first}-${first + count - 1}:`);
  for (const [ending, times] of [...outcomes].toSorted((a, b) => b[1] - a[1])) say(`  ${ending}: ${times}`);
  return true;
}

/** How the schedule and its resume ended. */
async function playSeed(seed: number): Promise<readonly string[]> {
  const played = await playSchedule(seed);
  checkInvariants(seed, played);
  const resumed = await playResumed(seed, played);
  checkInvariants(seed, resumed);
  return [played, resumed].map(({ state: { phase } }, index) => {
    const ending = phase.kind === "ended" ? `${phase.outcome} (${phase.reason})` : phase.kind;
    return index === 0 ? ending : `resumed, then ${ending}`;
  });
}

function numberOf(text: string | undefined, otherwise: number): number | undefined {
  const value = text === undefined ? otherwise : Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

process.exitCode = await main(process.argv.slice(2));
