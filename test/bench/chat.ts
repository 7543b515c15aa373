import { cpuMsOf, openPrompt, runToEnd } from "./child.ts";
import { type Figure, inTurn } from "./figure.ts";
import { prose } from "./prose.ts";
import type { Stage } from "./stage.ts";
import { modelNames, placeWithTeam, withServer } from "./team-file.ts";

/** One token every 5 ms. */
const PACE_MS = 5;
const END = "That is all.";
const LOOK_MS = 100;

/** What a token of the lead costs while its reply grows on the screen. */
export const chat: Figure = {
  name: "chat",
  async measure(stage) {
    const tokens = stage.quick ? 1000 : 5000;
    const { massgen, sdk } = await inTurn(stage.quick ? 1 : 2, {
      massgen: () => replyInChat(stage, tokens),
      sdk: () => replyInSdk(stage, tokens),
    });
    const what = `of a reply of ${tokens.toLocaleString("en")} in the chat`;
    return [
      {
        what: `CPU per 1,000 tokens ${what}`,
        unit: "ms",
        ours: massgen.map(({ mean }) => mean),
        floor: { name: "the SDK, one stream", samples: sdk },
      },
      {
        what: `the same, last fifth ${what}`,
        unit: "ms",
        ours: massgen.map(({ last }) => last),
        floor: { name: "its first fifth", samples: massgen.map(({ first }) => first) },
      },
    ];
  },
};

/** CPU ms per 1,000 tokens. */
type Cost = { readonly mean: number; readonly first: number; readonly last: number };

async function replyInChat(stage: Stage, tokens: number): Promise<Cost> {
  let asked = (): void => {};
  const question = new Promise<void>((resolve) => {
    asked = resolve;
  });
  return withServer(
    () => {
      asked();
      return { text: `${prose(tokens)}\n\n${END}`, chunks: tokens, chunkDelayMs: PACE_MS };
    },
    async (server) => {
      const { config } = placeWithTeam(stage, server, 1);
      const terminal = await openPrompt(stage, [stage.massgen, "--config", config]);
      terminal.type("Why?");
      await terminal.waitFor("enter sends");
      terminal.press("enter");
      await question;
      const looks = [look()];
      const timer = setInterval(() => looks.push(look()), LOOK_MS);
      await terminal.waitFor(END, { timeoutMs: 300_000 }).finally(() => clearInterval(timer));
      looks.push(look());
      await terminal.kill();
      return costOf(looks, tokens);

      function look(): Look {
        return { at: performance.now(), cpuMs: cpuMsOf(terminal.pid) };
      }
    },
  );
}

type Look = { readonly at: number; readonly cpuMs: number };

/** The server keeps its pace, so a fifth of the time is a fifth of the tokens. */
function costOf(looks: readonly Look[], tokens: number): Cost {
  const [first, last] = [looks[0], looks.at(-1)];
  if (!first || !last) return { mean: NaN, first: NaN, last: NaN };
  const cpuAt = (share: number): number => {
    const at = first.at + share * (last.at - first.at);
    return (looks.find((each) => each.at >= at) ?? last).cpuMs;
  };
  const cost = (from: number, to: number): number => ((cpuAt(to) - cpuAt(from)) / ((to - from) * tokens)) * 1000;
  return { mean: cost(0, 1), first: cost(0, 0.2), last: cost(0.8, 1) };
}

async function replyInSdk(stage: Stage, tokens: number): Promise<number> {
  const cpuMs = (count: number): Promise<number> =>
    withServer(
      () => ({ text: prose(count), chunks: count, chunkDelayMs: PACE_MS }),
      async (server) => {
        const argv = [stage.floors.sdkStreams, server.baseUrl("chatcompletion"), ...modelNames(1)];
        return (await runToEnd(stage, stage.place(), argv)).cpuMs;
      },
    );
  return (((await cpuMs(tokens)) - (await cpuMs(1))) / (tokens - 1)) * 1000;
}
