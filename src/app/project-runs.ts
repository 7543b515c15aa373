import { join } from "node:path";
import { massgenLogs, runDir, runJournal } from "../../projects/layout.ts";
import { acquireLock, type Lock } from "../../projects/lock.ts";
import type { Project } from "../../projects/open.ts";
import { describeRun, listRuns, nextRun, readRunDescription, type RunDescription } from "../../projects/run-history.ts";
import { mkdir } from "node:fs/promises";
import type { RunProposal } from "../core/chat/approval.ts";
import type { ChatEvent } from "../core/chat/events.ts";
import type { Config } from "../core/config/schema.ts";
import { FaultError } from "../core/fault.ts";
import type { LiveRun, PastRun } from "../core/front-end.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { makeReport } from "../core/run/make-report.ts";
import type { RunReport } from "../core/run/report.ts";
import { newRun, type RunState } from "../core/run/state.ts";
import type { RunsPort } from "../lead/ports.ts";
import { createLogPlace, finalFolder, logPlace, submissionFolder } from "../logs/layout.ts";
import { estimateCost } from "./estimate.ts";
import { contextPathsOf, orderFrom, orderOf } from "./run-order.ts";
import { createFeed } from "./live-feed.ts";
import { readRun } from "./read-journal.ts";
import { modelSpecs, type Roster, type RunOrder } from "./roster.ts";
import { type RunHandle, type RunPlace, startRun } from "./start-run.ts";
import type { Environment } from "./config-directory.ts";

export type ProjectRuns = RunsPort & {
  /** The runs under way, in order of launch. */
  readonly feed: { readonly get: () => readonly LiveRun[]; readonly subscribe: (listener: () => void) => () => void };
  /** Takes up a run that the chat's journal knows as launched and not finished. */
  readonly takeUp: (runId: string) => Promise<void>;
  /** Puts every run under way on hold and waits until all is on disk. */
  readonly hold: () => Promise<void>;
};

type Live = {
  readonly handle: RunHandle;
  readonly description: RunDescription;
  readonly project: Project;
  readonly lock: Lock;
};

/** Runs the team for a chat: launches, keeps the project's record of them, and tells the chat what came of each. */
export function createProjectRuns(options: {
  readonly project: () => Project;
  readonly config: () => Config;
  readonly roster: () => Roster;
  readonly env: Environment;
  /** The chat's journal hears of launches and reports through this. */
  readonly tell: (event: ChatEvent) => void;
}): ProjectRuns {
  const live = new Map<string, Live>();
  const feed = createFeed<readonly LiveRun[]>([], 0);
  const finishing = new Set<Promise<void>>();
  let held = false;

  return { team, defaults, estimate, launch, list, read, cancel, answerNow, resume, takeUp, hold, feed };

  function team(): ReturnType<RunsPort["team"]> {
    const { dryRun } = options.roster();
    return options.config().agents.map(({ id, backend }) => {
      const simulated = dryRun || backend.type === "simulated";
      return { id, model: dryRun ? "simulated" : backend.model, simulated };
    });
  }

  function defaults(): ReturnType<RunsPort["defaults"]> {
    const config = options.config();
    const maxCostUsd = config.settings.budget.maxCostUsd ?? undefined;
    // The team of a chat works on what the user has open, unless the configuration says otherwise.
    const here = [{ path: options.roster().cwd, permission: "read" as const }];
    return { contextPaths: config.contextPaths.length > 0 ? contextPathsOf(config) : here, maxCostUsd };
  }

  async function estimate(draft: Omit<RunProposal, "estimate">): Promise<RunProposal["estimate"]> {
    const runs = await listRuns(options.project()).catch(() => []);
    const experience = runs.flatMap(({ cost_usd: costUsd, agents, refinement, status }) =>
      costUsd === null || agents === undefined || refinement === undefined || status !== "answered"
        ? []
        : [{ costUsd, agents, refinement }],
    );
    return estimateCost(draft, experience);
  }

  async function launch(proposal: RunProposal): Promise<{ runId: string; number: number; title: string }> {
    const { maxParallelRuns } = options.config();
    if (live.size >= maxParallelRuns) {
      const message = `${live.size} runs are under way, and orchestrator.interactive_mode.max_parallel_runs is ${maxParallelRuns}`;
      throw new FaultError({ code: "tool", message, hint: "Wait for one to end, or stop one." });
    }
    const order = orderOf(proposal, options.config(), options.env);
    modelSpecs(order, options.roster());
    const project = options.project();
    const { id, number } = await nextRun(project);
    const logs = await createLogPlace(massgenLogs(options.roster().cwd), Date.now());
    const place = { runId: id, number, logs, journal: runJournal(project.root, id) };
    const description: RunDescription = {
      id,
      number,
      title: proposal.title,
      purpose: proposal.purpose,
      task: proposal.task,
      status: "running",
      winner: null,
      cost_usd: null,
      started: new Date().toISOString(),
      ended: null,
      log_dir: logs.root,
      journal: place.journal,
      deliverables: [],
      agents: order.agents.length,
      refinement: proposal.refinement,
    };
    await begin(project, description, order, place);
    return { runId: id, number, title: proposal.title };
  }

  async function begin(
    project: Project,
    description: RunDescription,
    order: RunOrder,
    place: RunPlace,
    past: Parameters<typeof startRun>[3] = [],
  ): Promise<void> {
    await mkdir(runDir(project.root, place.runId), { recursive: true });
    const lock = await acquireLock(join(runDir(project.root, place.runId), "lock"), { owner: `run ${place.number}` });
    let handle: RunHandle;
    try {
      handle = await startRun(order, options.roster(), place, past);
      await describeRun(project, { ...description, status: "running" });
    } catch (error) {
      await describeRun(project, { ...description, status: "failed", ended: new Date().toISOString() }).catch(() => {});
      await lock.release();
      throw error;
    }
    live.set(place.runId, { handle, description, project, lock });
    handle.live.subscribe(publish);
    options.tell({
      type: "run_launched",
      runId: place.runId,
      number: place.number,
      title: description.title,
      journal: place.journal,
      logDir: place.logs.root,
      agents: order.agents.map(({ id }) => id),
    });
    publish();
    const done = finish(place.runId);
    finishing.add(done);
    void done.finally(() => finishing.delete(done));
  }

  async function finish(runId: string): Promise<void> {
    const run = live.get(runId);
    if (!run) return;
    const { handle, description, project, lock } = run;
    const outcome = await handle.done.catch(() => undefined);
    const state = handle.log.get();
    const ended = state.phase.kind === "ended";
    const report = reportOf(state, handle.place);
    const status = ended ? report.outcome : "on hold";
    await describeRun(project, {
      ...description,
      status,
      winner: report.winner,
      cost_usd: report.costComplete ? report.costUsd : null,
      ended: ended ? new Date().toISOString() : null,
    }).catch(() => {});
    await lock.release().catch(() => {});
    live.delete(runId);
    publish();
    if (held) return;
    if (outcome?.diskFault) options.tell({ type: "command_failed", fault: outcome.diskFault });
    if (ended) options.tell({ type: "run_finished", report });
  }

  function publish(): void {
    feed.set([...live.values()].map(({ handle }) => handle.live.get()));
  }

  async function list(): Promise<readonly PastRun[]> {
    const runs = await listRuns(options.project());
    return runs.map((run) => ({
      runId: run.id,
      number: run.number,
      title: run.title,
      status: run.status === "running" && !live.has(run.id) ? "on hold" : run.status,
      winner: run.winner,
      costUsd: run.cost_usd,
      startedAt: Date.parse(run.started) || 0,
      logDir: run.log_dir,
    }));
  }

  async function read(runId: string): ReturnType<RunsPort["read"]> {
    const current = live.get(runId);
    if (current) return { kind: "under_way", state: current.handle.log.get() };
    const { state, place } = await load(runId);
    if (state.phase.kind === "new") return undefined;
    return state.phase.kind === "ended"
      ? { kind: "ended", report: reportOf(state, place) }
      : { kind: "under_way", state };
  }

  async function load(runId: string) {
    const description = await readRunDescription(options.project(), runId);
    const { lines } = await readRun(description.journal);
    const place: RunPlace = {
      runId: description.id,
      number: description.number,
      logs: logPlace(description.log_dir),
      journal: description.journal,
    };
    return { description, place, records: lines, state: lines.reduce(reduceRun, newRun) };
  }

  function find(runId: string): Live {
    const run = live.get(runId);
    if (run) return run;
    throw new FaultError({ code: "tool", message: `Run ${runId} is not under way`, hint: "/runs lists all of them." });
  }

  async function cancel(runId: string): Promise<void> {
    find(runId).handle.stop();
  }

  async function answerNow(runId: string): Promise<void> {
    find(runId).handle.answerNow();
  }

  async function resume(runId: string): Promise<void> {
    if (live.has(runId)) return;
    const { description, place, records, state } = await load(runId);
    if (state.phase.kind === "ended" && state.phase.outcome !== "cancelled") {
      throw new FaultError({
        code: "tool",
        message: `Run ${place.number} is over`,
        hint: "Start a new one with /run.",
      });
    }
    await begin(options.project(), description, orderFrom(state, records, options.config()), place, records);
  }

  async function takeUp(runId: string): Promise<void> {
    const { state, place } = await load(runId);
    if (state.phase.kind === "ended") options.tell({ type: "run_finished", report: reportOf(state, place) });
    else await resume(runId);
  }

  async function hold(): Promise<void> {
    held = true;
    for (const { handle } of live.values()) handle.hold();
    await Promise.all(finishing);
    feed.close();
  }
}

function reportOf(state: RunState, place: RunPlace): RunReport {
  const { final } = state;
  const folder = final ? finalFolder(place.logs, final.agent) : "";
  return makeReport(state, {
    runId: place.runId,
    number: place.number,
    logDir: place.logs.root,
    fileOf: ({ agent, at }) => join(submissionFolder(place.logs, agent, at), "answer.txt"),
    files: (final?.files ?? []).map((file) => join(folder, "workspace", file)),
  });
}
