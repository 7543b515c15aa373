import type { Fault } from "../fault.ts";
import type { Image } from "../image.ts";
import type { Message, ToolCall } from "../message.ts";
import type { RunReport } from "../run/report.ts";
import type { ApprovalAsk, RunProposal } from "./approval.ts";
import type { ChatMode } from "./mode.ts";

/** Where a tool call stands. A finished call is in `messages` and `items`, and no longer here. */
export type OpenCall = {
  readonly call: ToolCall;
  /** Called by the user with a slash command, not by the lead. */
  readonly byUser: boolean;
} & (
  | { readonly stage: "new" }
  | { readonly stage: "asked"; readonly ask: ApprovalAsk; readonly askedAt: number }
  /** `proposed`: the run as it was asked for; `edited`: as the user changed it. The run that starts is `edited ?? proposed`. */
  | { readonly stage: "allowed"; readonly edited: RunProposal | undefined; readonly proposed?: RunProposal | undefined }
  | { readonly stage: "refused"; readonly note: string }
  | { readonly stage: "running"; readonly summary: string; readonly since: number }
);

/**
 * One settled thing of the conversation, in order: what the screen prints once and never redraws. `id` is the event's
 * seq, plus ½ for the second thing that came of the same event: unique and increasing.
 */
export type ChatItem = { readonly id: number; readonly at: number } & (
  | { readonly kind: "user"; readonly text: string; readonly images?: readonly Image[] | undefined }
  | { readonly kind: "lead"; readonly text: string }
  /** The tool calls of one reply of the lead, in order, all finished. */
  | { readonly kind: "tools"; readonly calls: readonly FinishedCall[]; readonly durationMs: number }
  | {
      readonly kind: "approval";
      readonly ask: ApprovalAsk;
      readonly allow: boolean;
      readonly note: string;
      readonly edited: boolean;
      /** Everything of the kind, for as long as the chat is open. */
      readonly forSession: boolean;
    }
  | { readonly kind: "run"; readonly report: RunReport }
  /** What came of a command that the user typed; `output` ends in a line that says how it ended. */
  | { readonly kind: "shell"; readonly output: string; readonly failed: boolean }
  | { readonly kind: "project"; readonly project: string; readonly root: string }
  | {
      readonly kind: "changes";
      readonly action: "shown" | "applied" | "undone";
      readonly number: number;
      readonly lines: readonly string[];
      readonly leftOut: readonly string[];
      readonly diff: string;
    }
  | { readonly kind: "fault"; readonly fault: Fault }
  | { readonly kind: "interrupted"; readonly text: string }
  | { readonly kind: "note"; readonly text: string }
  /** A question beside the conversation, and its answer: the lead knows of neither. */
  | { readonly kind: "aside"; readonly question: string; readonly text: string }
  /** Where the user left off; only the newest one is kept. */
  | {
      readonly kind: "recap";
      readonly lastHere: string;
      readonly asked: string;
      readonly underWay: readonly { readonly number: number; readonly title: string }[];
    }
  /** `to`: the `id` of the item before which the conversation goes on; `text`: what it said. */
  | { readonly kind: "rewound"; readonly to: number; readonly text: string }
  | {
      readonly kind: "compacted";
      readonly by: "user" | "limit";
      readonly kept: readonly string[];
      /** How many images the lead does not see any more. */
      readonly imagesLeftOut?: number | undefined;
      readonly tokensBefore: number;
      readonly tokensAfter: number;
    }
  /** The last line of a turn in which no run was started. */
  | { readonly kind: "direct"; readonly durationMs: number; readonly tools: number }
);

/** A user-role message that the lead's model has not been given yet. `wakes`: the lead is to answer it. */
export type HeldMessage = {
  readonly text: string;
  readonly images?: readonly Image[] | undefined;
  readonly wakes: boolean;
};

/** Where the conversation stood before a message of the user that began a turn. */
export type Checkpoint = {
  readonly seq: number;
  readonly at: number;
  readonly text: string;
  /** Of which messages: those of `past` at this index, or the present ones when there are none. */
  readonly epoch: number;
  /** How many of them there were. */
  readonly messages: number;
  readonly held: readonly HeldMessage[];
};

export type FinishedCall = {
  readonly name: string;
  readonly summary: string;
  readonly output: string;
  readonly failed: boolean;
  readonly images?: readonly Image[] | undefined;
  readonly durationMs: number;
};

export type LaunchedRun = {
  readonly runId: string;
  readonly number: number;
  readonly title: string;
  readonly journal: string;
  readonly logDir: string;
  readonly agents: readonly string[];
  readonly at: number;
};

export type ChatState = {
  readonly session: string;
  /** As the user called it; "" when never. */
  readonly title: string;
  readonly project: string;
  readonly directory: string;
  readonly lead: { readonly model: string; readonly backend: string; readonly simulated: boolean };
  readonly mode: ChatMode;
  /** Where leaving plan mode leads to. */
  readonly modeBefore: Exclude<ChatMode, "plan">;
  /** What the user has allowed for as long as the chat is open, as its questions say it. */
  readonly granted: readonly string[];
  /** What the lead's model is sent, before any budget is applied. */
  readonly messages: readonly Message[];
  /** What the messages were before each time that they were summarised, oldest first. */
  readonly past: readonly (readonly Message[])[];
  /** Places to go back to, oldest first. */
  readonly checkpoints: readonly Checkpoint[];
  readonly calls: readonly OpenCall[];
  /** Kept back until the results of all open calls are in, and notes that wake nobody until the lead is woken anyway. */
  readonly held: readonly HeldMessage[];
  readonly items: readonly ChatItem[];
  /** The user asked for the conversation to be summarised, and that is still to be done. */
  readonly compaction: { readonly focus: string | undefined } | undefined;
  /** File names from messages that were summarised. */
  readonly kept: readonly string[];
  /** Runs under way, in order of launch. */
  readonly runs: readonly LaunchedRun[];
  readonly reports: readonly RunReport[];
  /** Set when the last turn ended badly; cleared by the next thing that the user says. */
  readonly fault: Fault | undefined;
  readonly interrupted: boolean;
  readonly leadSpend: {
    readonly calls: number;
    readonly tokens: number;
    readonly costUsd: number;
    readonly unpricedCalls: number;
  };
  /** Tokens of the newest request for a reply as the provider counted them; null when it did not. */
  readonly lastInput: number | null;
  /** Of the turn under way, or of the last one. `tools`: finished calls of a reply with calls still open. */
  readonly turn: {
    readonly startedAt: number;
    /** What the user said to begin it; undefined when a report or a return to the project did. */
    readonly question: string | undefined;
    readonly tools: readonly FinishedCall[];
    readonly toolCount: number;
    /** A run was started, proposed or reported in this turn: it was not answered directly. */
    readonly launched: boolean;
  };
  readonly startedAt: number;
  readonly lastEventAt: number;
  readonly events: number;
};

export const newChat: ChatState = {
  session: "",
  title: "",
  project: "",
  directory: "",
  lead: { model: "", backend: "", simulated: false },
  mode: "ask",
  modeBefore: "ask",
  granted: [],
  messages: [],
  past: [],
  checkpoints: [],
  calls: [],
  held: [],
  items: [],
  compaction: undefined,
  kept: [],
  runs: [],
  reports: [],
  fault: undefined,
  interrupted: false,
  leadSpend: { calls: 0, tokens: 0, costUsd: 0, unpricedCalls: 0 },
  lastInput: null,
  turn: { startedAt: 0, question: undefined, tools: [], toolCount: 0, launched: false },
  startedAt: 0,
  lastEventAt: 0,
  events: 0,
};
