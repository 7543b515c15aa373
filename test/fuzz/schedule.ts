import { FaultError } from "../../src/core/fault.ts";
import { createLog, type Log } from "../../src/core/log.ts";
import type { RunEvent, RunRecord } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { RunSettings } from "../../src/core/run/settings.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import type { Workspaces } from "../../src/core/workspace.ts";
import { addEvent, type SteerNow, steerEvent } from "../../src/core/run/steer.ts";
import type { EngineAgent } from "../../src/engine/agent.ts";
import { driveRun } from "../../src/engine/drive.ts";
import { type VirtualClock, virtualClock } from "../helpers/virtual-clock.ts";
import { erraticModel, erraticTool, type Random, randomFrom } from "./erratic-model.ts";
import { checkRequest } from "./check-request.ts";

export type Played = {
  readonly state: RunState;
  readonly records: readonly RunRecord[];
  /** How many events `past` had. */
  readonly resumedAfter: number;
  /** What was wrong with the requests that the models got, a sentence each. */
  readonly wrongRequests: readonly string[];
};

/** Plays one random schedule to its end. With `past` it is resumed from there. */
export async function playSchedule(seed: number, past: readonly RunRecord[] = []): Promise<Played> {
  const resumed = past.length > 0;
  const random = randomFrom(resumed ? seed + 7_777_777 : seed);
  const shape = randomFrom(seed);
  const count = 1 + Math.floor(shape() * 7);
  const temper = {
    failure: shape() < 0.5 ? 0.05 : shape() * 0.6,
    stubborn: shape() < 0.15,
    quick: shape() < 0.1,
  };
  const clock = virtualClock();
  const wrongRequests: string[] = [];
  const look = erraticTool(random, clock);
  const agents = Array.from({ length: count }, (_, index): EngineAgent => {
    const id = `member-${index}`;
    const model = erraticModel(random, clock, temper, (request) => {
      wrongRequests.push(...checkRequest(log.get(), id, request).map((wrong) => `${id} ${wrong}`));
    });
    return { id, model, instructions: "", files: noFiles.filesOf(id), tools: [look] };
  });
  const records: RunRecord[] = [...past];
  const base = past.at(-1)?.at ?? 0;
  const log: Log<RunState, RunEvent> = createLog<RunState, RunEvent>({
    reduce: reduceRun,
    initial: newRun,
    past: records,
    now: () => base + clock.now(),
  });
  log.subscribe((record) => records.push(record));
  // The last one may join later, or never.
  const first = count > 1 && shape() < 0.3 ? agents.slice(0, -1) : agents;
  log.apply(resumed ? { type: "run_resumed" } : started(first, shape));
  const stop = new AbortController();
  if (!resumed && shape() < 0.1) clock.timer(shape() * 100_000, () => stop.abort());
  if (shape() < 0.1) {
    clock.timer(shape() * 100_000, () => {
      if (log.get().phase.kind === "coordinating") log.apply({ type: "wrap_up_started", reason: "answer_now" });
    });
  }
  steerAtRandom(
    log,
    clock,
    randomFrom(seed + 31_337),
    agents.map(({ id }) => id),
  );
  // A disk that takes a moment: other agents go on meanwhile.
  const flush = async (): Promise<void> => {
    if (random() < 0.2) await clock.sleep(Math.floor(random() * 50));
  };
  const shell = { log, agents, past, workspaces: noFiles, clock, flush, hasUser: false, onDelta: () => {} };
  const signals = { hold: new AbortController().signal, stop: stop.signal };
  const state = await clock.run(driveRun(shell, signals));
  return { state, records, resumedAfter: past.length, wrongRequests };
}

const noFiles: Workspaces = {
  filesOf: (agent) => ({ root: `/run/w${agent.length}${agent.at(-1)}`, snapshots: "/run/snapshots", grants: [] }),
  snapshot: async () => ({ path: null, files: [] }),
};

/** In a quarter of the schedules the user does something to the run. Whatever is paused goes on again. */
function steerAtRandom(
  log: Log<RunState, RunEvent>,
  clock: VirtualClock,
  random: Random,
  ids: readonly string[],
): void {
  if (random() > 0.25) return;
  const one = (): string => ids[Math.floor(random() * ids.length)] ?? "";
  const orders: readonly (SteerNow | "add")[] = [
    { do: "note", text: "be brief" },
    { do: "note", text: "look again", agents: [one()] },
    { do: "pause" },
    "add",
    { do: "drop", agent: one() },
    { do: "choose", agent: one() },
    { do: "limits", timeoutSeconds: 20 + random() * 100 },
    { do: "limits", maxCostUsd: 0.05 + random() * 0.2 },
  ];
  const apply = (order: SteerNow | "add"): void => {
    try {
      const run = log.get();
      const joins = ids.find((id) => !run.agents.some((agent) => agent.id === id));
      if (order !== "add") log.apply(steerEvent(run, order));
      else if (joins !== undefined)
        log.apply(addEvent(run, { id: joins, model: "erratic", backend: "erratic", simulated: false }));
    } catch (error) {
      // Too late, or nothing to choose yet: the order is refused, as it would be to the user.
      if (!(error instanceof FaultError)) throw error;
    }
  };
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    const order = orders[Math.floor(random() * orders.length)];
    const at = random() * 80_000;
    if (order) clock.timer(at, () => apply(order));
    clock.timer(at + 30_000, () => apply({ do: "continue" }));
  }
}

function started(agents: readonly EngineAgent[], random: Random): RunEvent {
  const maybe = (share: number): boolean => random() < share;
  return {
    type: "run_started",
    contextPaths: [],
    instructions: {},
    question: "q",
    title: "q",
    purpose: "execution",
    agents: agents.map(({ id, model }) => ({ id, model: model.model, backend: model.backend, simulated: false })),
    settings: RunSettings.parse({
      refinement: maybe(0.8),
      maxNewAnswersPerAgent: maybe(0.1) ? null : 1 + Math.floor(random() * 3),
      maxNewAnswersGlobal: maybe(0.15) ? 1 + Math.floor(random() * 6) : null,
      maxRestartsPerAgent: Math.floor(random() * 6),
      restartPolicy: maybe(0.2) ? "abort" : "inject",
      blindFirstRound: maybe(0.6),
      skipVoting: maybe(0.1),
      skipFinalPresentation: maybe(0.2),
      disableInjection: maybe(0.1),
      deferVoting: maybe(0.1),
      planningMode: maybe(0.1),
      personas: maybe(0.1) ? {} : null,
      maxOrchestrationRestarts: maybe(0.6) ? 1 + Math.floor(random() * 2) : 0,
      maxToolCallsPerExecution: 1 + Math.floor(random() * 5),
      budget: {
        maxModelCalls: maybe(0.2) ? 1 + Math.floor(random() * 20) : 200,
        maxCostUsd: maybe(0.1) ? 0.01 + random() * 0.2 : null,
        maxTokens: maybe(0.1) ? 120 + Math.floor(random() * 2000) : null,
      },
      timeouts: {
        agent: 30 + random() * 200,
        orchestrator: maybe(0.2) ? 20 + random() * 200 : 1800,
        presentation: 20 + random() * 60,
        firstRound: maybe(0.15) ? 5 + random() * 60 : null,
        laterRounds: maybe(0.15) ? 5 + random() * 60 : null,
        roundGrace: random() * 60,
      },
    }),
  };
}
