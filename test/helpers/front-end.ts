import { type ChatItem, type ChatState, newChat, type OpenCall } from "../../src/core/chat/state.ts";
import type { Fault } from "../../src/core/fault.ts";
import type { Command } from "../../src/core/command.ts";
import type {
  ChatFrontEnd,
  Feed,
  LeadLive,
  LiveRun,
  PastDeliverable,
  PastRun,
  PastSession,
  Preferences,
  RecordedRun,
  SessionTarget,
  StartInfo,
} from "../../src/core/front-end.ts";

/** A chat without an app behind it: the test says what it holds, and reads what the screen asked of it. */
export type ScriptedFrontEnd = ChatFrontEnd & {
  readonly commands: Command[];
  readonly remembered: string[];
  readonly opened: SessionTarget[];
  readonly renamed: string[];
  readonly preferred: Preferences[];
  readonly quits: () => number;
  readonly setChat: (change: (chat: ChatState) => ChatState) => void;
  readonly append: (...items: readonly ChatItem[]) => void;
  readonly ask: (call: OpenCall) => void;
  readonly setLead: (lead: Partial<LeadLive>) => void;
  readonly setRuns: (runs: readonly LiveRun[]) => void;
  readonly setInfo: (info: Partial<StartInfo>) => void;
};

export const idleLead: LeadLive = { activity: "idle", text: "", note: "", shell: "", aside: undefined, since: 0 };

const simulatedStart: StartInfo = {
  version: "0.1.0",
  place: "~/api-server (main)",
  shortPlace: "api-server@main",
  team: "simulated ×3",
  agents: ["ada", "bob", "cyd"].map((id) => ({ id, model: "simulated", simulated: true })),
  notices: [
    "No model key found, so the simulated team answers: good for looking around, not for real work.",
    "Run massgen setup to add one, or start Ollama or LM Studio.",
  ],
  cameBack: undefined,
};

export function scriptedFrontEnd(
  given: {
    readonly start?: Partial<StartInfo>;
    readonly chat?: Partial<ChatState>;
    readonly lead?: Partial<LeadLive>;
    readonly runs?: readonly LiveRun[];
    readonly history?: readonly string[];
    readonly saving?: Fault;
    readonly pastRuns?: () => Promise<readonly PastRun[]>;
    readonly runRecords?: (runId: string) => Promise<RecordedRun>;
    readonly filesBack?: ChatFrontEnd["filesBack"];
    readonly page?: ChatFrontEnd["page"];
    readonly deliverables?: () => Promise<readonly PastDeliverable[]>;
    readonly readDeliverable?: (name: string) => Promise<string>;
    readonly pastSessions?: (query: string) => Promise<readonly PastSession[]>;
    readonly findFiles?: ChatFrontEnd["findFiles"];
    readonly vim?: boolean;
    readonly keyBindings?: unknown;
    readonly editText?: ChatFrontEnd["editText"];
    readonly attachImage?: ChatFrontEnd["attachImage"];
    readonly openSession?: (target: SessionTarget) => Promise<void>;
    readonly onCommand?: (command: Command, frontEnd: ScriptedFrontEnd) => void;
    readonly onQuit?: () => void;
  } = {},
): ScriptedFrontEnd {
  const start = { ...simulatedStart, ...given.start };
  const chat = cell<ChatState>({ ...newChat, session: "s1", ...given.chat });
  const lead = cell<LeadLive>({ ...idleLead, ...given.lead });
  const runs = cell<readonly LiveRun[]>(given.runs ?? []);
  const info = cell<StartInfo>(start);
  const saving = cell<Fault | undefined>(given.saving);
  const commands: Command[] = [];
  const remembered: string[] = [];
  const opened: SessionTarget[] = [];
  const renamed: string[] = [];
  const preferred: Preferences[] = [];
  let quits = 0;
  const frontEnd: ScriptedFrontEnd = {
    start,
    // A screen only asks a chat when to look again; the event itself is none of its business.
    chat: chat.feed as ChatFrontEnd["chat"],
    lead: lead.feed,
    runs: runs.feed,
    info: info.feed,
    saving: saving.feed,
    history: given.history ?? [],
    send(command) {
      commands.push(command);
      given.onCommand?.(command, frontEnd);
    },
    remember: (line) => void remembered.push(line),
    pastRuns: given.pastRuns ?? (async () => []),
    runRecords: given.runRecords ?? (async (runId) => ({ runId, number: 1, records: [] })),
    filesBack: given.filesBack ?? (async () => ({ runs: [], lines: [], refusal: undefined })),
    page: given.page ?? (async () => []),
    deliverables: given.deliverables ?? (async () => []),
    readDeliverable: given.readDeliverable ?? (async () => ""),
    pastSessions: given.pastSessions ?? (async () => []),
    findFiles: given.findFiles ?? (async () => ({ paths: [], reading: false })),
    preferences: { vim: given.vim ?? false },
    prefer: (preferences) => void preferred.push(preferences),
    preferred,
    keyBindings: { file: "keybindings.yaml", bindings: given.keyBindings },
    attachImage: given.attachImage ?? (() => Promise.reject(new Error("No images here"))),
    editText: given.editText ?? (async (text) => text),
    async renameSession(id, title) {
      renamed.push(`${id}: ${title}`);
    },
    async openSession(target) {
      opened.push(target);
      await given.openSession?.(target);
    },
    quit() {
      quits += 1;
      given.onQuit?.();
    },
    commands,
    remembered,
    opened,
    renamed,
    quits: () => quits,
    setChat: (change) => chat.set(change(chat.feed.get())),
    append: (...items) => chat.set({ ...chat.feed.get(), items: [...chat.feed.get().items, ...items] }),
    ask: (call) => chat.set({ ...chat.feed.get(), calls: [...chat.feed.get().calls, call] }),
    setLead: (next) => lead.set({ ...lead.feed.get(), ...next }),
    setRuns: runs.set,
    setInfo: (next) => info.set({ ...info.feed.get(), ...next }),
  };
  return frontEnd;
}

function cell<Value>(initial: Value): { readonly feed: Feed<Value>; readonly set: (value: Value) => void } {
  const listeners = new Set<() => void>();
  let value = initial;
  return {
    feed: {
      get: () => value,
      subscribe(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
    set(next) {
      value = next;
      listeners.forEach((listener) => listener());
    },
  };
}
