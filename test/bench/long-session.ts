import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { openChat as openChatWithoutScreen } from "../../src/app/open-chat.ts";
import { turnUnderWay } from "../../src/core/chat/turn.ts";
import { residentMbOf } from "./child.ts";
import { type Figure, inTurn } from "./figure.ts";
import { prose } from "./prose.ts";
import { openChat, openRaw } from "./raw-terminal.ts";
import type { Stage } from "./stage.ts";
import { placeWithTeam, withServer } from "./team-file.ts";

const LAST = "the very last question";

/** Opening a session of many turns, and what many long turns leave in memory. */
export const longSession: Figure = {
  name: "long-session",
  async measure(stage) {
    const turns = stage.quick ? 200 : 1000;
    const cwd = await sessionOf(stage, turns);
    const times = await inTurn(stage.quick ? 2 : 7, {
      long: () => timeToShow(stage, cwd, ["-c"], LAST),
      none: () => timeToShow(stage, stage.place(), [], "❯"),
    });
    const grown = await growth(stage, stage.quick ? 40 : 200);
    return [
      {
        what: `start → a session of ${turns.toLocaleString("en")} turns is on the screen`,
        unit: "ms",
        ours: times.long,
        floor: { name: "massgen without a session", samples: times.none },
        aim: 500,
      },
      { what: `memory after ${grown.turns} more turns of 500 tokens`, unit: "MB", ours: [grown.mb], aim: 30 },
    ];
  },
};

/** A directory whose newest session has so many turns, held with the simulated model. */
async function sessionOf(stage: Stage, turns: number): Promise<string> {
  const cwd = stage.place();
  const config = join(cwd, "team.yaml");
  const backend = "backend: {type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 0}";
  writeFileSync(config, `agents: [{id: ada, ${backend}}]\n`);
  const env = { HOME: stage.env["HOME"] };
  const { frontEnd, left } = await openChatWithoutScreen({
    cwd,
    env,
    version: "0.0.0",
    configRef: config,
    dryRun: false,
  });
  for (let turn = 1; turn <= turns; turn += 1) {
    const before = frontEnd.chat.get().items.length;
    frontEnd.send({ do: "say", text: turn === turns ? LAST : `Question ${turn}: what is a moon, and what is none?` });
    await new Promise<void>((resolve) => {
      const look = (): void => {
        const chat = frontEnd.chat.get();
        if (chat.items.length <= before + 1 || turnUnderWay(chat)) return;
        stop();
        resolve();
      };
      const stop = frontEnd.chat.subscribe(look);
      look();
    });
  }
  frontEnd.quit();
  await left;
  return cwd;
}

async function timeToShow(stage: Stage, cwd: string, flags: readonly string[], text: string): Promise<number> {
  const started = performance.now();
  const terminal = openRaw(stage, cwd, [stage.massgen, ...flags]);
  const shown = await terminal.heard(text);
  await terminal.kill();
  return shown - started;
}

async function growth(stage: Stage, turns: number): Promise<{ readonly turns: number; readonly mb: number }> {
  let turn = 0;
  return withServer(
    () => ({ text: `${prose(500)}\n\nEnd of turn ${turn}.`, chunks: 50 }),
    async (server) => {
      const { cwd, config } = placeWithTeam(stage, server, 1);
      const terminal = await openChat(stage, cwd, [stage.massgen, "--config", config]);
      const hold = async (count: number): Promise<number> => {
        for (const end = turn + count; turn < end;) {
          turn += 1;
          const over = terminal.heard(`End of turn ${turn}.`);
          terminal.type("Why?\r");
          await over;
        }
        return residentMbOf(terminal.pid);
      };
      // What the first turns load and warm up is no growth.
      const before = await hold(20);
      const after = await hold(turns);
      await terminal.kill();
      return { turns, mb: after - before };
    },
  );
}
