import { FaultError } from "../../src/core/fault.ts";
import { createLog, type Log } from "../../src/core/log.ts";
import type { ModelClient, ModelEvent, ModelRequest } from "../../src/core/model.ts";
import type { RunEvent, RunRecord } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { addEvent, type SteerNow, steerEvent } from "../../src/core/run/steer.ts";
import { RunSettings } from "../../src/core/run/settings.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import type { Workspaces } from "../../src/core/workspace.ts";
import { driveRun } from "../../src/engine/drive.ts";
import type { EngineAgent } from "../../src/engine/agent.ts";
import type { Tool } from "../../src/core/tool.ts";
import { type VirtualClock, virtualClock } from "../helpers/virtual-clock.ts";

/** One model call of a script: what it replies, after how many (virtual) seconds. */
export type Reply = {
  readonly after?: number;
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: unknown }[];
  readonly fault?: ConstructorParameters<typeof FaultError>[0];
  /** What a client throws that is no FaultError. */
  readonly error?: Error;
  readonly cost?: number | null;
};

export type Script = (request: ModelRequest, call: number) => Reply;

export const answer = (content: string, after = 1): Reply => ({
  after,
  calls: [{ name: "new_answer", input: { content } }],
});
export const vote = (target: string, after = 1, reason = "it is the best"): Reply => ({
  after,
  calls: [{ name: "vote", input: { agent_id: target, reason } }],
});
export const submit = (after = 1): Reply => ({ after, calls: [{ name: "submit", input: { confirmed: true } }] });
export const sendBack = (reason: string, instructions = "", after = 1): Reply => ({
  after,
  calls: [{ name: "restart_orchestration", input: { reason, instructions } }],
});
export const offers = (request: ModelRequest, tool: string): boolean => request.tools.some(({ name }) => name === tool);

/** The agents that a `vote` of this request may name. */
export function candidates(request: ModelRequest): readonly string[] {
  const schema = request.tools.find(({ name }) => name === "vote")?.inputSchema;
  const properties = schema?.["properties"] as { agent_id?: { enum?: string[] } } | undefined;
  return properties?.agent_id?.enum ?? [];
}

/** Answers once, then votes for `favourite`, then presents. */
export function plainAgent(content: string, favourite: string, seconds = 1): Script {
  return (request) => {
    if (candidates(request).includes(favourite)) return vote(favourite, seconds);
    if (offers(request, "new_answer")) return answer(content, seconds);
    return { text: `final: ${content}` };
  };
}

/** The same agent where final answers may be sent back: `evaluations` are its replies then, in order; later ones submit. */
export function criticalAgent(content: string, favourite: string, evaluations: readonly Reply[]): Script {
  const plain = plainAgent(content, favourite);
  let evaluated = 0;
  return (request, call) =>
    offers(request, "restart_orchestration") ? (evaluations[evaluated++] ?? submit()) : plain(request, call);
}

/** Everything in it takes effect after the event that is being delivered. */
export type Control = {
  readonly stop: () => void;
  readonly hold: () => void;
  readonly answerNow: () => void;
  readonly steer: (steer: SteerNow) => void;
  /** One of `joining` takes part from now on. */
  readonly add: (id: string) => void;
  readonly apply: (event: RunEvent) => void;
  /** After so many virtual seconds. */
  readonly later: (seconds: number, action: () => void) => void;
};

export type PlayOptions = {
  readonly settings?: Partial<Record<keyof RunSettings, unknown>>;
  readonly tools?: readonly Tool[];
  readonly past?: readonly RunRecord[];
  /** Stands for the disk: awaited before every model call. */
  readonly flush?: (clock: VirtualClock) => Promise<void>;
  readonly workspaces?: Workspaces;
  /** Gets the run's log before its first event. */
  readonly onLog?: (log: Log<RunState, RunEvent>) => void;
  /** Called with every event; may stop or hold the run, or ask for an answer now. */
  readonly during?: (record: RunRecord, control: Control) => void;
  readonly hasUser?: boolean;
  /** Ids of scripts that do not take part from the start. */
  readonly joining?: readonly string[];
};

export type Played = {
  readonly state: RunState;
  readonly records: readonly RunRecord[];
  readonly requests: Readonly<Record<string, readonly ModelRequest[]>>;
};

/** Plays scripted agents, in the order given, through the real engine under virtual time. */
export async function play(scripts: Readonly<Record<string, Script>>, options: PlayOptions = {}): Promise<Played> {
  const clock = virtualClock();
  const requests: Record<string, ModelRequest[]> = {};
  const workspaces = options.workspaces ?? files;
  const agents = Object.entries(scripts).map(([id, script]): EngineAgent => {
    const seen: ModelRequest[] = [];
    requests[id] = seen;
    const model: ModelClient = {
      backend: "scripted",
      model: `model-of-${id}`,
      simulated: false,
      async *stream(request, signal): AsyncIterable<ModelEvent> {
        seen.push({ ...request, messages: [...request.messages] });
        const reply = script(request, seen.length);
        await clock.sleep((reply.after ?? 0) * 1000, signal);
        if (reply.text !== undefined) yield { type: "text", delta: reply.text };
        if (reply.fault) throw new FaultError(reply.fault);
        if (reply.error) throw reply.error;
        const calls = (reply.calls ?? []).map((call, index) => ({ ...call, id: `call-${seen.length}-${index}` }));
        yield {
          type: "done",
          text: reply.text ?? "",
          reasoning: "",
          calls,
          stop: calls.length > 0 ? "calls" : "end",
          usage: { input: 10, cachedInput: 0, output: 5, reasoning: 0 },
          costUsd: reply.cost === undefined ? 0.01 : reply.cost,
        };
      },
    };
    const tools = options.tools ?? [];
    return { id, model, instructions: "", files: workspaces.filesOf(id), tools };
  });
  const records: RunRecord[] = [...(options.past ?? [])];
  const base = records.at(-1)?.at ?? 0;
  const log = createLog<RunState, RunEvent>({
    reduce: reduceRun,
    initial: newRun,
    past: records,
    now: () => base + clock.now(),
  });
  const stop = new AbortController();
  const hold = new AbortController();
  log.subscribe((record) => {
    records.push(record);
    const apply = (event: RunEvent): void => queueMicrotask(() => log.apply(event));
    const steer = (order: SteerNow): void => queueMicrotask(() => log.apply(steerEvent(log.get(), order)));
    const add = (id: string): void =>
      queueMicrotask(() =>
        log.apply(addEvent(log.get(), { id, model: `model-of-${id}`, backend: "s", simulated: false })),
      );
    const later = (seconds: number, action: () => void): void => void clock.timer(seconds * 1000, action);
    const answerNow = (): void => queueMicrotask(() => log.apply({ type: "wrap_up_started", reason: "answer_now" }));
    options.during?.(record, {
      stop: () => stop.abort(),
      hold: () => hold.abort(),
      answerNow,
      steer,
      add,
      apply,
      later,
    });
  });
  options.onLog?.(log);
  log.apply(options.past ? { type: "run_resumed" } : started(agents, options));
  const flush = async (): Promise<void> => options.flush?.(clock);
  const past = options.past ?? [];
  const shell = { log, agents, past, workspaces, clock, flush, hasUser: options.hasUser ?? false, onDelta: () => {} };
  const state = await clock.run(driveRun(shell, { hold: hold.signal, stop: stop.signal }));
  return { state, records, requests };
}

function started(all: readonly EngineAgent[], { settings, joining = [] }: PlayOptions): RunEvent {
  const agents = all.filter(({ id }) => !joining.includes(id));
  return {
    type: "run_started",
    question: "How many moons has Mars?",
    title: "Moons",
    purpose: "execution",
    agents: agents.map(({ id, model }) => ({ id, model: model.model, backend: model.backend, simulated: false })),
    settings: RunSettings.parse(settings ?? {}),
    contextPaths: [],
    instructions: {},
  };
}

const files: Workspaces = {
  filesOf: (agent) => ({ root: `/runs/1/${agent}`, snapshots: "/runs/1/snapshots", grants: [] }),
  snapshot: async () => ({ path: null, files: [] }),
};

export function typesOf(records: readonly RunRecord[], agent?: string): readonly string[] {
  return records
    .filter((record) => agent === undefined || ("agent" in record && record.agent === agent))
    .map(({ type }) => type);
}

/** The records of one type, in order. */
export const only = <Type extends RunRecord["type"]>(records: readonly RunRecord[], type: Type) =>
  records.filter((record): record is Extract<RunRecord, { type: Type }> => record.type === type);

/** The run as it was after each of its events. */
export function statesOf(records: readonly RunRecord[]): readonly { record: RunRecord; state: RunState }[] {
  let state = newRun;
  return records.map((record) => {
    state = reduceRun(state, record);
    return { record, state };
  });
}
