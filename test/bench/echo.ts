import { setTimeout as wait } from "node:timers/promises";
import type { ModelScript } from "../helpers/model-server.ts";
import { type Figure, type Row, share } from "./figure.ts";
import { prose } from "./prose.ts";
import { openChat, type RawTerminal } from "./raw-terminal.ts";
import type { Stage } from "./stage.ts";
import { placeWithTeam, withServer } from "./team-file.ts";

/** None of them is in what models or massgen write; each is typed once and then wiped away. */
const KEYS = "абвгдежзийклмнопрстуфхцчшщъыьэюя".split("");
const CTRL_U = "\u0015";
/** As fast as people type: 120 words a minute. */
const GAP_MS = 100;

/** From a key to its echo, as the terminal receives it. */
export const echo: Figure = {
  name: "echo",
  async measure(stage) {
    const rounds = stage.quick ? 1 : 4;
    const [rest, ink] = [
      await atRest(stage, stage.massgen, rounds),
      await atRest(stage, stage.floors.inkPrompt, rounds),
    ];
    const team = await whileTeamStreams(stage, rounds);
    const flood = await whileReplyFloods(stage, rounds);
    const floor = { name: "minimal Ink at rest", samples: ink };
    const slowest = { name: floor.name, samples: [share(ink, 0.95)] };
    const p95 = (what: string, samples: readonly number[], aim: number): Row => ({
      what: `key → echo, 95th percentile, ${what}`,
      unit: "ms",
      ours: [share(samples, 0.95)],
      floor: slowest,
      aim,
    });
    return [
      { what: "key → echo at rest", unit: "ms", ours: rest, floor, aim: 4 },
      p95("at rest", rest, 16),
      p95("while three agents stream 330 tokens a second each", team, 16),
      p95("while a reply of 20,000 tokens comes at full speed", flood, 16),
    ];
  },
};

async function atRest(stage: Stage, program: string, rounds: number): Promise<number[]> {
  const terminal = await openChatOr(stage, program);
  const samples = await typeAll(terminal, rounds);
  await terminal.kill();
  return samples;
}

/** The floor asks for no bracketed paste: its prompt is all there is to wait for. */
async function openChatOr(stage: Stage, program: string): Promise<RawTerminal> {
  if (program === stage.massgen) return openChat(stage, stage.place(), [program]);
  const { openRaw } = await import("./raw-terminal.ts");
  const terminal = openRaw(stage, stage.place(), [program]);
  await terminal.heard("❯");
  await wait(500);
  return terminal;
}

function whileTeamStreams(stage: Stage, rounds: number): Promise<number[]> {
  const seconds = (rounds * KEYS.length * GAP_MS) / 1000 + 10;
  const script: ModelScript = ({ tools }) =>
    tools.includes("new_answer")
      ? { text: prose(seconds * 330), chunks: seconds * 330, chunkDelayMs: 3 }
      : { text: "." };
  return withServer(script, async (server) => {
    const { cwd, config } = placeWithTeam(
      stage,
      server,
      3,
      "orchestrator: { interactive_mode: { require_approval: false } }\n",
    );
    const terminal = await openChat(stage, cwd, [stage.massgen, "--config", config]);
    const began = terminal.heard("cyd");
    terminal.type("/run Why?\r");
    await began;
    await wait(1000);
    const samples = await typeAll(terminal, rounds);
    await terminal.kill();
    return samples;
  });
}

/** Again and again, since a reply at full speed is over soon. */
async function whileReplyFloods(stage: Stage, rounds: number): Promise<number[]> {
  const text = prose(20_000);
  return withServer(
    () => ({ text, chunks: 20_000, chunkDelayMs: 0 }),
    async (server) => {
      const { cwd, config } = placeWithTeam(stage, server, 1);
      const samples: number[] = [];
      for (let round = 0; round < rounds * 3; round += 1) {
        const terminal = await openChat(stage, cwd, [stage.massgen, "--config", config]);
        const began = terminal.heard("the team");
        terminal.type("Why?\r");
        await began;
        samples.push(...(await typeKeys(terminal, KEYS.slice(0, 8), 30)));
        await terminal.kill();
      }
      return samples;
    },
  );
}

async function typeAll(terminal: RawTerminal, rounds: number): Promise<number[]> {
  const samples: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    samples.push(...(await typeKeys(terminal, KEYS, GAP_MS)));
    terminal.type(CTRL_U);
    await wait(GAP_MS);
  }
  return samples;
}

async function typeKeys(terminal: RawTerminal, keys: readonly string[], gapMs: number): Promise<number[]> {
  const samples: number[] = [];
  for (const key of keys) {
    const echoed = terminal.heard(key);
    const typed = performance.now();
    terminal.type(key);
    samples.push((await echoed) - typed);
    await wait(gapMs);
  }
  return samples;
}
