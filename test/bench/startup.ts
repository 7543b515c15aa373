import { openPrompt, runToEnd } from "./child.ts";
import { type Figure, inTurn, type Row } from "./figure.ts";
import type { Stage } from "./stage.ts";

export const startup: Figure = {
  name: "startup",
  async measure(stage) {
    const { massgen, floors } = stage;
    const programs = {
      massgen: () => timeToKey(stage, massgen),
      bare: () => timeToKey(stage, floors.barePrompt),
      ink: () => timeToKey(stage, floors.inkPrompt),
    };
    await inTurn(1, programs); // the first start reads the files from the disk
    const times = await inTurn(stage.quick ? 3 : 15, programs);
    const row = (step: keyof Times, what: string, name: string, floor: readonly Times[], aim?: number): Row => ({
      what,
      unit: "ms",
      ours: times.massgen.map((sample) => sample[step]),
      floor: { name, samples: floor.map((sample) => sample[step]) },
      ...(aim === undefined ? {} : { aim }),
    });
    return [
      row("shown", "start → the prompt is on the screen", "bare Node", times.bare, 300),
      row("shown", "start → the prompt is on the screen", "minimal Ink", times.ink, 300),
      row("echoed", "start → a typed key is on the screen", "bare Node", times.bare, 300),
      row("echoed", "start → a typed key is on the screen", "minimal Ink", times.ink, 300),
    ];
  },
};

export const version: Figure = {
  name: "version",
  async measure(stage) {
    const time = async (argv: readonly string[]): Promise<number> =>
      (await runToEnd(stage, stage.place(), argv)).wallMs;
    const programs = {
      massgen: () => time([stage.massgen, "--version"]),
      bare: () => time(["-p", "process.version"]),
    };
    await inTurn(1, programs);
    const times = await inTurn(stage.quick ? 3 : 15, programs);
    const floor = { name: "node -p process.version", samples: times.bare };
    return [{ what: "massgen --version", unit: "ms", ours: times.massgen, floor }];
  },
};

type Times = { readonly shown: number; readonly echoed: number };

async function timeToKey(stage: Stage, program: string): Promise<Times> {
  const started = performance.now();
  const terminal = await openPrompt(stage, [program]);
  const shown = performance.now() - started;
  terminal.type("q");
  // The key alone proves nothing: until the program takes keys, the terminal itself shows them.
  await terminal.waitFor("enter sends");
  const echoed = performance.now() - started;
  await terminal.kill();
  return { shown, echoed };
}
