import { expect, test } from "vitest";
import { sample } from "../helpers/sample.ts";
import { IN_TIME_MS, onQuietMachine } from "./in-time.ts";
import { type ChatRound, playChat } from "./chat-signal-round.ts";

/** B4: what a chat may meet with, and the code that its shell sees. */
const ROUNDS: readonly ChatRound[] = [
  { moment: "streaming", events: ["SIGTERM"], code: 143 },
  { moment: "streaming", events: ["SIGHUP"], code: 129 },
  // Told to go once, it leaves as with /quit.
  { moment: "streaming", events: ["SIGINT"], code: 0 },
  { moment: "asking", events: ["closed"], code: 129 },
  { moment: "streaming", events: ["closed"], code: 129 },
  { moment: "asking", events: ["SIGTERM"], code: 143 },
  { moment: "asking", events: ["SIGHUP"], code: 129 },
  { moment: "streaming", events: ["SIGINT", "SIGINT"], code: 130 },
  { moment: "asking", events: ["SIGINT"], code: 0 },
  { moment: "asking", events: ["SIGTERM", "SIGTERM"], code: 143 },
  { moment: "asking", events: ["SIGTERM", "SIGHUP"], code: 143 },
];
const AT_ONCE = 2;

const rounds = sample(ROUNDS, 3);

test.runIf(process.platform === "linux")(
  `${rounds.length} of ${ROUNDS.length} signals and moments of a chat: it ends as it says, in time, gives the terminal back, loses nothing that was said, and nobody is left`,
  async () => {
    const next = rounds.values();
    const wrong: unknown[] = [];
    const lane = async (): Promise<void> => {
      for (const round of next) {
        const { code, ms, ...rest } = await onQuietMachine(() => playChat(round));
        const isAsWanted = code === round.code && ms <= IN_TIME_MS;
        if (!isAsWanted || Object.values(rest).some((found) => found.length > 0))
          wrong.push({ ...round, wanted: round.code, code, ms, ...rest });
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    expect(wrong).toEqual([]);
  },
  300_000,
);
