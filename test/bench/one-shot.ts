import { runToEnd } from "./child.ts";
import { type Figure, inTurn, median } from "./figure.ts";
import { modelNames, placeWithTeam, withServer } from "./team-file.ts";

/** What a script waits for beside the model: a run of one agent whose model answers at once. */
export const oneShot: Figure = {
  name: "oneshot",
  measure: (stage) =>
    withServer(
      ({ tools }) => (tools.includes("new_answer") ? answer : { text: "Because." }),
      async (server) => {
        const base = server.baseUrl("chatcompletion");
        const trips: number[] = [];
        for (let trip = 0; trip < 20; trip += 1) trips.push(await roundTrip(base));
        const programs = {
          massgen: async () => {
            const { cwd, config } = placeWithTeam(stage, server, 1);
            const asked = server.requests.length;
            const ran = await runToEnd(stage, cwd, [stage.massgen, "--automation", "--config", config, "Why?"]);
            const served = (server.requests.length - asked) * median(trips);
            return { wall: ran.wallMs - served, cpu: ran.cpuMs };
          },
          bare: async () => {
            const ran = await runToEnd(stage, stage.place(), [stage.floors.oneRequest, base, ...modelNames(1)]);
            return { wall: ran.wallMs - median(trips), cpu: ran.cpuMs };
          },
        };
        await inTurn(1, programs);
        const { massgen, bare } = await inTurn(stage.quick ? 3 : 12, programs);
        const name = "bare Node, fetch";
        return [
          {
            what: "--automation, one agent, beside the model's time",
            unit: "ms",
            ours: massgen.map(({ wall }) => wall),
            floor: { name, samples: bare.map(({ wall }) => wall) },
            aim: 300,
          },
          {
            what: "the same, CPU time",
            unit: "ms",
            ours: massgen.map(({ cpu }) => cpu),
            floor: { name, samples: bare.map(({ cpu }) => cpu) },
          },
        ];
      },
    ),
};

const answer = { calls: [{ name: "new_answer", input: { content: "Because." } }] };

/** The server's own time for one answer, by a client that is warm. */
async function roundTrip(base: string): Promise<number> {
  const started = performance.now();
  const body = JSON.stringify({ model: "m1", stream: true, messages: [{ role: "user", content: "Why?" }] });
  const response = await fetch(`${base}/chat/completions`, { method: "POST", body });
  await response.text();
  return performance.now() - started;
}
