import { type Ran, runInTerminal, runToEnd } from "./child.ts";
import { type Figure, inTurn, type Row } from "./figure.ts";
import { prose } from "./prose.ts";
import type { ModelScript } from "../helpers/model-server.ts";
import type { Stage } from "./stage.ts";
import { modelNames, placeWithTeam, withServer } from "./team-file.ts";

/** One token every 10 ms and agent, as fast models do it. */
const PACE_MS = 10;
const QUESTION = "Why?";

/** What a token costs while a team of three works: a long run minus a short one, so that the start does not count. */
export const stream: Figure = {
  name: "stream",
  async measure(stage) {
    const tokens = stage.quick ? 300 : 1000;
    const runs = stage.quick ? 1 : 3;
    const paced = await inTurn(runs, programs(stage, { agents: 3, tokens, chunkDelayMs: PACE_MS }));
    const unpaced = await inTurn(runs, programs(stage, { agents: 3, tokens: tokens * 3, chunkDelayMs: 0 }));
    return [
      row(3, "headless, 100 a second each", paced.headless, paced.sdk),
      row(3, "live view, 100 a second each", paced.live, paced.sdk),
      row(3, "headless, as fast as it goes", unpaced.headless, unpaced.sdk),
      row(3, "live view, as fast as it goes", unpaced.live, unpaced.sdk),
    ];
  },
};

/** The same for larger teams, without the view. */
export const teams: Figure = {
  name: "teams",
  async measure(stage) {
    const rows: Row[] = [];
    for (const agents of [10, 50]) {
      // Enough that what fifty answers and votes cost, which differs from run to run, is small beside it.
      const tokens = stage.quick ? 1000 : 2000;
      const { headless, sdk } = programs(stage, { agents, tokens, chunkDelayMs: 0 });
      const samples = await inTurn(stage.quick ? 1 : 3, { headless, sdk });
      rows.push(row(agents, "headless, as fast as it goes", samples.headless, samples.sdk));
    }
    return rows;
  },
};

function row(agents: number, what: string, ours: readonly number[], samples: readonly number[]): Row {
  const floor = { name: `the SDK, ${agents} streams`, samples };
  return { what: `CPU per 1,000 tokens of a team of ${agents}, ${what}`, unit: "ms", ours, floor };
}

function programs(
  stage: Stage,
  { agents, tokens, chunkDelayMs }: { readonly agents: number; readonly tokens: number; readonly chunkDelayMs: number },
) {
  const perThousand = async (run: (tokens: number) => Promise<Ran>): Promise<number> => {
    const [short, long] = [await run(1), await run(tokens)];
    return ((long.cpuMs - short.cpuMs) / (agents * (tokens - 1))) * 1000;
  };
  const team = (count: number, run: typeof runToEnd, flags: readonly string[]): Promise<Ran> =>
    withServer(teamScript(count, chunkDelayMs), (server) => {
      const { cwd, config } = placeWithTeam(stage, server, agents);
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
              ...modelNames(agents),
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
