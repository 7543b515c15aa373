import type { PastRun } from "../../src/core/front-end.ts";
import type { RunEvent, RunRecord } from "../../src/core/run/events.ts";
import { RunSettings } from "../../src/core/run/settings.ts";
import { NOW } from "./situations.ts";

/** Events with the seconds, from the start of the run, at which they happened. */
type Timed = readonly (readonly [seconds: number, event: RunEvent])[];

function recorded(startedAt: number, events: Timed): readonly RunRecord[] {
  return events.map(([seconds, event], seq) => ({ ...event, seq, at: startedAt + seconds * 1000 }));
}

function starts(agent: string, execution: number, sees: readonly string[] = []): RunEvent {
  const mayVote = sees.length > 0;
  return { type: "execution_started", agent, execution, sees: [...sees], mayAnswer: true, mayVote };
}

function replies(
  agent: string,
  execution: number | undefined,
  text: string,
  costUsd: number,
  output: number,
): RunEvent {
  return {
    type: "model_replied",
    agent,
    ...(execution === undefined ? {} : { execution }),
    text,
    reasoning: "",
    calls: [],
    usage: { input: 1000, cachedInput: 0, output, reasoning: 0 },
    costUsd,
    latencyMs: 9000,
    firstTokenMs: 800,
  };
}

function answers(agent: string, execution: number, label: string, text: string): RunEvent {
  return { type: "answer_submitted", agent, execution, label, text, snapshot: null, files: [] };
}

function votes(
  agent: string,
  execution: number,
  target: string,
  label: string,
  reason: string,
  sees: readonly string[],
): RunEvent {
  return { type: "vote_cast", agent, execution, target, label, reason, sees: [...sees] };
}

function uses(agent: string, id: string, summary: string): RunEvent {
  return { type: "tool_started", agent, call: { id, name: summary.split(" ")[0] ?? "", input: {} }, summary };
}

function used(agent: string, callId: string, name: string, output: string, failed = false): RunEvent {
  return { type: "tool_finished", agent, callId, name, output, failed, durationMs: 3000, inputChars: 40 };
}

const ADA_1 =
  "Use the ws package.\n\n- dependency: ws 8\n- files: src/ws/handler.ts, src/ws/heartbeat.ts\n- reconnects: the client tries again after 1 s";
const ADA_2 = `${ADA_1.replace("after 1 s", "with backoff, from 1 s to 30 s")}\n- tests: test/ws.test.ts covers reconnects`;
const BOB_1 =
  "Use Socket.IO.\n\n- dependency: socket.io 5\n- files: src/ws/handler.ts\n- reconnects: Socket.IO does the rest";
const CYD_1 = "Use the ws package.\n\n- dependency: ws 8\n- files: src/ws/handler.ts\n- reconnects: left to the caller";

/** Three agents, a vote that a newer answer voids, a failed tool, two against one, a presented winner: 124 seconds. */
export const finishedRun: readonly RunRecord[] = recorded(NOW - 124_000, [
  [
    0,
    {
      type: "run_started",
      question: "Write the WebSocket handler",
      title: "WebSocket handler",
      purpose: "execution",
      agents: [
        { id: "ada", model: "claude-opus-5", backend: "claude", simulated: false },
        { id: "bob", model: "gpt-5.5", backend: "openai", simulated: false },
        { id: "cyd", model: "gemini-3-pro", backend: "gemini", simulated: false },
      ],
      settings: RunSettings.parse({ budget: { maxCostUsd: 2 } }),
      contextPaths: [],
      instructions: {},
    },
  ],
  [0, starts("ada", 1)],
  [0, starts("bob", 1)],
  [0, starts("cyd", 1)],
  [8, replies("cyd", 1, "The handler can stay small.", 0.02, 400)],
  [9, answers("cyd", 1, "agent3.1", CYD_1)],
  [10, replies("ada", 1, "I look at the server first.", 0.06, 900)],
  [10, uses("ada", "t1", "read src/server.ts")],
  [13, used("ada", "t1", "read", "import http from 'node:http'")],
  [30, replies("ada", 1, "", 0.06, 1300)],
  [30, answers("ada", 1, "agent1.1", ADA_1)],
  [31, starts("cyd", 2, ["agent1.1", "agent3.1"])],
  [31, starts("ada", 2, ["agent1.1", "agent3.1"])],
  [40, replies("bob", 1, "Socket.IO takes care of heartbeats and reconnects.", 0.05, 1800)],
  [40, uses("bob", "t2", "run npm view socket.io version")],
  [44, used("bob", "t2", "run", "npm: not found", true)],
  [45, replies("cyd", 2, "", 0.01, 100)],
  [45, votes("cyd", 2, "ada", "agent1.1", "agent1 handles reconnects", ["agent1.1", "agent3.1"])],
  [52, answers("bob", 1, "agent2.1", BOB_1)],
  [52, { type: "votes_invalidated", by: "agent2.1", voters: ["cyd"] }],
  [53, starts("bob", 2, ["agent1.1", "agent2.1", "agent3.1"])],
  [53, starts("cyd", 3, ["agent1.1", "agent2.1", "agent3.1"])],
  [70, replies("ada", 2, "Backoff and a test for reconnects were missing.", 0.07, 1100)],
  [70, answers("ada", 2, "agent1.2", ADA_2)],
  [71, starts("ada", 3, ["agent1.2", "agent2.1", "agent3.1"])],
  [74, { type: "update_injected", agent: "cyd", execution: 3, sees: ["agent1.2", "agent2.1", "agent3.1"] }],
  [74, { type: "update_injected", agent: "bob", execution: 2, sees: ["agent1.2", "agent2.1", "agent3.1"] }],
  [80, replies("ada", 3, "", 0.02, 80)],
  [80, votes("ada", 3, "ada", "agent1.2", "covers lifecycle and tests", ["agent1.2", "agent2.1", "agent3.1"])],
  [88, replies("bob", 2, "", 0.02, 90)],
  [
    88,
    votes("bob", 2, "bob", "agent2.1", "smaller surface, Socket.IO does the rest", [
      "agent1.2",
      "agent2.1",
      "agent3.1",
    ]),
  ],
  [95, replies("cyd", 3, "", 0.01, 70)],
  [95, votes("cyd", 3, "ada", "agent1.2", "agent1.2 handles reconnects", ["agent1.2", "agent2.1", "agent3.1"])],
  [
    95,
    {
      type: "winner_chosen",
      agent: "ada",
      label: "agent1.2",
      reason: "2 of 3 votes",
      tieBreak: "votes",
      votes: { "agent1.2": 2, "agent2.1": 1 },
    },
  ],
  [95, { type: "presentation_started", agent: "ada" }],
  [123, replies("ada", undefined, `${ADA_2}\n\nDone.`, 0.06, 1500)],
  [
    123,
    {
      type: "final_stored",
      agent: "ada",
      label: "agent1.final",
      text: `${ADA_2}\n\nDone.`,
      source: "presented",
      snapshot: null,
      files: [],
    },
  ],
  [124, { type: "run_ended", outcome: "answered" }],
]);

/** What /runs lists. */
export const pastRuns: readonly PastRun[] = [1, 2, 3].map((number) => ({
  runId: `run-${number}`,
  number,
  title: ["gRPC health check", "WebSocket handler", "Rate limiter"][number - 1] ?? "",
  status: ["answered", "on hold", "failed"][number - 1] ?? "",
  winner: number === 1 ? "ada" : null,
  costUsd: number === 3 ? null : 0.38,
  startedAt: NOW - (4 - number) * 7_200_000,
  logDir: "/l",
  again: { task: `task ${number}`, purpose: "execution", agents: 3, refinement: true },
}));
