import { dirname } from "node:path";
import { lockHolder } from "../../projects/lock.ts";
import { FaultError } from "../core/fault.ts";
import type { RunRecord } from "../core/run/events.ts";
import { reduceRun } from "../core/run/reduce.ts";
import { openAsks } from "../core/run/permission-asks.ts";
import { newRun, type RunState } from "../core/run/state.ts";
import { logPlace } from "../logs/layout.ts";
import type { Environment } from "./config-directory.ts";
import { findRun, type RunRef } from "./find-runs.ts";
import { nestingDepth } from "./nesting.ts";
import { startProjectRun } from "./project-run.ts";
import { quickConfig } from "./quick-config.ts";
import { readRun } from "./read-journal.ts";
import { refuseOver } from "./refuse-over.ts";
import { findOrigin } from "./resume-origin.ts";
import { type Launch, modelOf, type RunOrder } from "./roster.ts";
import { orderFrom } from "./run-order.ts";
import { type Task, taskOf } from "./run-task.ts";
import { runLock, startRun } from "./start-run.ts";
import { findLocalTeam, findTeam, type Team, type TeamOptions } from "./team.ts";
import { folderTrust } from "./trust.ts";

export type ResumeOptions = {
  /** "latest", an id, a number, the name of a log folder, or a path. */
  readonly run: string;
  readonly cwd: string;
  readonly env: Environment;
  /** Name or folder of the project that the run belongs to, where that is not clear. */
  readonly project?: string | undefined;
  /** In place of the configuration that the run was started with. */
  readonly configRef?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly launch?: Launch | undefined;
};

/**
 * Goes on with a run where it stopped, in the same log folder and journal. Throws FaultError for one that is over,
 * that another program drives, or whose configuration is not there any more; nothing was spent by then.
 */
export async function resumeTask(options: ResumeOptions): Promise<Task> {
  const { cwd: here, env, strict, launch } = options;
  const ref = await findRun(here, options.run, options.project);
  await refuseDriven(ref);
  const { lines: past } = await readRun(ref.journal);
  const state = past.reduce(reduceRun, newRun);
  if (state.phase.kind === "new" || ref.logDir === "") throw notResumable(ref);
  await refuseOver(ref, state);
  // Logs and workspaces lie below the directory in which the run was started, wherever massgen is now.
  const cwd = dirname(dirname(dirname(ref.logDir)));
  const { origin, configRef } = await findOrigin(ref, { cwd, here, env, configRef: options.configRef });
  const { dryRun, quick } = origin;
  const trusted = (await folderTrust(cwd, env)).state === "trusted";
  const team = await teamOf(state, { cwd, env, configRef, strict, trusted, dryRun });
  const config = quick ? quickConfig(team.config, quick) : team.config;
  const order = orderFrom(state, past, config);
  if (!dryRun) refuseSimulated(state, order);
  const roster = {
    cwd,
    config,
    keys: team.keys,
    dryRun,
    depth: nestingDepth(env),
    hasUser: false,
    origin: { config: team.file ?? null, dryRun, quick },
    env,
    launch,
  };
  const notices = [...(quick ? [] : team.notices), ...(dryRun ? [] : changes(state, order)), ...losses(state, past)];
  if (ref.project && ref.description) {
    const { handle, finished } = await startProjectRun(ref.project, ref.description, order, roster, past);
    const task = taskOf(handle, { question: state.question, notices, env });
    return { ...task, done: Promise.all([task.done, finished]).then(([outcome]) => outcome) };
  }
  const place = { runId: ref.id, number: 1, logs: logPlace(ref.logDir), journal: ref.journal };
  return taskOf(await startRun(order, roster, place, past), { question: state.question, notices, env });
}

/** Before the journal is read, since its end may just be being written. */
async function refuseDriven({ id, journal }: RunRef): Promise<void> {
  const holder = await lockHolder(runLock(journal));
  if (!holder) return;
  throw new FaultError({
    code: "usage",
    message: `Run ${id} is under way in another program (process ${holder.pid})`,
    hint: "Wait until it is over, or end that program first.",
  });
}

function notResumable({ id, journal }: RunRef): FaultError {
  return new FaultError({
    code: "usage",
    message: `Run ${id} cannot go on: it had not begun when it was interrupted, or its description is lost (${journal})`,
    hint: "Ask again.",
  });
}

/** As when the run was started; what was a local model server then is looked for again. */
async function teamOf(state: RunState, options: TeamOptions): Promise<Team> {
  const team = await findTeam(options);
  const wasReal = state.agents.some(({ simulated }) => !simulated);
  return wasReal ? ((await findLocalTeam(team)) ?? team) : team;
}

/** Nobody's real answers are continued by made-up ones. */
function refuseSimulated(state: RunState, order: RunOrder): void {
  const lost = state.agents.find(
    ({ id, simulated }) => !simulated && order.agents.find((agent) => agent.id === id)?.backend.type === "simulated",
  );
  if (!lost) return;
  throw new FaultError({
    code: "config",
    message: `Agent "${lost.id}" was played by ${lost.model}, and now there is only the simulated model for it`,
    hint: "Set the key that the run was started with, start the model server, or name a configuration with --config.",
  });
}

function changes(state: RunState, order: RunOrder): readonly string[] {
  return state.agents.flatMap(({ id, model }) => {
    const agent = order.agents.find((one) => one.id === id);
    const now = agent && modelOf(agent, order.settings);
    return now === undefined || now === model ? [] : [`${id} goes on with ${now}; until now it was ${model}.`];
  });
}

/** What the interruption cost, a line for each agent that was in the middle of something. */
function losses(state: RunState, past: readonly RunRecord[]): readonly string[] {
  return state.agents.flatMap(({ id, status }) => {
    if (status.kind !== "working" && status.kind !== "presenting") return [];
    const { activity } = status;
    if (activity.kind === "tool")
      return [`${id} was interrupted at: ${activity.summary}. It is not done again by itself.`];
    const ask = openAsks(state).find(({ agent }) => agent === id);
    if (ask) return [`${id} had asked for permission: ${ask.title}. The question stands.`];
    const last = past.findLast((record) => "agent" in record && record.agent === id);
    if (last?.type === "model_replied") return [];
    return [`${id} was waiting for its model: that call is lost, may have been billed, and is made again.`];
  });
}
