import { setTimeout as wait } from "node:timers/promises";
import { cpuMsOf, openPrompt, residentMbOf } from "./child.ts";
import { type Figure, inTurn, type Row } from "./figure.ts";
import type { Stage } from "./stage.ts";

const SETTLE_MS = 3000;
/** Until V8 has tidied up after the start, once. */
const TIDY_MS = 8000;

export const idle: Figure = {
  name: "idle",
  async measure(stage) {
    const { massgen, floors } = stage;
    const samples = await inTurn(stage.quick ? 1 : 3, {
      massgen: () => atRest(stage, massgen),
      bare: () => atRest(stage, floors.barePrompt),
      ink: () => atRest(stage, floors.inkPrompt),
    });
    const row = (key: keyof Rest, name: string, floor: readonly Rest[]): Row => ({
      what: key === "mb" ? "memory at the prompt after 3 s" : "CPU at the prompt over 10 s",
      unit: key === "mb" ? "MB" : "%",
      ours: samples.massgen.map((sample) => sample[key]),
      floor: { name, samples: floor.map((sample) => sample[key]) },
      aim: key === "mb" ? 100 : 0.5,
    });
    return [
      row("mb", "bare Node", samples.bare),
      row("mb", "minimal Ink", samples.ink),
      row("cpuPercent", "bare Node", samples.bare),
      row("cpuPercent", "minimal Ink", samples.ink),
    ];
  },
};

type Rest = { readonly mb: number; readonly cpuPercent: number };

async function atRest(stage: Stage, program: string): Promise<Rest> {
  const terminal = await openPrompt(stage, [program]);
  await wait(SETTLE_MS);
  const mb = residentMbOf(terminal.pid);
  await wait(TIDY_MS);
  const [cpu, at] = [cpuMsOf(terminal.pid), performance.now()];
  await wait(stage.quick ? 5000 : 10_000);
  const cpuPercent = ((cpuMsOf(terminal.pid) - cpu) / (performance.now() - at)) * 100;
  await terminal.kill();
  return { mb, cpuPercent };
}
