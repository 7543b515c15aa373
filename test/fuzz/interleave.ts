import { createHash } from "node:crypto";
import type * as z from "zod";
import { FaultError } from "../../src/core/fault.ts";
import { createLog, type Log } from "../../src/core/log.ts";
import type { ModelClient, ModelEvent, ModelRequest } from "../../src/core/model.ts";
import type { RunEvent, RunRecord } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { RunSettings } from "../../src/core/run/settings.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import type { Workspaces } from "../../src/core/workspace.ts";
import type { EngineAgent } from "../../src/engine/agent.ts";
import { driveRun } from "../../src/engine/drive.ts";
import { lookTool } from "../helpers/look-tool.ts";
import { virtualClock } from "../helpers/virtual-clock.ts";
import { checkRequest } from "./check-request.ts";
import { candidates } from "./erratic-model.ts";
import type { Played } from "./schedule.ts";

/**
 * What an agent does with one model call, a letter each: A answers · O votes for its own answer · N for the next
 * agent's · L for the last one's · T calls a tool · W writes text only · B answers and votes at once · F fails, and may
 * work later · X fails for good · H hangs. After its last letter it votes for the first it may vote for, or answers.
 */
export type Script = string;

export type Situation = {
  readonly scripts: readonly Script[];
  readonly settings?: z.input<typeof RunSettings>;
  /** Each agent's call costs this much, in configuration order; 0.01 otherwise. */
  readonly prices?: readonly number[];
};

/** Asked whenever more than one reply could be the next: gives the place of one of them, or "stop". */
export type Choose = (options: number, key: () => string) => number | "stop";

/** Plays a situation, the order of its replies being chosen. Undefined when that was stopped. Requests are checked while `isNew`. */
export async function playChosen(
  situation: Situation,
  choose: Choose,
  isNew: () => boolean = () => true,
): Promise<Played | undefined> {
  const clock = virtualClock();
  const waiting: { readonly name: string; readonly release: () => void }[] = [];
  const hold = new AbortController();
  const conversations: ModelRequest[] = [];
  const wrongRequests: string[] = [];
  let armed = false;

  /** Resolves when it is chosen. The choice is made once nothing else can happen any more at this moment. */
  function turn(name: string, signal: AbortSignal): Promise<void> {
    if (!armed) clock.timer(0, pick);
    armed = true;
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        waiting.splice(waiting.indexOf(entry), 1);
        signal.removeEventListener("abort", abort);
      };
      const abort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      const release = (): void => {
        leave();
        resolve();
      };
      const entry = { name, release };
      waiting.push(entry);
      signal.addEventListener("abort", abort, { once: true });
    });
  }

  function pick(): void {
    armed = false;
    const ready = waiting.toSorted((a, b) => (a.name < b.name ? -1 : 1));
    if (ready.length === 0) return;
    const key = (): string => keyOf(log.get(), conversations, [...ready.map(({ name }) => name), `${clock.now()}`]);
    const choice = ready.length === 1 ? 0 : choose(ready.length, key);
    if (choice === "stop") return hold.abort();
    ready[choice]?.release();
    if (ready.length === 1) return;
    clock.timer(0, pick);
    armed = true;
  }

  const agents = situation.scripts.map((script, index): EngineAgent => {
    const id = `member-${index}`;
    let calls = 0;
    const model: ModelClient = {
      backend: "scripted",
      model: "scripted",
      simulated: false,
      async *stream(request, signal): AsyncGenerator<ModelEvent> {
        conversations[index] = { ...request, messages: [...request.messages] };
        if (isNew()) wrongRequests.push(...checkRequest(log.get(), id, request).map((wrong) => `${id} ${wrong}`));
        const move = script[calls] ?? "";
        calls += 1;
        if (move === "H") await clock.sleep(100_000_000, signal);
        await turn(`${id} ${calls}`, signal);
        yield { type: "text", delta: `thought ${calls} of ${index}` };
        if (move === "F") throw new FaultError({ code: "network", message: "The connection broke" });
        if (move === "X") throw new FaultError({ code: "auth", message: "The key was refused" });
        const made = callsOf(move, request, index, calls).map((call, at) => ({ ...call, id: `c${calls}-${at}` }));
        yield {
          type: "done",
          text: `thought ${calls} of ${index}`,
          reasoning: "",
          calls: made,
          stop: made.length > 0 ? "calls" : "end",
          usage: { input: 100, cachedInput: 0, output: 20, reasoning: 0 },
          costUsd: situation.prices?.[index] ?? 0.01,
        };
      },
    };
    const look = lookTool(async (_input, { signal }) => {
      await turn(`${id} ${calls} looks`, signal);
      return "nothing to see";
    });
    return { id, model, instructions: "", files: noFiles.filesOf(id), tools: [look] };
  });

  const records: RunRecord[] = [];
  const log: Log<RunState, RunEvent> = createLog<RunState, RunEvent>({
    reduce: reduceRun,
    initial: newRun,
    past: [],
    now: clock.now,
  });
  log.subscribe((record) => records.push(record));
  log.apply({
    type: "run_started",
    question: "q",
    title: "q",
    purpose: "execution",
    agents: agents.map(({ id, model }) => ({ id, model: model.model, backend: model.backend, simulated: false })),
    settings: RunSettings.parse(situation.settings ?? {}),
    contextPaths: [],
    instructions: {},
  });
  const shell = { log, agents, workspaces: noFiles, clock, hasUser: false, flush: async () => {}, onDelta: () => {} };
  const signals = { hold: hold.signal, stop: new AbortController().signal };
  const state = await clock.run(driveRun(shell, signals));
  return hold.signal.aborted ? undefined : { state, records, resumedAfter: 0, wrongRequests };
}

export type Explored = {
  /** Schedules that were played, those included that were left where they met one that had been played. */
  readonly played: number;
  /** Complete schedules that they stand for. */
  readonly schedules: number;
  /** Every order was played, none left to the bound. */
  readonly complete: boolean;
};

/**
 * Plays every order in which the replies of a situation can arrive, at most `bound` of them, depth first; equal states
 * are gone on from once.
 */
export async function explore(
  situation: Situation,
  onEnd: (played: Played) => void,
  bound = Number.POSITIVE_INFINITY,
): Promise<Explored> {
  const known = new Map<string, number>();
  const path: { readonly key: string; readonly options: number; taken: number; schedules: number }[] = [];
  let played = 0;
  for (;;) {
    let depth = 0;
    let met = 0;
    played += 1;
    const choose: Choose = (options, keyNow) => {
      const step = path[depth];
      depth += 1;
      if (step) return step.taken;
      const key = keyNow();
      met = known.get(key) ?? 0;
      if (met > 0) return "stop";
      path.push({ key, options, taken: 0, schedules: 0 });
      return 0;
    };
    const end = await playChosen(situation, choose, () => depth >= path.length);
    if (end) onEnd(end);
    let found = end ? 1 : met;
    for (let step = path.at(-1); step; step = path.at(-1)) {
      step.schedules += found;
      step.taken += 1;
      if (step.taken < step.options) break;
      known.set(step.key, step.schedules);
      found = step.schedules;
      path.pop();
    }
    if (path.length === 0) return { played, schedules: found, complete: true };
    if (played >= bound)
      return { played, schedules: path.reduce((sum, step) => sum + step.schedules, 0), complete: false };
  }
}

const noFiles: Workspaces = {
  filesOf: (agent) => ({ root: `/run/w${agent.at(-1)}`, snapshots: "/run/snapshots", grants: [] }),
  snapshot: async () => ({ path: null, files: [] }),
};

function callsOf(move: string, request: ModelRequest, index: number, call: number): { name: string; input: unknown }[] {
  const ids = candidates(request);
  // Whoever presents just writes.
  if (ids.length === 0 && !request.tools.some(({ name }) => name === "new_answer")) return [];
  const own = ids.find((id) => id === `agent${index + 1}`) ?? ids[0];
  const next = ids.find((id) => id > `agent${index + 1}`) ?? ids[0];
  const vote = (target: string | undefined) => [
    { name: "vote", input: { agent_id: target ?? "agent1", reason: "because" } },
  ];
  const answer = [{ name: "new_answer", input: { content: `answer ${call} of ${index}` } }];
  switch (move) {
    case "A":
      return answer;
    case "O":
      return vote(own);
    case "N":
      return vote(next);
    case "L":
      return vote(ids.at(-1));
    case "T":
      return request.tools.some(({ name }) => name === "look") ? [{ name: "look", input: {} }] : vote(ids[0]);
    case "W":
      return [];
    case "B":
      return [...answer, ...vote(own)];
    default:
      if (ids.length > 0) return vote(ids[0]);
      return answer;
  }
}

/** Everything that what comes next depends on. What only tells of the past is left out. */
function keyOf(run: RunState, conversations: readonly ModelRequest[], ready: readonly string[]): string {
  const { phase, percent, final } = run;
  const answers = run.answers.toSorted((a, b) => (a.label < b.label ? -1 : 1));
  const said = conversations.map(({ messages, tools }) => [messages, tools.map(({ name }) => name)]);
  const agents = run.agents.map(({ status, updates, executions, salvaged, spend, enforcements, lastActivityAt }) => [
    status,
    updates,
    executions,
    salvaged,
    spend,
    enforcements.length,
    lastActivityAt,
  ]);
  return createHash("sha1")
    .update(JSON.stringify([phase, answers, percent, final?.text, agents, said, ready]))
    .digest("base64");
}
