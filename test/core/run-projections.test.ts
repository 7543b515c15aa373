import { describe, expect, test } from "vitest";
import { outputHead, outputParts } from "../../src/core/run/agent-output.ts";
import { coordinationEvents } from "../../src/core/run/coordination-events.ts";
import { coordinationTable } from "../../src/core/run/coordination-table.ts";
import type { RunEvent, RunRecord } from "../../src/core/run/events.ts";
import { executionContext } from "../../src/core/run/execution-context.ts";
import { executionTrace } from "../../src/core/run/execution-trace.ts";
import { metricsEvents } from "../../src/core/run/metrics.ts";
import { narrate } from "../../src/core/run/narrate.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { snapshotMappings } from "../../src/core/run/snapshot-mappings.ts";
import { newRun } from "../../src/core/run/state.ts";
import { agentToolsOf, toolUse, toolsOf, type ToolUse } from "../../src/core/run/tool-metrics.ts";
import { answer, candidates, only, plainAgent, play, type Script, vote } from "../engine/play.ts";

const ada: Script = (request, call) =>
  call === 1 ? answer("one", 1) : candidates(request).length > 0 ? vote("agent1", 2) : { text: "final: one" };
/** Answers again when ada has voted, so that her vote is void. */
const bob: Script = (request, call) =>
  call === 1
    ? answer("two", 1)
    : call === 2
      ? answer("two, better", 9)
      : candidates(request).length > 0
        ? vote("agent1", 1)
        : { text: "final: two" };

type Event = { event_type: string; agent_id: string | null; details: string; context: Record<string, unknown> };
const eventsOf = (records: readonly RunRecord[]): readonly Event[] => coordinationEvents(records).events as Event[];

describe("coordination_events.json", () => {
  test("tells the course of a run, with an iteration only where there is something new to see", async () => {
    const { records, state } = await play({ ada, bob });
    const events = eventsOf(records);
    const named = (type: string): readonly Event[] => events.filter(({ event_type }) => event_type === type);
    expect(events[0]?.event_type).toBe("session_start");
    expect(events.at(-1)?.event_type).toBe("status_change");
    expect(named("session_end")).toHaveLength(1);
    expect(named("iteration_start").map(({ context }) => context["available_answers"])).toEqual([
      [],
      ["agent1.1"],
      ["agent1.1", "agent2.1"],
      ["agent1.1", "agent2.2"],
    ]);
    expect(named("new_answer").map(({ context }) => context["label"])).toEqual(["agent1.1", "agent2.1", "agent2.2"]);
    expect(named("restart_triggered")).toMatchObject([
      { agent_id: "bob", context: { affected_agents: ["ada"], triggering_agent: "bob" } },
    ]);
    expect(named("vote_cast")).toHaveLength(only(records, "vote_cast").length);
    expect(named("final_answer")).toMatchObject([{ agent_id: "ada", context: { label: "agent1.final" } }]);
    expect(coordinationEvents(records).session_metadata).toMatchObject({
      agent_ids: ["ada", "bob"],
      final_winner: "ada",
      end_time: state.lastEventAt / 1000,
    });
  });

  test("an agent that fails, and one that runs out of time, are told apart", async () => {
    const fail = async (code: "auth" | "timeout"): Promise<readonly string[]> => {
      const { records } = await play({
        ada: plainAgent("a", "agent1"),
        bob: () => ({ fault: { code, message: "no" } }),
      });
      return eventsOf(records).map(({ event_type }) => event_type);
    };
    expect(await fail("auth")).toContain("agent_error");
    expect(await fail("timeout")).toContain("agent_timeout");
  });
});

test("snapshot_mappings.json leads from every answer and vote to its file", async () => {
  const { records } = await play({ ada, bob });
  const mappings = snapshotMappings(records, (at) => `at-${at}`);
  const votes = only(records, "vote_cast").length;
  expect(Object.keys(mappings)).toHaveLength(3 + votes + 1);
  expect(mappings["agent1.1"]).toEqual({
    type: "answer",
    label: "agent1.1",
    agent_id: "ada",
    timestamp: "at-1000",
    iteration: 1,
    round: 0,
    path: "ada/at-1000/answer.txt",
  });
  expect(mappings["agent1.vote2"]).toMatchObject({ type: "vote", voted_for: "ada", voted_for_label: "agent1.1" });
  expect(mappings["agent1.final"]).toMatchObject({ type: "final_answer", path: "final/ada/answer.txt" });
});

describe("execution_trace.md", () => {
  const go = { agent: "ada", execution: 1 } as const;
  const usage = null;
  const reply = { ...go, usage, costUsd: null, latencyMs: 1, firstTokenMs: null } as const;

  test("holds calls, results and reasoning untruncated, whatever fences are in them", async () => {
    const { records } = await play({ ada: plainAgent("a", "agent1") });
    const output = `before\n\`\`\`\`\nfence\n${"x".repeat(50_000)}`;
    const call = { id: "c1", name: "read_file", input: { path: "a.txt" } };
    const extra: RunEvent[] = [
      { type: "model_replied", ...reply, text: "I look.", reasoning: "What is in it?", calls: [call] },
      {
        type: "tool_finished",
        agent: "ada",
        callId: "c1",
        name: "read_file",
        output,
        failed: true,
        durationMs: 1,
        inputChars: 3,
      },
    ];
    const begin = records.slice(0, 2);
    const trace = executionTrace([...begin, ...extra.map((event, seq) => ({ ...event, seq: seq + 2, at: 5 }))], "ada");
    expect(trace).toMatch(/^# Execution Trace: ada\n\n\*\*Model\*\*: model-of-ada \| \*\*Started\*\*: /);
    expect(trace).toContain("## Round 0 (unfinished)");
    expect(trace).toContain("### Reasoning\n\nWhat is in it?");
    expect(trace).toContain("### Content\n\nI look.");
    expect(trace).toContain('### Tool Call: read_file\n\n**Args**:\n```json\n{\n  "path": "a.txt"\n}\n```');
    expect(trace).toContain(`### Tool Error: read_file\n\n\`\`\`\`\`\n${output}\n\`\`\`\`\``);
    expect(trace).toMatch(/## Errors\n\n- .* read_file failed\n$/);
  });

  test("names what became of every round, and is that of one agent alone", async () => {
    const { records } = await play({ ada, bob });
    const trace = executionTrace(records, "bob");
    expect([...trace.matchAll(/^## .*$/gm)].map(([line]) => line)).toEqual([
      "## Round 0 (Answer agent2.1)",
      "## Round 1 (Answer agent2.2)",
      "## Round 2 (Vote for agent1.1)",
    ]);
    expect(trace).not.toContain("final: one");
    expect(trace).toContain("### Vote Cast: agent1.1");
  });
});

test("context.txt has what an execution was shown, and nothing of others that it was not", async () => {
  const { records, requests } = await play({ ada, bob });
  const [asked] = requests["ada"] ?? [];
  const first = executionContext(records, "ada", 1);
  expect(first).toMatchObject({ system_message: asked?.system, current_answers: [], tools: ["new_answer"] });
  expect([{ role: "user", text: first.user_message }]).toEqual(asked?.messages);
  const second = executionContext(records, "ada", 2);
  expect(second.current_answers).toEqual([
    { label: "agent1.1", answer: "one" },
    { label: "agent2.1", answer: "two" },
  ]);
  expect(second.tools).toEqual(["new_answer", "vote"]);
  expect(second.messages.filter(({ role }) => role === "assistant")).toHaveLength(1);
  expect(JSON.stringify(second)).not.toContain("two, better");
  const presented = executionContext(records, "ada", undefined);
  expect(presented).toMatchObject({ system_message: requests["ada"]?.at(-1)?.system, tools: [] });
  expect(presented.messages).toMatchObject([{ role: "assistant", content: "final: one" }]);
});

describe("tool metrics", () => {
  const use = (index: number, error?: string): ToolUse => ({
    tool: "read_file",
    callId: `c${index}`,
    agent: "ada",
    round: 0,
    startedAt: 0,
    endedAt: index,
    durationMs: index,
    error,
    inputChars: 10,
    outputChars: index,
  });

  test("spread over few calls their largest value, over many the percentile", () => {
    const of = (count: number) =>
      agentToolsOf(Array.from({ length: count }, (_, index) => use(index + 1))).by_tool["read_file"];
    expect(of(1)?.output_distribution).toEqual({ min: 1, max: 1, median: 1, p90: 1, p99: 1 });
    expect(of(9)?.output_distribution).toEqual({ min: 1, max: 9, median: 5, p90: 9, p99: 9 });
    expect(of(10)?.output_distribution).toEqual({ min: 1, max: 10, median: 5.5, p90: 9, p99: 10 });
    expect(of(200)?.output_distribution).toEqual({ min: 1, max: 200, median: 100.5, p90: 180, p99: 198 });
    expect(of(10)?.exec_time_distribution).toEqual({ min_ms: 1, max_ms: 10, median_ms: 5.5, p90_ms: 9 });
  });

  test("count failures and characters, and estimate tokens from them", () => {
    expect(toolsOf([use(6), use(4, "no such file")])).toMatchObject({
      total_calls: 2,
      total_failures: 1,
      by_tool: {
        read_file: {
          success_count: 1,
          total_input_chars: 20,
          total_output_chars: 10,
          input_tokens_est: 5,
          output_tokens_est: 2,
        },
      },
    });
  });

  test("metrics_events.json has every call with its round", async () => {
    const { records } = await play({ ada, bob });
    const finished: RunRecord = {
      type: "tool_finished",
      agent: "ada",
      callId: "c1",
      name: "mcp__files__read",
      output: "no such file",
      failed: true,
      durationMs: 40,
      inputChars: 8,
      seq: records.length,
      at: 500,
    };
    const state = records.slice(0, 2).reduce(reduceRun, newRun);
    const toolUses = [toolUse(finished, state)].flatMap((one) => one ?? []);
    expect(metricsEvents(state, { sessionId: "s", logDir: "/l", toolUses }).tool_executions).toEqual([
      {
        tool_name: "mcp__files__read",
        tool_type: "mcp",
        call_id: "c1",
        agent_id: "ada",
        round_number: 0,
        start_time: 0.46,
        end_time: 0.5,
        execution_time_ms: 40,
        success: false,
        error_message: "no such file",
        input_chars: 8,
        output_chars: 12,
        input_tokens_est: 2,
        output_tokens_est: 3,
      },
    ]);
  });
});

test("agent_outputs have what an agent said under its name, and the presentation by itself", async () => {
  const { records } = await play({ ada, bob });
  const text = (file: string): string =>
    outputHead(file) +
    records
      .flatMap(outputParts)
      .filter((part) => part.file === file)
      .map((part) => part.text)
      .join("");
  expect(text("ada.txt")).toMatch(/^=== ADA OUTPUT LOG ===\n\n--- round 0 ---\n\n✔ answer agent1\.1\none\n/);
  expect(text("final_presentation_ada.txt")).toContain("final: one");
  expect(text("system_status.txt")).toContain("ada answered (agent1.1): one\n");
  expect(text("bob.txt")).not.toContain("final: one");
});

test("every steering event has a line in the log and a row in the table", async () => {
  const { records } = await play({ ada, bob });
  const steering: RunEvent[] = [
    { type: "note_sent", id: "n", text: "be\nshort", agents: ["ada", "bob"] },
    { type: "notes_delivered", agent: "ada", execution: 1, ids: ["n"] },
    { type: "round_limit_told", agent: "ada", execution: 1, graceSeconds: 60 },
    { type: "run_paused" },
    { type: "run_continued" },
    { type: "agent_dropped", agent: "bob" },
    { type: "agent_added", added: { id: "cyd", model: "m", backend: "b", simulated: true } },
    { type: "limits_changed", maxCostUsd: 2, maxTokens: null, orchestratorSeconds: 90 },
    { type: "winner_overridden", label: "agent1.1" },
    { type: "agents_settled", agents: ["bob"], savedCalls: 1, savedUsd: null },
    { type: "question_asked", id: "q", agent: "ada", to: "human", text: "Which moon?" },
    { type: "question_answered", id: "q", by: "human", text: "Phobos" },
    { type: "question_answered", id: "q", by: "default", text: "" },
  ];
  const begin = records.slice(0, 4);
  const steered = steering.map((event, index): RunRecord => ({ ...event, seq: index + 4, at: 9 }));
  expect(steered.map(narrate)).toEqual([
    "note to ada, bob: be short",
    "ada got 1 note",
    "ada was told that the time of its round is up",
    "paused",
    "goes on",
    "bob was dropped",
    "cyd (m) joins",
    "new limits: at most $2.00, no token limit, at most 1m 30s",
    "agent1.1 was chosen by the user",
    "bob let off: their votes cannot change the outcome",
    "ada asks the user: Which moon?",
    "the user answers: Phobos",
    "nobody answered the question in time",
  ]);
  const rows = coordinationTable([...begin, ...steered]).split("\n");
  const events = rows.filter((row) => /^\| E\d/.test(row));
  expect(events).toHaveLength(begin.filter(({ type }) => type === "execution_started").length + steered.length);
  expect(new Set(rows.filter((row) => /^[|+]/.test(row)).map(({ length }) => length)).size).toBe(1);
  expect(eventsOf([...begin, ...steered]).map(({ event_type }) => event_type)).toEqual(
    expect.arrayContaining([
      "note_sent",
      "run_paused",
      "agent_added",
      "broadcast_created",
      "human_broadcast_response",
      "broadcast_timeout",
    ]),
  );
});
