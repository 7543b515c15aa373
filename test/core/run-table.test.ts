import { describe, expect, test } from "vitest";
import { coordinationTable } from "../../src/core/run/coordination-table.ts";
import { metricsSummary } from "../../src/core/run/metrics.ts";
import { answer, candidates, plainAgent, play, type Script, vote } from "../engine/play.ts";

const ada: Script = (request, call) =>
  call === 1
    ? answer("one\nwith a second line", 1)
    : candidates(request).length > 0
      ? vote("agent1", 2)
      : { text: "done" };
const bob: Script = (request, call) =>
  call === 1
    ? answer("two", 1)
    : call === 2
      ? answer("two, better", 9)
      : candidates(request).length > 0
        ? vote("agent2", 1)
        : { text: "done" };

describe("the coordination table", () => {
  test("shows each event in its agent's column, and beside it how the others stand then", async () => {
    const { records } = await play({ ada, bob });
    const rows = coordinationTable(records).split("\n");
    const row = (text: string): string => rows.find((line) => line.includes(text)) ?? "";
    expect(row("answer agent1.1")).toMatch(/^\| E\d+ +\| answer agent1\.1: one with a second line +\| streaming +\|$/);
    expect(row("answer agent2.2")).toMatch(
      /\| answered +\| answer agent2\.2: two, better +\|$|\| voted +\| answer agent2\.2/,
    );
    expect(row("voids the votes of ada")).toMatch(/^\| E\d+ +\| agent2\.2 voids the votes of ada +\|$/);
    expect(row("TOTAL")).toMatch(
      /answers 1 · votes 1 · restarts 1 · completed +\| answers 2 · votes 1 · restarts 0 · completed/,
    );
    const numbers = rows.flatMap((line) => /^\| E(\d+) /.exec(line)?.[1] ?? []).map(Number);
    expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  });

  test.each([1, 2, 3, 4, 5, 7])("of %i agents has rows of one width", async (count) => {
    const ids = Array.from({ length: count }, (_, index) => `agent-with-a-long-name-${index}`);
    const { records } = await play(
      Object.fromEntries(ids.map((id) => [id, plainAgent(`answer of ${id}`.repeat(9), "agent1")])),
    );
    const widths = coordinationTable(records)
      .split("\n")
      .filter((line) => /^[|+]/.test(line))
      .map(({ length }) => length);
    expect(new Set(widths).size).toBe(1);
  });

  test("of no events is empty, and a run that failed says why", async () => {
    expect(coordinationTable([])).toBe("");
    const { records } = await play({ ada: () => ({ fault: { code: "auth", message: "the key\nis refused" } }) });
    expect(coordinationTable(records)).toContain("failed: the key is refused");
    expect(coordinationTable(records)).toContain("run ended: failed");
  });
});

describe("metrics_summary.json", () => {
  test("has a round for every go, with its kind, outcome, time and cost, and sums that fit", async () => {
    const { state } = await play({ ada, bob });
    const metrics = metricsSummary(state, { sessionId: "log_1", logDir: "/l" });
    expect(metrics.meta).toEqual({
      generated_at: new Date(state.lastEventAt).toISOString(),
      session_id: "log_1",
      question: "How many moons has Mars?",
      num_agents: 2,
      winner: state.final?.agent,
    });
    const rounds = Object.values(metrics.agents).flatMap(({ round_history }) => round_history);
    const ofBob = metrics.agents["bob"]?.round_history.map(({ round_number, round_type, outcome, duration_ms }) => [
      round_number,
      round_type,
      outcome,
      duration_ms,
    ]);
    expect(ofBob?.slice(0, 3)).toEqual([
      [0, "initial_answer", "answer", 1000],
      [1, "voting", "answer", 9000],
      [2, "voting", "vote", 1000],
    ]);
    expect(rounds.reduce((sum, { api_calls_count }) => sum + api_calls_count, 0)).toBe(metrics.api_timing.total_calls);
    expect(rounds.reduce((sum, { estimated_cost }) => sum + estimated_cost, 0)).toBeCloseTo(
      metrics.totals.estimated_cost,
      6,
    );
    expect(metrics.api_timing.avg_time_ms).toBe(
      Math.round(metrics.api_timing.total_time_ms / metrics.api_timing.total_calls),
    );
    expect(metrics.totals).toMatchObject({
      input_tokens: metrics.api_timing.total_calls * 10,
      output_tokens: metrics.api_timing.total_calls * 5,
    });
  });

  test("of a run without calls has no division by zero, and an open round no end", async () => {
    const held = await play(
      { ada: plainAgent("a", "agent1", 9) },
      { during: (record, { hold }) => record.type === "execution_started" && hold() },
    );
    const metrics = metricsSummary(held.state, { sessionId: "s", logDir: "/l" });
    expect(metrics.api_timing).toMatchObject({ total_calls: 0, total_time_ms: 0, avg_time_ms: 0, avg_ttft_ms: 0 });
    expect(metrics.agents["ada"]?.round_history).toMatchObject([{ outcome: null, end_time: null, duration_ms: null }]);
  });

  test("a go that a crash cut off ends where the run goes on", async () => {
    const scripts = { ada: plainAgent("a", "agent1", 9) };
    const held = await play(scripts, { during: (record, { hold }) => record.type === "execution_started" && hold() });
    const resumed = await play(scripts, { past: held.records });
    const metrics = metricsSummary(resumed.state, { sessionId: "s", logDir: "/l" });
    expect(metrics.agents["ada"]?.round_history.map(({ outcome }) => outcome)).toEqual([
      "restarted",
      "answer",
      "vote",
      "presentation",
    ]);
  });
});
