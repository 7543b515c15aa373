import type { ChatEvent } from "./chat/events.ts";
import type { ChatState } from "./chat/state.ts";
import type { Command } from "./command.ts";
import type { Fault } from "./fault.ts";
import type { Image } from "./image.ts";
import type { Page, PageName } from "./page.ts";
import type { RunFeeds } from "./run/agent-feed.ts";
import type { RunRecord } from "./run/events.ts";
import type { RunState } from "./run/state.ts";
import type { Store } from "./store.ts";

/** What the lead is writing right now. Deltas: never stored, replaced by the fact that follows. */
export type LeadLive = {
  /** "idle" also while the lead only waits for an approval. */
  readonly activity: "idle" | "thinking" | "writing" | "tool" | "retrying";
  readonly text: string;
  /** While retrying: what went wrong and how often it was tried. While a tool runs: what it does, or its last progress. */
  readonly note: string;
  /** The end of what a command of the user has written, while it runs. */
  readonly shell: string;
  /** The question beside the conversation that is being answered, and its answer so far. */
  readonly aside: { readonly question: string; readonly text: string } | undefined;
  /** Unix milliseconds at which this activity began. */
  readonly since: number;
};

/** A run under way as the screen shows it: its state, and per agent the last line that its model wrote. */
export type LiveRun = {
  readonly runId: string;
  readonly number: number;
  readonly state: RunState;
  readonly lines: Readonly<Record<string, string>>;
  /** The newest of what each agent wrote and did. */
  readonly feeds: RunFeeds;
};

/** A run as its journal has it, event by event. */
export type RecordedRun = {
  readonly runId: string;
  readonly number: number;
  readonly records: readonly RunRecord[];
};

export type Feed<Value> = { readonly get: () => Value; readonly subscribe: (listener: () => void) => () => void };

export type PastRun = {
  readonly runId: string;
  readonly number: number;
  readonly title: string;
  readonly status: string;
  readonly winner: string | null;
  readonly costUsd: number | null;
  readonly startedAt: number;
  readonly logDir: string;
  /** What it takes to do the same again; absent when that is not known any more. */
  readonly again?: {
    readonly task: string;
    readonly purpose: string;
    readonly agents: number;
    readonly refinement: boolean;
  };
};

/** An output of record of the project, in its newest version. */
export type PastDeliverable = {
  readonly name: string;
  readonly version: number;
  /** Empty: not known. */
  readonly author: string;
  readonly run: string | null;
  readonly verifiedBy: string | null;
  /** Unix milliseconds. */
  readonly savedAt: number;
};

export type PastSession = {
  readonly id: string;
  readonly project: string;
  readonly title: string;
  readonly lastAt: number;
  readonly turns: number;
  /** What was said last, for a look inside. */
  readonly lastSaid: string;
  readonly lastReply: string;
  /** Where what was searched for was said; "" when the title says it, or nothing was searched for. */
  readonly match: string;
};

/** Where to go on instead of in this session; "fork": in a copy of it. */
export type SessionTarget =
  | { readonly kind: "existing"; readonly id: string }
  | { readonly kind: "new" }
  | { readonly kind: "fork"; readonly title: string };

export type StartInfo = {
  readonly version: string;
  /** "~/api-server (main)" */
  readonly place: string;
  /** "api-server@main", for the status line. */
  readonly shortPlace: string;
  /** "simulated ×3", "ada gpt-5.5, bob claude-opus-5": the team in a few words. */
  readonly team: string;
  readonly agents: readonly { readonly id: string; readonly model: string; readonly simulated: boolean }[];
  /** Everything that the user should know at the start, a line each: no key found, warnings of the configuration, … */
  readonly notices: readonly string[];
  /** Set when an earlier session or project was opened: "project grpc-migration · last here yesterday 18:20". */
  readonly cameBack: string | undefined;
  /** As configured: "dark", "light", "none" or "auto". */
  readonly theme?: string | undefined;
  /** When to tell of what happens while the user looks elsewhere. */
  readonly notifications?: "auto" | "always" | "off";
  /** The list of sessions is open at the start. */
  readonly pick?: boolean;
};

/** Names of keys and their chords as the user wrote them; the screen knows which there are. */
export type KeyBindings = {
  readonly file: string;
  readonly bindings: unknown;
  readonly problem?: string;
};

/** Where an image for the draft is. */
export type ImageSource = "clipboard" | { readonly path: string };

/** What a user chose for all sessions to come. */
export type Preferences = {
  readonly vim: boolean;
  /** Undefined: as configured, or as the terminal says. */
  readonly theme?: "dark" | "light" | "none" | undefined;
};

/** Files and directories (ending in "/") below the working directory, best match first. */
export type FoundFiles = {
  readonly paths: readonly string[];
  /** The directory is still being read: the same question later may find more. */
  readonly reading: boolean;
};

/** What it means to take back all that runs have put into the user's files since a moment. */
export type FilesBack = {
  /** Numbers of those runs, the newest first; empty: none has changed anything. */
  readonly runs: readonly number[];
  /** "M src/a.ts", "D src/new.ts": what would happen to each file. */
  readonly lines: readonly string[];
  /** Why it cannot be done; undefined when it can. */
  readonly refusal: string | undefined;
};

/**
 * The whole contract between a chat and any screen: state to read, commands to send, and the few questions
 * that only the disk can answer. Implemented by src/app, consumed by components.
 */
export type ChatFrontEnd = {
  readonly start: StartInfo;
  readonly chat: Pick<Store<ChatState, ChatEvent>, "get" | "subscribe">;
  readonly lead: Feed<LeadLive>;
  readonly runs: Feed<readonly LiveRun[]>;
  /** Changes when the team or the notices do: a local server was found, the project was switched. */
  readonly info: Feed<StartInfo>;
  /** Why the session is not being saved at present; undefined while all is well. */
  readonly saving: Feed<Fault | undefined>;
  readonly send: (command: Command) => void;
  readonly pastRuns: () => Promise<readonly PastRun[]>;
  /** Of the project's runs, over or not. Rejects with FaultError when there is none, or its journal cannot be read. */
  readonly runRecords: (runId: string) => Promise<RecordedRun>;
  /** `since`: Unix milliseconds. Rejects with FaultError. */
  readonly filesBack: (since: number) => Promise<FilesBack>;
  /** Facts about the program, this session and what is in force, as they are now. Rejects with FaultError. */
  readonly page: (name: PageName) => Promise<Page>;
  readonly deliverables: () => Promise<readonly PastDeliverable[]>;
  /** The content of one of `deliverables`, by its name. Rejects with FaultError. */
  readonly readDeliverable: (name: string) => Promise<string>;
  /** Newest first; with a query, those in which all of its words were said. */
  readonly pastSessions: (query: string) => Promise<readonly PastSession[]>;
  /** Rejects with FaultError. */
  readonly renameSession: (id: string, title: string) => Promise<void>;
  /** Leaves this session and opens another one in its place. Rejects with FaultError, and this session stays. */
  readonly openSession: (target: SessionTarget) => Promise<void>;
  /** What an @word may mean. Never rejects, and takes its time in slices so that keys are heard meanwhile. */
  readonly findFiles: (query: string) => Promise<FoundFiles>;
  /** An image to be said with a message that holds its label. Rejects with FaultError. */
  readonly attachImage: (source: ImageSource) => Promise<Image>;
  /** Opens the text in the user's own editor, which has the terminal meanwhile. Rejects with FaultError. */
  readonly editText: (text: string) => Promise<string>;
  readonly keyBindings: KeyBindings;
  readonly preferences: Preferences;
  /** Keeps them for the sessions to come. */
  readonly prefer: (preferences: Preferences) => void;
  /** Lines that the user sent in earlier sessions, oldest first. */
  readonly history: readonly string[];
  readonly remember: (line: string) => void;
  /** Ends the program: running runs are put on hold and can be resumed. */
  readonly quit: () => void;
};
