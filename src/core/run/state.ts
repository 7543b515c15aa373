import type { Fault } from "../fault.ts";
import type { Image } from "../image.ts";
import type { ToolCall } from "../message.ts";
import type { Usage } from "../model.ts";
import type { RunPurpose } from "../chat/approval.ts";
import type { RunEvent } from "./events.ts";
import type { AgentId, AnswerLabel, StopReason, TieBreak } from "./terms.ts";
import { RunSettings } from "./settings.ts";

/** Times (`…At`) are Unix milliseconds, as journalled. */
export type Answer = {
  readonly label: AnswerLabel;
  readonly agent: AgentId;
  /** From 1, per agent. */
  readonly index: number;
  readonly text: string;
  readonly snapshot: string | null;
  readonly files: readonly string[];
  readonly changes: readonly string[];
  readonly at: number;
};

export type Vote = {
  readonly voter: AgentId;
  readonly target: AgentId;
  readonly label: AnswerLabel;
  readonly reason: string;
  readonly sees: readonly AnswerLabel[];
  readonly at: number;
};

export type Activity =
  | { readonly kind: "model" }
  | { readonly kind: "tool"; readonly call: ToolCall; readonly summary: string }
  | {
      readonly kind: "retry";
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly untilAt: number;
      readonly fault: Fault;
    };

export type AgentStatus =
  /** Nothing under way: not started yet, or between two executions. */
  | {
      readonly kind: "idle";
      /** A newer answer of another agent has undone what it was at: it starts again because of that. */
      readonly restarting?: true;
      /** It was parked before it was interrupted: another failure is final. */
      readonly lastChance?: true;
    }
  | {
      readonly kind: "working";
      readonly execution: number;
      readonly sees: readonly AnswerLabel[];
      readonly mayAnswer: boolean;
      readonly mayVote: boolean;
      readonly since: number;
      /** It was parked before: another failure is final. */
      readonly lastChance: boolean;
      /** It was just given newer answers of others and has not replied to them yet. */
      readonly restarting: boolean;
      readonly activity: Activity;
    }
  | { readonly kind: "voted"; readonly vote: Vote }
  /** Let off: its vote could not change the outcome any more. */
  | { readonly kind: "settled" }
  /** Failed. With `chanceLeft` it is tried once more before the vote is closed. */
  | { readonly kind: "parked"; readonly fault: Fault; readonly at: number; readonly chanceLeft: boolean }
  | {
      readonly kind: "presenting";
      readonly since: number;
      /** What it goes back to afterwards. */
      readonly before: AgentStatus;
      /** The final answer is there, and it looks at it once more. */
      readonly evaluating?: true;
      readonly activity: Activity;
    };

export type Spend = {
  readonly calls: number;
  readonly usage: Usage;
  readonly costUsd: number;
  /** Calls whose price is not known: `costUsd` is then a lower bound. */
  readonly unpricedCalls: number;
  readonly latencyMs: number;
  readonly firstTokenMs: number;
};

export type ToolStats = {
  readonly calls: number;
  readonly failures: number;
  readonly durationMs: number;
  readonly inputChars: number;
  readonly outputChars: number;
};

export type Enforcement = Extract<RunEvent, { type: "enforcement_recorded" }> & { readonly at: number };

/** One finished (or running) go of an agent, for metrics and the timeline. `outcome` is undefined while it runs. */
export type Round = {
  readonly agent: AgentId;
  /** From 0. */
  readonly number: number;
  readonly kind: "initial_answer" | "voting" | "presentation" | "post_evaluation";
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly outcome:
    "answer" | "vote" | "presentation" | "post_evaluation" | "restarted" | "error" | "timeout" | undefined;
  readonly spend: Spend;
  readonly toolCalls: number;
};

export type AgentState = {
  readonly id: AgentId;
  /** 1-based place in the configuration: `agent<number>` in labels. */
  readonly number: number;
  readonly model: string;
  /** The model that writes its final answer, where that is another one. */
  readonly synthesis?: string | undefined;
  readonly backend: string;
  readonly simulated: boolean;
  /** The configured agent that it is another one of; absent where that is its own id. */
  readonly like?: AgentId | undefined;
  readonly status: AgentStatus;
  readonly executions: number;
  /** Updates received: injections and restarts because of newer answers. */
  readonly updates: number;
  /** In this attempt. */
  readonly answers: number;
  /** In the attempts before: what the numbers of its labels go on from. */
  readonly earlierAnswers: number;
  /** Newest partial text of a stopped execution, the last resort when nobody answers. */
  readonly salvaged: string;
  readonly spend: Spend;
  /** What of that went to other models than its own, by their names. */
  readonly otherModels: Readonly<Record<string, Spend>>;
  readonly tools: Readonly<Record<string, ToolStats>>;
  readonly enforcements: readonly Enforcement[];
  readonly lastActivityAt: number;
};

export type Winner = {
  readonly agent: AgentId;
  readonly label: AnswerLabel | null;
  readonly reason: string;
  readonly tieBreak: TieBreak;
  readonly votes: Readonly<Record<AnswerLabel, number>>;
};

export type Final = Extract<RunEvent, { type: "final_stored" }>;

/** What came of the winner's second look at the final answer. */
export type Verdict =
  { readonly kind: "submit" } | { readonly kind: "restart"; readonly reason: string; readonly instructions: string };

/** An attempt whose final answer was sent back. */
export type PastAttempt = {
  /** From 1. */
  readonly number: number;
  readonly winner: Winner;
  readonly final: Final;
  /** What was wrong with it, and what was asked for instead. */
  readonly reason: string;
  readonly instructions: string;
};

export type RunPhase =
  | { readonly kind: "new" }
  | {
      readonly kind: "coordinating";
      readonly wrapUp: "time" | "budget" | "answer_now" | undefined;
      readonly outOfTime: boolean;
    }
  | { readonly kind: "finalising"; readonly reason: StopReason }
  | {
      readonly kind: "presenting";
      readonly reason: StopReason;
      readonly winner: Winner;
      readonly started: boolean;
      readonly failed: boolean;
      readonly evaluating: boolean;
      readonly verdict: Verdict | undefined;
    }
  | {
      readonly kind: "ended";
      readonly outcome: "answered" | "failed" | "cancelled";
      readonly reason: StopReason;
      readonly winner: Winner | undefined;
      readonly fault: Fault | undefined;
    };

/** What the user told agents while they worked. */
export type Note = {
  readonly id: string;
  readonly text: string;
  readonly agents: readonly AgentId[];
  readonly deliveredTo: readonly AgentId[];
  /** Those that have replied since they got it. */
  readonly seenBy: readonly AgentId[];
  readonly at: number;
};

export type Question = {
  readonly id: string;
  readonly agent: AgentId;
  readonly to: "agents" | "human";
  readonly text: string;
  readonly at: number;
  readonly answers: readonly { readonly by: string; readonly text: string }[];
};

/** A tool call that needs, or needed, the user's yes. */
export type PermissionAsk = Omit<Extract<RunEvent, { type: "permission_asked" }>, "type"> & {
  readonly at: number;
  /** Undefined while it waits. */
  readonly answer: Omit<Extract<RunEvent, { type: "permission_answered" }>, "type" | "id"> | undefined;
  /** The call has begun, or will not be made any more. */
  readonly settled: boolean;
};

export type RunState = {
  readonly question: string;
  readonly images: readonly Image[];
  readonly title: string;
  readonly purpose: RunPurpose;
  readonly settings: RunSettings;
  readonly phase: RunPhase;
  readonly agents: readonly AgentState[];
  /** Undefined until they are made. A perspective by agent id: empty when none were wanted, or it failed. */
  readonly personas: Readonly<Record<AgentId, string>> | undefined;
  /** Who thinks up the perspectives just now. */
  readonly preparing: AgentId | undefined;
  /** From 1: a final answer that was sent back makes another one. */
  readonly attempt: number;
  /** The attempts before. */
  readonly past: readonly PastAttempt[];
  /** Those of this attempt, in order of arrival. */
  readonly answers: readonly Answer[];
  readonly rounds: readonly Round[];
  readonly final: Final | undefined;
  readonly notes: readonly Note[];
  readonly questions: readonly Question[];
  readonly permissionAsks: readonly PermissionAsk[];
  readonly paused: boolean;
  /** The answer that the user made the winner. */
  readonly override: AnswerLabel | undefined;
  /** What settling dominated agents has saved; `usd` is null when a price is not known. */
  readonly saved: { readonly calls: number; readonly usd: number | null };
  /** Highest percentage so far: it never decreases within an attempt. */
  readonly percent: number;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly lastEventAt: number;
  /** Milliseconds in which somebody drove the run: the time between a crash and a resume is not in it. */
  readonly activeMs: number;
  /** Number of events folded in so far. */
  readonly events: number;
};

export const noSpend: Spend = {
  calls: 0,
  usage: { input: 0, cachedInput: 0, output: 0, reasoning: 0 },
  costUsd: 0,
  unpricedCalls: 0,
  latencyMs: 0,
  firstTokenMs: 0,
};

export const newRun: RunState = {
  question: "",
  images: [],
  title: "",
  purpose: "execution",
  settings: RunSettings.parse({}),
  phase: { kind: "new" },
  agents: [],
  personas: undefined,
  preparing: undefined,
  attempt: 1,
  past: [],
  answers: [],
  rounds: [],
  final: undefined,
  notes: [],
  questions: [],
  permissionAsks: [],
  paused: false,
  override: undefined,
  saved: { calls: 0, usd: 0 },
  percent: 0,
  startedAt: 0,
  endedAt: undefined,
  lastEventAt: 0,
  activeMs: 0,
  events: 0,
};
