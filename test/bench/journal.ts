import { createLog } from "../../src/core/log.ts";
import type { RunEvent } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { RunSettings } from "../../src/core/run/settings.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import { statusJson } from "../../src/core/run/status-json.ts";
import { decide } from "../../src/engine/decide.ts";
import { type Figure, inTurn } from "./figure.ts";

const MEASURED = 1000;

/** What the engine does with an event, early in a run and late in a very long one. */
export const journal: Figure = {
  name: "journal",
  async measure(stage) {
    const late = stage.quick ? 20_000 : 100_000;
    // The compiler has had its say before anything counts.
    cpuAfter(late);
    const samples = await inTurn(stage.quick ? 3 : 9, {
      early: async () => cpuAfter(MEASURED),
      late: async () => cpuAfter(late),
    });
    return [
      {
        what: `CPU of ${MEASURED} events after ${late} others`,
        unit: "ms",
        ours: samples.late,
        floor: { name: `after ${MEASURED} others`, samples: samples.early },
      },
    ];
  },
};

/** Reduces, decides and makes a status of events of a run that has had so many. */
function cpuAfter(events: number): number {
  const log = createLog<RunState, RunEvent>({ reduce: reduceRun, initial: newRun, past: [], now: Date.now });
  for (const event of opening()) log.apply(event);
  for (let count = 0; count < events; count += 2) useTool(log.apply, count);
  const before = process.cpuUsage();
  for (let count = 0; count < MEASURED; count += 2) {
    useTool(log.apply, events + count);
    decide(log.get());
    statusJson(log.get(), { sessionId: "s", logDir: "/l", now: 0 });
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const AGENTS = ["ada", "bob", "cyd"];

function opening(): readonly RunEvent[] {
  const agents = AGENTS.map((id) => ({ id, model: "m", backend: "b", simulated: false }));
  const settings = RunSettings.parse({});
  return [
    {
      type: "run_started",
      question: "q",
      title: "t",
      purpose: "execution",
      agents,
      settings,
      contextPaths: [],
      instructions: {},
    },
    ...AGENTS.map((agent): RunEvent => ({
      type: "execution_started",
      agent,
      execution: 1,
      sees: [],
      mayAnswer: true,
      mayVote: false,
    })),
  ];
}

function useTool(apply: (event: RunEvent) => void, count: number): void {
  const agent = AGENTS[count % AGENTS.length] ?? "ada";
  const id = `c${count}`;
  apply({
    type: "tool_started",
    agent,
    call: { id, name: "read_file", input: { path: "a.ts" } },
    summary: "read a.ts",
  });
  const outcome = { output: "x".repeat(200), failed: false, durationMs: 1, inputChars: 10 };
  apply({ type: "tool_finished", agent, callId: id, name: "read_file", ...outcome });
}
