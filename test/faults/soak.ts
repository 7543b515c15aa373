import { playKill } from "./kill-round.ts";

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** `npm run soak [-- ROUNDS [FIRST_SEED]]`: kills and resumes one run after the other. Exits 1 when one of them lost something. */
async function main([rounds = "60", first = "0"]: readonly string[]): Promise<number> {
  const after: number[] = [];
  let failed = 0;
  let inCommand = 0;
  for (let seed = Number(first); seed < Number(first) + Number(rounds); seed++) {
    const { wrong, killedAfter, commands } = await playKill(seed);
    after.push(...killedAfter);
    if (commands > 0) inCommand += 1;
    if (wrong.length === 0) continue;
    failed += 1;
    say(`seed ${seed}, killed after ${killedAfter.join(" and ")}: ${wrong.join("; ")}`);
  }
  say(
    `${rounds} rounds, ${after.length} kills after ${new Set(after).size} different numbers of events, ${inCommand} in the middle of a command, ${failed} failed`,
  );
  return failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
