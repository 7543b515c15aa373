import { massgenLogs } from "../../projects/layout.ts";
import type { Config } from "../core/config/schema.ts";
import { type Fault, FaultError, toFault } from "../core/fault.ts";
import { withMode } from "../core/run/mode.ts";
import type { RunSettings } from "../core/run/settings.ts";
import type { RunState, Winner } from "../core/run/state.ts";
import { clip, oneLine } from "../core/text.ts";
import { createLogPlace, type LogPlace } from "../logs/layout.ts";
import { createAttachments } from "./attachments.ts";
import type { Environment } from "./config-directory.ts";
import { nestingDepth, withinParent } from "./nesting.ts";
import { type Quick, quickConfig } from "./quick-config.ts";
import { type Launch, modelSpecs } from "./roster.ts";
import { contextPathsOf } from "./run-order.ts";
import { type RunHandle, startRun } from "./start-run.ts";
import { findTeam } from "./team.ts";
import { folderTrust, trustNotice } from "./trust.ts";

export type TaskOptions = {
  /** Undefined: the `prompt` of the configuration. */
  readonly question: string | undefined;
  readonly cwd: string;
  readonly env: Environment;
  readonly configRef?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly dryRun: boolean;
  readonly timeoutSeconds?: number | undefined;
  readonly maxCostUsd?: number | undefined;
  /** Nothing is changed, whatever the configuration says. */
  readonly planOnly?: boolean | undefined;
  /** One agent without a configuration file. */
  readonly quick?: Quick | undefined;
  readonly launch?: Launch | undefined;
};

export type Task = {
  readonly question: string;
  readonly logs: LogPlace;
  readonly run: RunHandle;
  /** Warnings of the configuration and where the team is from, a line each. */
  readonly notices: readonly string[];
  readonly done: Promise<TaskOutcome>;
};

export type TaskOutcome = {
  /** 0 answered · 2 no answer, or it could not be written · 3 the deadline fired · 4 stopped by the user. */
  readonly exitCode: 0 | 2 | 3 | 4;
  readonly winner: Winner | undefined;
  readonly answer: string;
  readonly answerFile: string | undefined;
  readonly agents: number;
  readonly durationMs: number;
  readonly state: RunState;
  /** What became of the answer's changes to the user's files; undefined when it has none. */
  readonly changes: { readonly lines: readonly string[]; readonly applied: boolean } | undefined;
  readonly fault: Fault | undefined;
};

/** Starts one task without a chat. Throws FaultError for what the user has to mend first; nothing was spent by then. */
export async function startTask(options: TaskOptions): Promise<Task> {
  const { cwd, env, dryRun } = options;
  const depth = nestingDepth(env);
  const folder = await folderTrust(cwd, env);
  const trusted = folder.state === "trusted";
  const team = await findTeam({ ...options, trusted });
  const config = options.quick ? quickConfig(team.config, options.quick) : team.config;
  const attachments = createAttachments({ cwd, env, type: () => "massgen", shown: () => 0 });
  const asked = { text: questionOf(options.question, config), images: [] };
  const { text: question, images } = await attachments.mentioned(asked);
  const origin = { config: team.file ?? null, dryRun, quick: options.quick };
  const roster = {
    cwd,
    config,
    keys: team.keys,
    dryRun,
    depth,
    hasUser: false,
    origin,
    env,
    launch: options.launch,
    readImage: attachments.read,
  };
  const title = clip(oneLine(question), 60);
  const order = {
    question,
    images,
    title,
    purpose: "execution" as const,
    agents: config.agents,
    settings: withinParent(settingsOf(config, options), env),
    contextPaths: contextPathsOf(config),
    instructions: config.agentSystemPrompts,
  };
  modelSpecs(order, roster);
  const logs = await createLogPlace(massgenLogs(cwd), Date.now());
  const run = await startRun(order, roster, { runId: logs.sessionId, number: 1, logs, journal: logs.journal });
  const leftOut = trustNotice(folder);
  const notices = [...(options.quick ? [] : team.notices), ...(leftOut === undefined ? [] : [leftOut])];
  return taskOf(run, { question, notices, env });
}

/** A run under way as a task. Whoever lets it write to a context path and is not there to be asked wants it written. */
export function taskOf(
  run: RunHandle,
  {
    question,
    notices,
    env,
  }: { readonly question: string; readonly notices: readonly string[]; readonly env: Environment },
): Task {
  const done = run.done.then(async (ended) => {
    const changes = await deliverChanges(run, ended.state, env);
    return { ...outcomeOf(ended), ...changes, fault: outcomeOf(ended).fault ?? changes.fault };
  });
  return { question, logs: run.place.logs, run, notices: [...notices, ...run.notices], done };
}

/** Puts what the final answer changes into the user's files, or says why nothing was. */
async function deliverChanges(
  { place }: RunHandle,
  { phase, final }: RunState,
  env: Environment,
): Promise<Pick<TaskOutcome, "changes" | "fault">> {
  const lines = final?.changes ?? [];
  if (lines.length === 0 || phase.kind !== "ended" || phase.outcome !== "answered") {
    return { changes: undefined, fault: undefined };
  }
  const of = { name: "The run", journal: place.journal, logDir: place.logs.root };
  const { applyChanges, conflictFault } = await import("./run-changes.ts");
  try {
    const { conflicts } = await applyChanges(of, env);
    if (conflicts === undefined) return { changes: { lines, applied: true }, fault: undefined };
    return { changes: { lines, applied: false }, fault: conflictFault(of, "apply", conflicts).fault };
  } catch (error) {
    return { changes: { lines, applied: false }, fault: toFault(error) };
  }
}

function questionOf(given: string | undefined, config: Config): string {
  const question = (given ?? config.prompt ?? "").trim();
  if (question !== "") return question;
  throw new FaultError({
    code: "usage",
    message: given === undefined ? "There is no question" : "The question is empty",
    hint: 'Ask one: massgen "What does this project do?", or open the chat with massgen alone.',
  });
}

/** A team of one refines its own answer only when the file asks for it. */
function settingsOf(
  config: Config,
  { timeoutSeconds, maxCostUsd, planOnly = false }: Pick<TaskOptions, "timeoutSeconds" | "maxCostUsd" | "planOnly">,
): RunSettings {
  const { settings } = config;
  const orchestrator = config.raw["orchestrator"] as { refinement?: unknown } | undefined;
  const refinement = config.agents.length > 1 ? settings.refinement : orchestrator?.refinement === true;
  const { planningMode, timeouts, budget } = settings;
  const limited = {
    ...settings,
    timeouts: { ...timeouts, orchestrator: timeoutSeconds ?? timeouts.orchestrator },
    budget: { ...budget, maxCostUsd: maxCostUsd ?? budget.maxCostUsd },
  };
  return withMode(limited, { agents: config.agents.length, refinement, planningMode: planOnly || planningMode });
}

function outcomeOf({ state, answerFile, diskFault }: Awaited<RunHandle["done"]>): Omit<TaskOutcome, "changes"> {
  const { phase } = state;
  const ended = phase.kind === "ended" ? phase : undefined;
  return {
    exitCode: exitCodeOf(state, answerFile),
    winner: ended?.winner,
    answer: state.final?.text ?? "",
    answerFile,
    agents: state.agents.length,
    durationMs: state.activeMs,
    state,
    fault: diskFault ?? ended?.fault,
  };
}

function exitCodeOf({ phase }: RunState, answerFile: string | undefined): TaskOutcome["exitCode"] {
  if (phase.kind !== "ended" || phase.outcome === "cancelled") return 4;
  if (phase.reason === "time" || phase.fault?.code === "timeout") return 3;
  return phase.outcome === "answered" && answerFile !== undefined ? 0 : 2;
}
