import { setTimeout as wait } from "node:timers/promises";
import { cpuMsOf } from "./child.ts";
import { type Figure, inTurn, type Row } from "./figure.ts";
import { prose } from "./prose.ts";
import { openChat } from "./raw-terminal.ts";
import type { Stage } from "./stage.ts";
import { placeWithTeam, withServer } from "./team-file.ts";

const END = "That is all.";
/** Tokens: four paragraphs, one of them code. */
const FIRST = 240;
const END_OF_FIRST = "That was the first.";
const SETTLE_MS = 1000;

/** What a reply of the lead costs the machine and the line to the terminal. */
export const reply: Figure = {
  name: "reply",
  async measure(stage) {
    const runs = stage.quick ? 1 : 3;
    const flood = stage.quick ? 5000 : 20_000;
    const { fast, paced } = await inTurn(runs, {
      fast: () => costOf(stage, flood, 0),
      paced: () => costOf(stage, stage.quick ? 900 : 3000, 3),
    });
    const rows = (what: string, costs: readonly Cost[], cpu: number, bytes: number): Row[] => [
      { what: `CPU per 1,000 tokens of a reply ${what}`, unit: "ms", ours: costs.map((cost) => cost.cpuMs), aim: cpu },
      {
        what: `written per token of a reply ${what}`,
        unit: "bytes",
        ours: costs.map((cost) => cost.bytes),
        aim: bytes,
      },
    ];
    return [
      ...rows(`of ${flood.toLocaleString("en")} at full speed`, fast, 60, 7),
      ...rows("at 330 tokens a second", paced, 300, 40),
      {
        what: "clears of the screen or the scrollback",
        unit: "times",
        ours: [...fast, ...paced].map(({ clears }) => clears),
        aim: 0,
      },
    ];
  },
};

type Cost = { readonly cpuMs: number; readonly bytes: number; readonly clears: number };

/** Of the second reply of a chat: with the first one the SDK, the prices and the grammars of code are loaded. */
function costOf(stage: Stage, tokens: number, chunkDelayMs: number): Promise<Cost> {
  let replies = 0;
  return withServer(
    () => {
      replies += 1;
      if (replies === 1) return { text: `${prose(FIRST)}\n\n${END_OF_FIRST}`, chunks: FIRST };
      return { text: `${prose(tokens)}\n\n${END}`, chunks: tokens, chunkDelayMs };
    },
    async (server) => {
      const { cwd, config } = placeWithTeam(stage, server, 1);
      const terminal = await openChat(stage, cwd, [stage.massgen, "--config", config]);
      const ready = terminal.heard(END_OF_FIRST);
      terminal.type("Hello?\r");
      await ready;
      await wait(SETTLE_MS);
      const [cpuMs, bytes] = [cpuMsOf(terminal.pid), terminal.bytes()];
      const over = terminal.heard(END);
      terminal.type("Why?\r");
      await over;
      const cost = {
        cpuMs: ((cpuMsOf(terminal.pid) - cpuMs) / tokens) * 1000,
        bytes: (terminal.bytes() - bytes) / tokens,
        clears: terminal.clears(),
      };
      await terminal.kill();
      return cost;
    },
  );
}
