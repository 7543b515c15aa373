import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type ImageStore, imagesBeside, openImageStore } from "../../projects/images.ts";
import { openJournal } from "../../projects/journal.ts";
import { massgenWorkspaces } from "../../projects/layout.ts";
import { acquireLock, type Lock } from "../../projects/lock.ts";
import type { AgentConfig } from "../core/config/schema.ts";
import type { Fault } from "../core/fault.ts";
import type { Feed, LiveRun } from "../core/front-end.ts";
import { createLog, type Log } from "../core/log.ts";
import { isOver } from "../core/run/freshness.ts";
import type { RunEvent, RunRecord } from "../core/run/events.ts";
import type { RunAgent } from "../core/run/terms.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { newRun, type RunState } from "../core/run/state.ts";
import { addEvent, freeId, type SteerNow, steerEvent } from "../core/run/steer.ts";
import type { EngineAgent } from "../engine/agent.ts";
import { driveRun } from "../engine/drive.ts";
import type { LogPlace } from "../logs/layout.ts";
import { openRunLogs } from "../logs/run-logs.ts";
import { createLiveRun, type Delta } from "./live-run.ts";
import { modelSpecs, type Roster, type RunOrder } from "./roster.ts";
import { orderForOne } from "./run-order.ts";
import { runFacts } from "./run-facts.ts";
import { openSurroundings } from "./run-surroundings.ts";
import { writeOrigin } from "./run-origin.ts";
import { createWrittenLog } from "./written-log.ts";

export type RunPlace = {
  readonly runId: string;
  readonly number: number;
  readonly logs: LogPlace;
  /** Absolute path of the run's journal. */
  readonly journal: string;
};

export type RunOutcome = {
  readonly state: RunState;
  /** Absolute path of final/<winner>/answer.txt; undefined when there is none. */
  readonly answerFile: string | undefined;
  /** Why the journal or the log folder is incomplete. */
  readonly diskFault: Fault | undefined;
};

export type RunHandle = {
  readonly place: RunPlace;
  /** What the user should know of how it runs, a line each. */
  readonly notices: readonly string[];
  /** As far as it is on disk. */
  readonly log: Pick<Log<RunState, RunEvent>, "get" | "subscribe">;
  readonly live: Feed<LiveRun>;
  /** Never rejects for a failure of the run; resolves when it has ended or is held, and its files are written. */
  readonly done: Promise<RunOutcome>;
  readonly stop: () => void;
  /** Leaves the run as it is, to be resumed. */
  readonly hold: () => void;
  readonly answerNow: () => void;
  /** Throws FaultError "usage" for what cannot be done now. */
  readonly steer: (steer: SteerNow) => void;
  /** One more of this configured agent joins. Rejects with FaultError when it cannot: a key is missing, the run is over. */
  readonly add: (agent: AgentConfig) => Promise<void>;
};

/** Held by the program that drives the run. */
export function runLock(journal: string): string {
  return join(dirname(journal), "lock");
}

/**
 * Starts a run, or goes on with one whose records are given; of one that has ended it only completes the log folder.
 * Everything that can be wrong with the order (a missing key, a context path that is not there) is thrown as a
 * FaultError before anything is spent, and so is that another program drives the run.
 */
export async function startRun(
  order: RunOrder,
  roster: Roster,
  place: RunPlace,
  past: readonly RunRecord[] = [],
): Promise<RunHandle> {
  // A key that is missing is told before there is a folder for the run.
  modelSpecs(order, roster);
  await mkdir(dirname(place.journal), { recursive: true, mode: 0o700 });
  const lock = await acquireLock(runLock(place.journal), { owner: `run ${place.runId}` });
  try {
    return await begin(order, roster, place, past, lock);
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function begin(
  order: RunOrder,
  roster: Roster,
  place: RunPlace,
  past: readonly RunRecord[],
  lock: Lock,
): Promise<RunHandle> {
  const directory = join(massgenWorkspaces(roster.cwd), place.logs.sessionId);
  const images = openImageStore(() => imagesBeside(place.journal));
  if (past.length === 0) await takeOver(order, roster, images);
  const surroundings = await openSurroundings(order, roster, directory, images);
  const { workspaces, secrets } = surroundings;
  const log = createLog<RunState, RunEvent>({
    reduce: reduceRun,
    initial: newRun,
    past,
    now: Date.now,
    clean: secrets.value,
  });
  // Grows when somebody joins; the engine looks at it whenever it begins something.
  const agents = [...(await surroundings.open(order, log.get))];
  const journal = openJournal<RunRecord>(place.journal, "run");
  log.subscribe((record) => journal.append(record));
  const ended = isOver(log.get());
  const final = ended ? past.findLastIndex(({ type }) => type === "final_stored") : -1;
  const written = createWrittenLog(log, journal.flush, past, final < 0 ? past.length : final);
  const logs = openRunLogs({
    place: place.logs,
    log: written,
    now: Date.now,
    workspaces: directory,
    past: past.slice(0, final < 0 ? past.length : final),
    facts: runFacts(roster, { journal: place.journal, workspaces, agents, clean: secrets.value }),
    debug: roster.launch?.debug,
  });
  const live = createLiveRun(place, written, past);

  if (!ended) log.apply(past.length > 0 ? { type: "run_resumed" } : started(order, agents));
  await journal.flush().catch(async (error: unknown) => {
    await logs.close();
    await journal.close().catch(() => {});
    live.close();
    throw error;
  });
  // Without it the run can still go on, with --config.
  await writeOrigin(place.journal, roster.origin, roster.env).catch(() => {});

  let joining = Promise.resolve();
  const hold = new AbortController();
  const stop = new AbortController();
  const shell = {
    log,
    agents,
    past,
    hasUser: roster.hasUser,
    workspaces,
    clock: { now: Date.now, timer: startTimer },
    flush: journal.flush,
    onDelta: (agent: string, delta: Delta) => {
      logs.streamed(agent, delta);
      live.streamed(agent, delta);
    },
  };
  const done = driveRun(shell, { hold: hold.signal, stop: stop.signal }).then(finish, async (error: unknown) => {
    // A bug in the engine: the run is kept as it is, and can be resumed by a version that has mended it.
    await finish();
    throw error;
  });

  return {
    place,
    notices: surroundings.notices,
    log: written,
    live: live.feed,
    done,
    stop: () => stop.abort(),
    hold: () => hold.abort(),
    steer: (steer) => log.apply(steerEvent(log.get(), steer)),
    add: (agent) => {
      const adding = joining.then(() => addOne(agent));
      joining = adding.catch(() => {});
      return adding;
    },
    answerNow: () => {
      if (log.get().phase.kind === "coordinating") log.apply({ type: "wrap_up_started", reason: "answer_now" });
    },
  };

  /** One at a time, so that no two get the same number. */
  async function addOne(agent: AgentConfig): Promise<void> {
    const id = freeId(log.get(), agent.id);
    const opened = await surroundings.add(orderForOne(order, agent, id), agents.length + 1, log.get);
    if (!opened) return;
    const event = addEvent(log.get(), { ...factsOf(opened), ...(id === agent.id ? {} : { like: agent.id }) });
    agents.push(opened);
    log.apply(event);
  }

  async function finish(): Promise<RunOutcome> {
    const failed = await journal.flush().then(
      () => undefined,
      () => journal.health(),
    );
    await written.settled();
    await logs.close();
    await surroundings.close();
    await journal.close().catch(() => {});
    await lock.release().catch(() => {});
    live.close();
    return { state: log.get(), answerFile: logs.answerFile(), diskFault: failed ?? logs.health() };
  }
}

/** A run has the bytes of what it shows beside its own journal: it can be resumed whatever becomes of the chat. */
async function takeOver({ images = [] }: RunOrder, { readImage }: Roster, store: ImageStore): Promise<void> {
  for (const image of images) if (readImage) await store.keep(await readImage(image), image.name);
}

function started(order: RunOrder, agents: readonly EngineAgent[]): RunEvent {
  const { question, images = [], title, purpose, settings, contextPaths, instructions, personas } = order;
  return {
    type: "run_started",
    question,
    ...(images.length > 0 && { images: [...images] }),
    title,
    purpose,
    settings,
    contextPaths: [...contextPaths],
    instructions: { ...instructions },
    ...(personas && { personas: { ...personas } }),
    agents: agents.map(factsOf),
  };
}

function factsOf({ id, model: { model, backend, simulated }, synthesis }: EngineAgent): RunAgent {
  return { id, model, backend, simulated, ...(synthesis ? { synthesis: synthesis.model } : {}) };
}

/** Keeps the program alive: whoever waits for a limit waits for it. */
function startTimer(ms: number, fire: () => void): () => void {
  // Node fires timers of more than 24.8 days at once.
  const timer = setTimeout(fire, Math.min(ms, 2 ** 31 - 1));
  return () => clearTimeout(timer);
}
