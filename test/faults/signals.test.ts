import { expect, test } from "vitest";
import { sample } from "../helpers/sample.ts";
import { IN_TIME_MS, onQuietMachine } from "./in-time.ts";
import { CAPABILITY } from "../workspace/sandbox-scene.ts";
import { playSignals, type SignalRound } from "./signal-round.ts";

const WORK = "at work";
const COPY = "while files are copied";
const NESTED = "with a massgen inside";
const off = { sandbox: "off" } as const;
const shut = { sandbox: "auto" } as const;

/** B4: what a headless run may get when, and how it ends. The second one comes while it is ending because of the first. */
const ROUNDS: readonly SignalRound[] = [
  { moment: WORK, signals: ["SIGTERM"], ends: ["SIGTERM"], ...off },
  { moment: WORK, signals: ["SIGINT"], ends: [4], ...off },
  { moment: WORK, signals: ["SIGHUP"], ends: ["SIGHUP"], ...off },
  { moment: WORK, signals: ["SIGKILL"], ends: ["SIGKILL"], ...off },
  { moment: NESTED, signals: ["SIGKILL"], ends: ["SIGKILL"], ...off },
  { moment: NESTED, signals: ["SIGTERM"], ends: ["SIGTERM"], ...off },
  { moment: WORK, signals: ["SIGKILL"], ends: ["SIGKILL"], ...shut },
  { moment: WORK, signals: ["SIGTERM"], ends: ["SIGTERM"], ...shut },
  { moment: WORK, signals: ["SIGINT"], ends: [4], ...shut },
  { moment: WORK, signals: ["SIGINT", "SIGINT"], ends: [130], ...off },
  { moment: WORK, signals: ["SIGTERM", "SIGTERM"], ends: ["SIGTERM"], ...off },
  { moment: WORK, signals: ["SIGTERM", "SIGINT"], ends: ["SIGTERM"], ...off },
  { moment: WORK, signals: ["SIGINT", "SIGTERM"], ends: [4, "SIGTERM"], ...off },
  { moment: COPY, signals: ["SIGHUP"], ends: ["SIGHUP"], ...off },
  { moment: COPY, signals: ["SIGTERM"], ends: ["SIGTERM"], ...off },
  { moment: COPY, signals: ["SIGINT"], ends: [4], ...off },
  { moment: COPY, signals: ["SIGKILL"], ends: ["SIGKILL"], ...off },
  { moment: WORK, signals: ["SIGHUP", "SIGTERM"], ends: ["SIGHUP", "SIGTERM"], ...off },
];
const AT_ONCE = 3;

const rounds = sample(ROUNDS, 4);

test.runIf(process.platform === "linux")(
  `${rounds.length} of ${ROUNDS.length} signals and moments of a headless run: it ends as it says, in time, its journal goes on, and of a command that forks, setsids and ignores SIGTERM nothing is left${CAPABILITY}`,
  async () => {
    // Without a sandbox "auto" runs what a rule allows as "off" does.
    const next = rounds.values();
    const wrong: unknown[] = [];
    const lane = async (): Promise<void> => {
      for (const round of next) {
        const { ms, end, ...rest } = await onQuietMachine(() => playSignals(round));
        const isAsWanted = round.ends.some((one) => one === end) && ms <= IN_TIME_MS;
        const isClean = rest.survivors.length + rest.journal.length === 0 && rest.resumed === "answered";
        if (!isAsWanted || !isClean) wrong.push({ ...round, end, ms, ...rest });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    expect(wrong).toEqual([]);
  },
  300_000,
);
