import type { ContextPath, CostEstimate, RunProposal } from "../core/chat/approval.ts";
import type { ChangesAction } from "../core/command.ts";
import type { PastRun } from "../core/front-end.ts";
import type { Image } from "../core/image.ts";
import type { RunReport } from "../core/run/report.ts";
import type { RunState } from "../core/run/state.ts";
import type { Steer } from "../core/run/steer.ts";

export type TeamMember = { readonly id: string; readonly model: string; readonly simulated: boolean };

/** What the user has shown so far, oldest first; `now`: with what is being answered. */
export type ShownImages = { readonly all: readonly Image[]; readonly now: readonly Image[] };

/** What a run gets when the lead does not say otherwise: from the configuration. */
export type RunDefaults = {
  readonly contextPaths: readonly ContextPath[];
  readonly images?: ShownImages | undefined;
  readonly maxCostUsd?: number | undefined;
  readonly timeoutSeconds?: number | undefined;
  /** As the configuration says: whether teams refine, and whether every run only plans. */
  readonly refinement?: boolean | undefined;
  readonly planningMode?: boolean | undefined;
  /** The chat is in plan mode: a run plans, whatever is asked for. */
  readonly planOnly?: boolean | undefined;
};

type Launched = { readonly runId: string; readonly number: number; readonly title: string };

/**
 * The runs of the open project, past and present. The app implements it over the engine and projects/. Every method
 * throws (or rejects with) FaultError for what the lead or the user can react to.
 */
export type RunsPort = {
  /** The configured team, in order. Asked anew for each run: it may change while the chat is open. */
  readonly team: () => readonly TeamMember[];
  readonly defaults: () => RunDefaults;
  readonly estimate: (draft: Omit<RunProposal, "estimate">) => CostEstimate | Promise<CostEstimate>;
  /**
   * Starts the run and resolves as soon as it is under way, not when it ends. The app applies `run_launched` to the
   * chat before it resolves, and `run_finished` when the run is over, however it ended.
   */
  readonly launch: (proposal: RunProposal) => Promise<Launched>;
  /** Oldest first, those under way included. */
  readonly list: () => Promise<readonly PastRun[]>;
  /** The report of a run that is over, the state of one that is not; undefined when nothing readable is left of it. */
  readonly read: (runId: string) => Promise<RunReading | undefined>;
  /** Stops a run under way; what it has is kept and reported. */
  readonly cancel: (runId: string) => Promise<void>;
  /** Has a run under way vote and finish with what there is. */
  readonly answerNow: (runId: string) => Promise<void>;
  readonly steer: (runId: string, steer: Steer) => Promise<void>;
  /**
   * Shows, applies or takes back what a run changes in the user's files; `changes_reviewed` follows. `run` is a number,
   * "" for the newest, or for the one applied last. Conflicts are a fault: nothing was done then.
   */
  readonly changes: (action: ChangesAction, run: string) => Promise<void>;
  /** Takes back what runs have put into the user's files after `since` (Unix milliseconds), or throws and says why not. */
  readonly takeBack: (since: number) => Promise<void>;
  /** Goes on with a run that was on hold; as with `launch`, `run_launched` and `run_finished` follow. */
  readonly resume: (runId: string) => Promise<void>;
};

type RunReading =
  { readonly kind: "ended"; readonly report: RunReport } | { readonly kind: "under_way"; readonly state: RunState };

type ProjectRef = { readonly name: string; readonly root: string };

/** Everything that the lead needs to say where a project stands. */
export type ProjectOverview = ProjectRef & {
  /** CONTEXT.md, clipped to its size budget; empty when there is none yet. */
  readonly contextMd: string;
  readonly deliverables: readonly { readonly name: string; readonly file: string; readonly version: number }[];
  /** Text of the current plan and its task states, if there is one. */
  readonly plan?: string | undefined;
  /** Oldest first. */
  readonly runs: readonly PastRun[];
  /** Names of the other projects of this directory. */
  readonly others: readonly string[];
};

/** The open project on disk. The app implements it over projects/. Rejects with FaultError. */
export type ProjectPort = {
  readonly current: () => ProjectRef;
  readonly overview: () => Promise<ProjectOverview>;
  /** Makes the project and opens it: the app applies `project_opened` to the chat. */
  readonly create: (project: { readonly name: string; readonly goals: string }) => Promise<ProjectRef>;
  /** Opens the project that is called so or that the words fit best; `project_opened` as with `create`. */
  readonly open: (nameOrWords: string) => Promise<ProjectOverview>;
  /** One small edit of a section of CONTEXT.md. Resolves with the change as a unified diff. */
  readonly updateContext: (edit: {
    readonly section: string;
    readonly text: string;
    readonly mode: "append" | "replace";
  }) => Promise<string>;
  /** `file` is absolute. The same content again makes no new version. */
  readonly saveDeliverable: (deliverable: {
    readonly name: string;
    readonly content: string;
    /** Id of the run that made it. */
    readonly run?: string | undefined;
  }) => Promise<{ readonly file: string; readonly version: number }>;
};
