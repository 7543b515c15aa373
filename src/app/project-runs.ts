import { massgenLogs, runJournal } from "../../projects/layout.ts";
import type { Project } from "../../projects/open.ts";
import { listRuns, nextRun, readRunDescription, type RunDescription } from "../../projects/run-history.ts";
import type { RunProposal } from "../core/chat/approval.ts";
import type { ChatEvent } from "../core/chat/events.ts";
import { type ChatMode, planModeFault } from "../core/chat/mode.ts";
import type { Config } from "../core/config/schema.ts";
import { FaultError } from "../core/fault.ts";
import type { LiveRun, PastRun, RecordedRun } from "../core/front-end.ts";
import { isOver } from "../core/run/freshness.ts";
import { totalSpend } from "../core/run/spend.ts";
import type { Steer } from "../core/run/steer.ts";
import type { RunsPort, ShownImages } from "../lead/ports.ts";
import { createLogPlace } from "../logs/layout.ts";
import { contextPathsOf, namedAgent, orderFrom, orderOf, proposedSettings } from "./run-order.ts";
import { pastRun } from "./past-run.ts";
import { loadRun, reportOf, startProjectRun } from "./project-run.ts";
import { withKeptPersonas } from "./kept-personas.ts";
import { createFeed } from "./live-feed.ts";
import { teamMembers } from "./start-info.ts";
import { readRun } from "./read-journal.ts";
import { refuseForeign } from "./resume-origin.ts";
import { modelSpecs, type Roster, type RunOrder } from "./roster.ts";
import { budgetNote, checkBudget, type SessionBudget, withinSession } from "./session-budget.ts";
import type { RunHandle } from "./start-run.ts";

export type ProjectRuns = RunsPort & {
  /** The runs under way, in order of launch. */
  readonly feed: { readonly get: () => readonly LiveRun[]; readonly subscribe: (listener: () => void) => () => void };
  /** Takes up a run that the chat's journal knows as launched and not finished. */
  readonly takeUp: (runId: string) => Promise<void>;
  /** Event by event, as far as it is on disk. */
  readonly records: (runId: string) => Promise<RecordedRun>;
  /** Puts every run under way on hold and waits until all is on disk. */
  readonly hold: () => Promise<void>;
};

type Live = { readonly handle: RunHandle; readonly capUsd: number | null };

/** Runs the team for a chat: launches, keeps the project's record of them, and tells the chat what came of each. */
export function createProjectRuns(options: {
  readonly project: () => Project;
  /** It came with a folder that the user has not agreed to: runs that came along are not told of. */
  readonly isForeign: () => boolean;
  readonly config: () => Config;
  readonly roster: () => Roster;
  readonly images: () => ShownImages;
  /** What the session has spent so far, runs under way left out. */
  readonly spentUsd: () => number;
  /** Ids of the session's runs that are over, oldest first. */
  readonly earlier: () => readonly string[];
  readonly mode: () => ChatMode;
  /** The chat's journal hears of launches and reports through this. */
  readonly tell: (event: ChatEvent) => void;
}): ProjectRuns {
  const live = new Map<string, Live>();
  const feed = createFeed<readonly LiveRun[]>([]);
  const finishing = new Set<Promise<void>>();
  /** Runs that are being started: their caps are spoken for. */
  const starting = new Set<{ readonly spentUsd: number; readonly capUsd: number | null }>();
  let held = false;

  return {
    team: () => teamMembers(options.config(), options.roster().dryRun),
    defaults,
    estimate,
    launch,
    list,
    read,
    cancel,
    answerNow,
    steer,
    changes,
    takeBack,
    resume,
    takeUp,
    records,
    hold,
    feed,
  };

  function defaults(): ReturnType<RunsPort["defaults"]> {
    const config = options.config();
    const { refinement, planningMode } = config.settings;
    const maxCostUsd = withinSession(config.settings, budget()).budget.maxCostUsd ?? undefined;
    // The team of a chat works on what the user has open, unless the configuration says otherwise.
    const here = [{ path: options.roster().cwd, permission: "read" as const }];
    return {
      contextPaths: config.contextPaths.length > 0 ? contextPathsOf(config) : here,
      images: options.images(),
      maxCostUsd,
      refinement,
      planningMode,
      planOnly: options.mode() === "plan",
    };
  }

  async function estimate(draft: Omit<RunProposal, "estimate">): Promise<RunProposal["estimate"]> {
    const runs = await listRuns(options.project()).catch(() => []);
    const experience = runs.flatMap(({ cost_usd: costUsd, agents, refinement, status }) =>
      costUsd === null || agents === undefined || refinement === undefined || status !== "answered"
        ? []
        : [{ costUsd, agents, refinement }],
    );
    const config = options.config();
    const { settings } = proposedSettings(draft, config);
    // The price list is large, and the first prompt should not wait for it.
    const { estimateCost } = await import("./estimate.ts");
    const cost = estimateCost(draft, experience, config.agents, settings);
    const note = budgetNote(budget());
    return { ...cost, basis: note === "" ? cost.basis : `${cost.basis} · ${note}` };
  }

  function budget(): SessionBudget {
    return {
      maxUsd: options.config().maxSessionCostUsd,
      spentUsd: options.spentUsd(),
      running: [
        ...starting,
        ...[...live.values()].map(({ handle, capUsd }) => ({
          spentUsd: totalSpend(handle.log.get()).costUsd,
          capUsd,
        })),
      ],
    };
  }

  async function launch(proposal: RunProposal): Promise<{ runId: string; number: number; title: string }> {
    const { maxParallelRuns } = options.config();
    const underWay = live.size + starting.size;
    if (underWay >= maxParallelRuns) {
      const message = `${underWay} runs are under way, and orchestrator.interactive_mode.max_parallel_runs is ${maxParallelRuns}`;
      throw new FaultError({ code: "tool", message, hint: "Wait for one to end, or stop one." });
    }
    checkBudget(budget());
    const wanted = orderOf(proposal, options.config(), options.roster().env);
    const order = await withKeptPersonas(
      { ...wanted, settings: withinSession(wanted.settings, budget()) },
      options.project(),
      options.earlier(),
    );
    modelSpecs(order, options.roster());
    const reserved = { spentUsd: 0, capUsd: order.settings.budget.maxCostUsd };
    starting.add(reserved);
    try {
      return await start(proposal, order);
    } finally {
      starting.delete(reserved);
    }
  }

  async function start(proposal: RunProposal, order: RunOrder): ReturnType<RunsPort["launch"]> {
    const project = options.project();
    const { id, number } = await nextRun(project);
    const logs = await createLogPlace(massgenLogs(options.roster().cwd), Date.now());
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
      journal: runJournal(project.root, id),
      deliverables: [],
      agents: order.agents.length,
      refinement: proposal.refinement,
    };
    await begin(project, description, order, options.roster());
    return { runId: id, number, title: proposal.title };
  }

  async function begin(
    ...[project, description, order, roster, past]: Parameters<typeof startProjectRun>
  ): Promise<void> {
    const run = await startProjectRun(project, description, order, roster, past);
    const { id, number, title, journal, log_dir: logDir } = description;
    live.set(id, { handle: run.handle, capUsd: order.settings.budget.maxCostUsd });
    run.handle.live.subscribe(publish);
    const agents = order.agents.map((agent) => agent.id);
    options.tell({ type: "run_launched", runId: id, number, title, journal, logDir, agents });
    publish();
    const done = run.finished.then(({ report, diskFault }) => {
      live.delete(id);
      publish();
      if (held) return;
      if (diskFault) options.tell({ type: "command_failed", fault: diskFault });
      if (report) options.tell({ type: "run_finished", report });
    });
    finishing.add(done);
    void done.finally(() => finishing.delete(done));
  }

  function publish(): void {
    feed.set([...live.values()].map(({ handle }) => handle.live.get()));
  }

  async function list(): Promise<readonly PastRun[]> {
    const all = await listRuns(options.project());
    const runs = options.isForeign() ? all.filter(({ id }) => live.has(id) || options.earlier().includes(id)) : all;
    return runs.map((run) => pastRun(run, live.has(run.id)));
  }

  async function records(runId: string): Promise<RecordedRun> {
    const { number, journal } = await readRunDescription(options.project(), runId);
    const { lines } = await readRun(journal, { repair: false });
    return { runId, number, records: lines };
  }

  async function read(runId: string): ReturnType<RunsPort["read"]> {
    const current = live.get(runId);
    if (current) return { kind: "under_way", state: current.handle.log.get() };
    const { state, place } = await loadRun(options.project(), runId);
    if (state.phase.kind === "new") return undefined;
    return state.phase.kind === "ended"
      ? { kind: "ended", report: reportOf(state, place) }
      : { kind: "under_way", state };
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

  async function steer(runId: string, order: Steer): Promise<void> {
    if (order.do === "choose" && !live.has(runId)) return choose(runId, order.agent);
    const { handle } = find(runId);
    if (order.do === "add") await handle.add(namedAgent(options.config(), order.agent));
    else handle.steer(order);
  }

  /** Of a run that is over: its journal gets the fact, its files follow, and the lead hears of it. */
  async function choose(runId: string, agent: string): Promise<void> {
    const description = await readRunDescription(options.project(), runId);
    await refuseForeign(description, options.roster());
    const { chooseWinner } = await import("./choose-winner.ts");
    const { instead, report, fault } = await chooseWinner(options.project(), description, agent);
    options.tell({ type: "winner_changed", report, instead });
    if (fault) options.tell({ type: "command_failed", fault });
  }

  async function changes(...[action, run]: Parameters<RunsPort["changes"]>): Promise<void> {
    const { reviewChanges } = await import("./review-changes.ts");
    options.tell(await reviewChanges(action, run, { project: options.project(), env: options.roster().env }));
  }

  async function takeBack(since: number): Promise<void> {
    const { takeFilesBack } = await import("./files-back.ts");
    await takeFilesBack(options.project(), since, options.roster().env, options.tell);
  }

  async function resume(runId: string): Promise<void> {
    const { place, state } = await loadRun(options.project(), runId);
    if (options.mode() === "plan" && !isOver(state) && !state.settings.planningMode)
      throw new FaultError(planModeFault(`Run ${place.number} does not go on`));
    await goOn(runId);
  }

  async function goOn(runId: string): Promise<void> {
    if (live.has(runId)) return;
    const { description, place, records, state } = await loadRun(options.project(), runId);
    if (isOver(state)) {
      throw new FaultError({
        code: "tool",
        message: `Run ${place.number} is over`,
        hint: "Start a new one with /run.",
      });
    }
    await refuseForeign(description, options.roster());
    const order = orderFrom(state, records, options.config());
    await begin(options.project(), description, order, options.roster(), records);
  }

  async function takeUp(runId: string): Promise<void> {
    const { state, place } = await loadRun(options.project(), runId);
    if (state.phase.kind === "ended") options.tell({ type: "run_finished", report: reportOf(state, place) });
    else await goOn(runId);
  }

  async function hold(): Promise<void> {
    held = true;
    for (const { handle } of live.values()) handle.hold();
    await Promise.all(finishing);
    feed.close();
  }
}
