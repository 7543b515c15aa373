import { type Ran, runInTerminal, runToEnd } from "./child.ts";
import { type Figure, inTurn, type Row } from "./figure.ts";
import { prose } from "./prose.ts";
import type { ModelScript } from "../helpers/model-server.ts";
import type { Stage } from "./stage.ts";
import { modelNames, placeWithTeam, withServer } from "./team-file.ts";

const AGENTS = 3;
/** One token every 10 ms and agent, as fast models do it. */
const PACE_MS = 10;
const QUESTION = "Why?";

/** What a token costs while a team works: a long run minus a short one, so that the start does not count. */
export const stream: Figure = {
  name: "stream",
  async measure(stage) {
    const tokens = stage.quick ? 300 : 1000;
    const runs = stage.quick ? 1 : 3;
    const paced = await inTurn(runs, programs(stage, tokens, PACE_MS));
    const unpaced = await inTurn(runs, programs(stage, tokens * 3, 0));
    const name = "the SDK, three streams";
    const row = (what: string, ours: readonly number[], samples: readonly number[]): Row => ({
      what: `CPU per 1,000 tokens of a team, ${what}`,
      unit: "ms",
      ours,
      floor: { name, samples },
    });
    return [
      row("headless, 100 a second each", paced.headless, paced.sdk),
      row("live view, 100 a second each", paced.live, paced.sdk),
      row("headless, as fast as it goes", unpaced.headless, unpaced.sdk),
      row("live view, as fast as it goes", unpaced.live, unpaced.sdk),
    ];
  },
};

function programs(stage: Stage, tokens: number, chunkDelayMs: number) {
  const perThousand = async (run: (tokens: number) => Promise<Ran>): Promise<number> => {
    const [short, long] = [await run(1), await run(tokens)];
    return ((long.cpuMs - short.cpuMs) / (AGENTS * (tokens - 1))) * 1000;
  };
  const team = (count: number, run: typeof runToEnd, flags: readonly string[]): Promise<Ran> =>
    withServer(teamScript(count, chunkDelayMs), (server) => {
      const { cwd, config } = placeWithTeam(stage, server, AGENTS);
      return run(stage, cwd, [stage.massgen, ...flags, "--config", config, QUESTION]);
    });
  return {
    headless: () => perThousand((count) => team(count, runToEnd, ["--automation"])),
    live: () => perThousand((count) => team(count, runInTerminal, [])),
    sdk: () =>
      perThousand((count) =>
        withServer(
          () => ({ text: prose(count), chunks: count, chunkDelayMs }),
          (server) =>
            runToEnd(stage, stage.place(), [
              stage.floors.sdkStreams,
              server.baseUrl("chatcompletion"),
              ...modelNames(AGENTS),
            ]),
        ),
      ),
  };
}

/** Everybody thinks aloud for so many tokens, answers, and votes for the first one; the winner presents. */
function teamScript(tokens: number, chunkDelayMs: number): ModelScript {
  const text = prose(tokens);
  return ({ tools, model }) => {
    if (tools.includes("vote"))
      return { calls: [{ name: "vote", input: { agent_id: "agent1", reason: "Complete." } }] };
    if (!tools.includes("new_answer")) return { text: "Because." };
    const content = `The answer of ${model}.`;
    return { text, chunks: tokens, chunkDelayMs, calls: [{ name: "new_answer", input: { content } }] };
  };
}
