import type { Asked } from "../../components/approval/asked.ts";
import type { ApprovalAsk, RunProposal } from "../../src/core/chat/approval.ts";
import type { ChatItem, OpenCall } from "../../src/core/chat/state.ts";
import type { LiveRun, PastSession } from "../../src/core/front-end.ts";
import type { RunReport } from "../../src/core/run/report.ts";
import { type AgentState, type AgentStatus, newRun, noSpend, type RunState } from "../../src/core/run/state.ts";

/** The moment at which every screen of these tests is looked at. */
export const NOW = 1_700_000_072_000;

export const proposal: RunProposal = {
  task: "Migrate the model definitions to SQLAlchemy 2.0 mapped_column()",
  title: "SQLAlchemy 2.0",
  purpose: "execution",
  agents: [
    { id: "ada", model: "claude-opus-5", simulated: false, on: true },
    { id: "bob", model: "gpt-5.5", simulated: false, on: true },
    { id: "cyd", model: "gemini-3-pro", simulated: false, on: true },
  ],
  refinement: true,
  planningMode: false,
  executeAfterPlanning: false,
  contextPaths: [{ path: "models", permission: "write" }],
  agentSystemPrompts: {},
  coordinationOverrides: {},
  maxCostUsd: 2,
  estimate: { lowUsd: 0.41, highUsd: 0.88, basis: "from 3 similar runs" },
};

export const askedRun: OpenCall = {
  call: { id: "call-1", name: "launch_run", input: {} },
  byUser: false,
  stage: "asked",
  ask: { kind: "run", proposal },
  askedAt: NOW,
};

export const askedCommand: OpenCall = {
  call: { id: "call-2", name: "run_command", input: {} },
  byUser: false,
  stage: "asked",
  ask: {
    kind: "command",
    title: "run npm test -- --run auth",
    detail:
      "$ npm test -- --run auth\n\nRuns without a sandbox in /home/sam/api itself: it may do what you may.\nAsked for because no rule allows it, and the mode is ask.",
    covers: ["npm test"],
  },
  askedAt: NOW,
};

function agent(number: number, id: string, model: string, status: AgentStatus, more: Partial<AgentState>): AgentState {
  return {
    id,
    number,
    model,
    backend: "openai",
    simulated: false,
    status,
    executions: 1,
    updates: 0,
    answers: 0,
    earlierAnswers: 0,
    salvaged: "",
    spend: noSpend,
    otherModels: {},
    tools: {},
    enforcements: [],
    lastActivityAt: NOW - 12_000,
    ...more,
  };
}

function spent(output: number, costUsd: number): AgentState["spend"] {
  return { ...noSpend, calls: 2, costUsd, usage: { ...noSpend.usage, input: 1000, output } };
}

const working: Omit<Extract<AgentStatus, { kind: "working" }>, "activity"> = {
  kind: "working",
  execution: 2,
  sees: ["agent1.1", "agent2.1"],
  mayAnswer: true,
  mayVote: true,
  since: NOW - 40_000,
  lastChance: false,
  restarting: false,
};

const answers = [
  {
    label: "agent1.1",
    agent: "ada",
    index: 1,
    text: "Use the ws package.",
    snapshot: null,
    files: [],
    changes: [],
    at: NOW - 30_000,
  },
  {
    label: "agent2.1",
    agent: "bob",
    index: 1,
    text: "Use Socket.IO.",
    snapshot: null,
    files: [],
    changes: [],
    at: NOW - 20_000,
  },
];

const base: RunState = {
  ...newRun,
  question: "Write the WebSocket handler",
  title: "WebSocket handler",
  settings: { ...newRun.settings, budget: { ...newRun.settings.budget, maxCostUsd: 2 } },
  phase: { kind: "coordinating", wrapUp: undefined, outOfTime: false },
  startedAt: NOW - 72_000,
  activeMs: 72_000,
  lastEventAt: NOW,
  answers,
};

export function liveRun(
  state: Partial<RunState> = {},
  lines: LiveRun["lines"] = {},
  feeds: LiveRun["feeds"] = {},
): LiveRun {
  const agents = [
    agent(
      1,
      "ada",
      "claude-opus-5",
      { ...working, activity: { kind: "model" } },
      { answers: 1, spend: spent(2200, 0.12), lastActivityAt: NOW - 41_000 },
    ),
    agent(
      2,
      "bob",
      "gpt-5.5",
      {
        ...working,
        activity: { kind: "tool", call: { id: "t", name: "write", input: {} }, summary: "writing src/ws/handler.ts" },
      },
      { spend: spent(1800, 0.05) },
    ),
    agent(
      3,
      "cyd",
      "gemini-3-pro",
      {
        kind: "voted",
        vote: {
          voter: "cyd",
          target: "ada",
          label: "agent1.1",
          reason: "handles reconnects",
          sees: ["agent1.1", "agent2.1"],
          at: NOW,
        },
      },
      { spend: spent(900, 0.04), lastActivityAt: NOW - 3_000 },
    ),
  ];
  return { runId: "run-2", number: 2, state: { ...base, agents, ...state }, lines, feeds };
}

/** Every status that an agent's row can show. */
export function troubledRun(): LiveRun {
  const fault = { code: "rate_limit", message: "429 Too Many Requests" } as const;
  return liveRun({
    phase: { kind: "coordinating", wrapUp: "time", outOfTime: false },
    agents: [
      agent(
        1,
        "ada",
        "claude-opus-5",
        { ...working, activity: { kind: "retry", attempt: 2, maxAttempts: 5, untilAt: NOW + 4_000, fault } },
        {},
      ),
      agent(2, "bob", "gpt-5.5", { kind: "parked", fault, at: NOW, chanceLeft: true }, {}),
      agent(3, "cyd", "simulated", { kind: "idle" }, { simulated: true, lastActivityAt: 0 }),
    ],
  });
}

export function votedRun(): LiveRun {
  const vote = (voter: string, target: string, label: string, reason: string): AgentStatus => ({
    kind: "voted",
    vote: { voter, target, label, reason, sees: ["agent1.1", "agent2.1"], at: NOW },
  });
  return liveRun({
    agents: [
      agent(1, "ada", "claude-opus-5", vote("ada", "ada", "agent1.1", "covers lifecycle and tests"), { answers: 1 }),
      agent(2, "bob", "gpt-5.5", vote("bob", "bob", "agent2.1", "smaller surface, Socket.IO does the rest"), {
        answers: 1,
      }),
      agent(3, "cyd", "gemini-3-pro", vote("cyd", "ada", "agent1.1", "handles reconnects"), {}),
    ],
  });
}

export const report: RunReport = {
  runId: "run-2",
  number: 2,
  title: "WebSocket handler",
  purpose: "execution",
  outcome: "answered",
  finishReason: "votes",
  winner: "ada",
  winnerLabel: "agent1.1",
  winnerReason: "most votes",
  answer: "Use the ws package.",
  sentBack: [],
  plan: null,
  planProblem: null,
  answers: answers.map(({ agent, label, text }) => ({ agent, label, text, file: "" })),
  votes: [
    { voter: "ada", target: "ada", label: "agent1.1", reason: "covers lifecycle and tests" },
    { voter: "cyd", target: "ada", label: "agent1.1", reason: "handles reconnects" },
    { voter: "bob", target: "bob", label: "agent2.1", reason: "Socket.IO would spare us the heartbeat code" },
  ],
  agents: [
    { id: "ada", model: "claude-opus-5", simulated: false, error: null },
    { id: "bob", model: "gpt-5.5", simulated: false, error: null },
    { id: "cyd", model: "gemini-3-pro", simulated: false, error: null },
  ],
  files: ["src/ws/handler.ts", "src/ws/heartbeat.ts", "test/ws.test.ts"],
  costUsd: 0.38,
  costComplete: true,
  tokens: 12_400,
  durationMs: 124_000,
  logDir: "/logs/log_1",
  fault: null,
  effect: { first: "agent1.1", changed: false, extraUsd: 0.26 },
};

export function pastSession(id: string, title: string): PastSession {
  const inside = { lastSaid: `last said in ${id}`, lastReply: `last answered in ${id}`, match: "" };
  return { id, project: "grpc", title, lastAt: NOW - 90_000_000, turns: 2, ...inside };
}

export const directAnswer: readonly ChatItem[] = [
  { id: 1, at: NOW, kind: "user", text: "What's the current test coverage for the auth module?" },
  {
    id: 2,
    at: NOW,
    kind: "lead",
    text: "Based on `coverage/coverage.json` the auth module has **78 %** line coverage. The gaps:\n\n- src/auth/refresh.ts, the OAuth refresh flow\n- src/auth/limiter.ts, the rate limiter\n",
  },
  {
    id: 3,
    at: NOW,
    kind: "tools",
    durationMs: 1900,
    calls: [
      { name: "read_file", summary: "read coverage/coverage.json", output: "{}", failed: false, durationMs: 900 },
      { name: "read_file", summary: "read src/auth/refresh.ts", output: "", failed: false, durationMs: 1000 },
    ],
  },
  { id: 4, at: NOW, kind: "direct", durationMs: 4000, tools: 2 },
];

/** A question of the lead that has just been put. */
export function askedNow(ask: ApprovalAsk): Asked {
  return { key: "call-1", at: NOW, who: "lead", ask, run: undefined };
}

/** Two agents of a run wait for the user's yes, the first one for a minute. */
export const permissionAsks: RunState["permissionAsks"] = [
  { ...permissionAsk("p1", "ada", "run npm publish"), at: NOW - 60_000 },
  { ...permissionAsk("p2", "bob", "write migrations/2.sql"), covers: ["write migrations/2.sql"], at: NOW - 10_000 },
];

function permissionAsk(id: string, agent: string, title: string): RunState["permissionAsks"][number] {
  const detail = `${title.replace(/^run /, "")}\n\nAsked for because the rule "run_command(npm publish)" wants it asked for.`;
  return { id, agent, callId: id, title, detail, covers: ["npm publish"], at: NOW, answer: undefined, settled: false };
}
