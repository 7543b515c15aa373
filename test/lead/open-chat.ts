import { onTestFinished } from "vitest";
import { ChatEvent, ChatRecord } from "../../src/core/chat/events.ts";
import type { ChatMode } from "../../src/core/chat/mode.ts";
import { reduceChat } from "../../src/core/chat/reduce.ts";
import { type ChatState, newChat, type OpenCall } from "../../src/core/chat/state.ts";
import type { PastRun } from "../../src/core/front-end.ts";
import type { RunReport } from "../../src/core/run/report.ts";
import { createStore } from "../../src/core/store.ts";
import type { Tool } from "../../src/core/tool.ts";
import type { LeadOptions } from "../../src/lead/options.ts";
import type { RunDefaults, RunsPort } from "../../src/lead/ports.ts";
import { type Lead, openLead } from "../../src/lead/session.ts";
import { launchRunTool } from "../../src/lead/tools/launch-run.ts";
import { runTools } from "../../src/lead/tools/runs.ts";
import { type ScriptedModel, scriptedModel, type ScriptedReply } from "../helpers/scripted-model.ts";

export const team = [
  { id: "ada", model: "claude-opus-5", simulated: false },
  { id: "bob", model: "gpt-5.5", simulated: false },
  { id: "cyd", model: "gemini-3-pro", simulated: false },
];

export type Chat = {
  readonly lead: Lead;
  readonly model: ScriptedModel;
  readonly log: LeadOptions["log"];
  /** Everything so far, as it would stand in the journal. */
  readonly records: readonly ChatRecord[];
  readonly launched: readonly Parameters<RunsPort["launch"]>[0][];
  readonly say: (text: string) => Promise<void>;
  readonly finishRun: (number: number, report?: Partial<RunReport>) => void;
  readonly until: (holds: (chat: ChatState) => boolean) => Promise<void>;
};

export type ChatOptions = {
  readonly replies: Parameters<typeof scriptedModel>[0];
  readonly past?: readonly ChatRecord[];
  readonly tools?: readonly Tool[];
  readonly defaults?: RunDefaults;
  readonly runs?: Partial<RunsPort>;
  readonly budgetTokens?: number;
  readonly mode?: ChatMode;
} & Partial<Pick<LeadOptions, "flush">>;

/** A chat with real stores, tools and journal records; only the model is a script, and runs end when the test says so. */
export function openChat(options: ChatOptions): Chat {
  const records: ChatRecord[] = [];
  for (const line of options.past ?? []) records.push(ChatRecord.parse(JSON.parse(JSON.stringify(line))));
  let clock = 1_700_000_000_000 + records.length;
  const store = createStore(reduceChat, records.reduce(reduceChat, newChat));
  const log: LeadOptions["log"] = {
    get: store.get,
    subscribe: store.subscribe,
    apply(event) {
      const record = { ...ChatEvent.parse(event), seq: records.length, at: clock++ };
      records.push(record);
      store.apply(record);
    },
  };
  if (options.mode) log.apply({ type: "mode_changed", mode: options.mode });
  const launched: Parameters<RunsPort["launch"]>[0][] = [];
  const runs: RunsPort = { ...testRuns(log, launched, options.defaults), ...options.runs };
  const model = scriptedModel(options.replies);
  const lead = openLead({
    log,
    model: model.client,
    system: () => "You are the lead.",
    tools: [launchRunTool(runs), ...runTools(runs), ...(options.tools ?? [])],
    runs,
    now: () => clock,
    ...(options.flush ? { flush: options.flush } : {}),
    budgetTokens: () => options.budgetTokens ?? 100_000,
  });
  onTestFinished(() => lead.close());
  return {
    lead,
    model,
    log,
    records,
    launched,
    async say(text) {
      lead.send({ do: "say", text });
      await lead.idle();
    },
    finishRun: (number, report) => log.apply({ type: "run_finished", report: reportOf(number, report) }),
    until: (holds) =>
      new Promise((resolve) => {
        if (holds(log.get())) return resolve();
        const stop = log.subscribe((_, chat) => {
          if (!holds(chat)) return;
          stop();
          resolve();
        });
      }),
  };
}

function testRuns(
  log: LeadOptions["log"],
  launched: Parameters<RunsPort["launch"]>[0][],
  defaults: RunDefaults = { contextPaths: [] },
): RunsPort {
  const past = (): PastRun[] =>
    log.get().runs.map(({ runId, number, title, logDir, at }) => ({
      runId,
      number,
      title,
      status: "running",
      winner: null,
      costUsd: null,
      startedAt: at,
      logDir,
    }));
  return {
    team: () => team,
    defaults: () => defaults,
    estimate: () => ({ lowUsd: 0.2, highUsd: 0.4, basis: "3 similar runs" }),
    async launch(proposal) {
      launched.push(proposal);
      const number = launched.length;
      const run = { runId: `run-${number}`, number, title: proposal.title };
      const agents = proposal.agents.flatMap(({ id, on }) => (on ? [id] : []));
      log.apply({ type: "run_launched", ...run, journal: `/runs/${number}.jsonl`, logDir: `/logs/${number}`, agents });
      return run;
    },
    list: async () => past(),
    read: async () => undefined,
    cancel: async () => {},
    answerNow: async () => {},
    steer: async () => {},
    changes: async () => {},
    takeBack: async () => {},
    resume: async () => {},
  };
}

export function reportOf(number: number, report: Partial<RunReport> = {}): RunReport {
  return {
    runId: `run-${number}`,
    number,
    title: `Task ${number}`,
    purpose: "execution",
    outcome: "answered",
    finishReason: "votes",
    winner: "ada",
    winnerLabel: "agent1.1",
    winnerReason: "most votes",
    sentBack: [],
    plan: null,
    planProblem: null,
    answer: "Ship it.",
    answers: [
      { agent: "ada", label: "agent1.1", text: "Ship it.", file: "/logs/1/agent1.1.txt" },
      { agent: "bob", label: "agent2.1", text: "Wait a day.", file: "/logs/1/agent2.1.txt" },
    ],
    votes: [
      { voter: "ada", target: "ada", label: "agent1.1", reason: "covers the tests" },
      { voter: "bob", target: "bob", label: "agent2.1", reason: "less risk" },
      { voter: "cyd", target: "ada", label: "agent1.1", reason: "shorter" },
    ],
    agents: [{ id: "ada", model: "claude-opus-5", simulated: false, error: null }],
    files: ["src/a.ts"],
    costUsd: 0.38,
    costComplete: true,
    tokens: 8123,
    durationMs: 124_000,
    logDir: "/logs/1",
    fault: null,
    ...report,
  };
}

export const launchCall = (id: string, input: object = { task: "Make it safe to ship." }): ScriptedReply => ({
  text: "I will have the team look.",
  calls: [{ id, name: "launch_run", input }],
});

export const kinds = (chat: Chat): string[] => chat.log.get().items.map(({ kind }) => kind);
export const types = (chat: Chat): string[] => chat.records.map(({ type }) => type);

/** What waits for the user. */
export function asked(chat: Chat): Extract<OpenCall, { stage: "asked" }> {
  const open = chat.log.get().calls.find(({ stage }) => stage === "asked");
  if (open?.stage !== "asked") throw new Error("Nothing is asked for");
  return open;
}

/** Resolves once the lead is seen to write, and has written `text`. */
export function untilWriting(chat: Chat, text = ""): Promise<void> {
  const writes = (): boolean => {
    const live = chat.lead.live.get();
    return live.activity === "writing" && live.text.includes(text);
  };
  return new Promise((resolve) => {
    if (writes()) return resolve();
    const stop = chat.lead.live.subscribe(() => {
      if (!writes()) return;
      stop();
      resolve();
    });
  });
}
