import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import type { RunState } from "../../src/core/run/state.ts";
import { statusJson } from "../../src/core/run/status-json.ts";
import { toolUse } from "../../src/core/run/tool-metrics.ts";
import type { StatusJson } from "../../src/core/run/status-schema.ts";
import { answer, candidates, offers, plainAgent, play, type Script, statesOf, vote } from "../engine/play.ts";

const place = { sessionId: "log_20261121_143022_123456", logDir: "/logs/log_20261121_143022_123456" };
const at = (state: RunState, later = 0): StatusJson => statusJson(state, { ...place, now: state.lastEventAt + later });

/** Status of the agents after the first event that fits. */
function after(records: readonly RunRecord[], fits: (record: RunRecord) => boolean): StatusJson {
  const found = statesOf(records).find(({ record }) => fits(record));
  if (!found) throw new Error("No such event");
  return at(found.state);
}

const isOf = (type: RunRecord["type"], agent: string) => (record: RunRecord) =>
  record.type === type && "agent" in record && record.agent === agent;

describe("the status of an agent", () => {
  test("goes from waiting over streaming, answered and voted to completed", async () => {
    const { records, state } = await play({ ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 9) });
    const ada = (fits: (record: RunRecord) => boolean): unknown => after(records, fits).agents["ada"]?.status;
    expect(ada(({ type }) => type === "run_started")).toBe("waiting");
    expect(ada(isOf("execution_started", "ada"))).toBe("streaming");
    expect(ada(isOf("answer_submitted", "ada"))).toBe("answered");
    expect(ada(isOf("vote_cast", "ada"))).toBe("voted");
    expect(ada(isOf("presentation_started", "ada"))).toBe("streaming");
    expect(ada(isOf("final_stored", "ada"))).toBe("voted");
    expect(at(state).agents["ada"]?.status).toBe("completed");
    expect(after(records, isOf("presentation_started", "ada")).agents["bob"]?.status).toBe("voted");
    expect(at(state).agents["bob"]?.status).toBe("completed");
  });

  test("is restarting from the moment a newer answer undoes its vote until its next reply, and not because of its own answers", async () => {
    const ada: Script = (request, call) =>
      call === 1 ? answer("one", 1) : candidates(request).length > 0 ? vote("agent1", 2) : { text: "done" };
    const bob: Script = (request, call) => {
      if (call === 1) return answer("two", 1);
      if (call === 2) return answer("two, better", 9);
      return candidates(request).length > 0 ? vote("agent2", 1) : { text: "done" };
    };
    const { records } = await play({ ada, bob });
    const steps = statesOf(records).map(({ record, state }) => ({ record, status: at(state).agents["ada"]?.status }));
    const undone = steps.findIndex(({ record }) => record.type === "votes_invalidated");
    expect(
      steps
        .slice(undone)
        .map(({ status }) => status)
        .filter((status, index, all) => status !== all[index - 1]),
    ).toEqual(["restarting", "streaming", "voted", "streaming", "voted", "completed"]);
    const second = statesOf(records).find(
      ({ record }) => record.type === "execution_started" && record.agent === "bob" && record.execution === 3,
    );
    expect(second && at(second.state).agents["bob"]?.status).toBe("streaming");
  });

  test("is restarting when an answer is put into its conversation", async () => {
    const ada: Script = (request, call) =>
      call === 1
        ? answer("one", 1)
        : call === 2
          ? answer("better", 5)
          : candidates(request).length > 0
            ? vote("agent1", 1)
            : { text: "done" };
    const bob: Script = (request, call) =>
      call === 1 ? answer("two", 1) : candidates(request).length > 0 ? vote("agent1", 20) : { text: "done" };
    const { records } = await play({ ada, bob });
    expect(after(records, isOf("update_injected", "bob")).agents["bob"]).toMatchObject({
      status: "restarting",
      times_restarted: 1,
    });
  });

  test("is error or timeout when it failed, with what and when, also after the end", async () => {
    const { records, state } = await play({
      ada: () => ({ after: 3, fault: { code: "auth", message: "the key is refused" } }),
      bob: () => ({ after: 1e9 }),
      cyd: plainAgent("c", "agent3"),
    });
    expect(after(records, isOf("execution_stopped", "ada")).agents["ada"]).toMatchObject({
      status: "error",
      error: { type: "error", message: "the key is refused", timestamp: 3 },
    });
    expect(at(state).agents["ada"]?.status).toBe("error");
    expect(at(state).agents["bob"]).toMatchObject({
      status: "timeout",
      error: { type: "timeout", message: "No result within 600 s", timestamp: 1201 },
    });
    expect(at(state).results.degraded).toBe(true);
  });

  test("is completed for whoever had begun when the run was over, and waiting for nobody", async () => {
    const { state } = await play(
      { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 1000) },
      { during: (record, { answerNow }) => record.type === "answer_submitted" && answerNow() },
    );
    expect(at(state).agents).toMatchObject({
      ada: { status: "completed" },
      bob: { status: "completed", answer_count: 0 },
    });
  });
});

describe("status.json", () => {
  test("has every field of the format, with its type, at every moment of a run", async () => {
    const { records } = await play({ ada: plainAgent("a", "agent2", 1), bob: plainAgent("b", "agent2", 9) });
    for (const { record, state } of statesOf(records)) {
      const { meta, coordination, agents, results } = at(state);
      expect(Object.keys(meta), record.type).toEqual([
        "last_updated",
        "session_id",
        "log_dir",
        "question",
        "start_time",
        "elapsed_seconds",
        "attempt",
        "max_attempts",
        "orchestrator_paths",
      ]);
      expect(["initial_answer", "enforcement", "presentation"]).toContain(coordination.phase);
      expect(Number.isInteger(coordination.completion_percentage)).toBe(true);
      expect(coordination.is_final_presentation).toBe(coordination.phase === "presentation");
      for (const agent of Object.values(agents)) {
        expect(["waiting", "streaming", "answered", "voted", "restarting", "error", "timeout", "completed"]).toContain(
          agent.status,
        );
        expect(agent).toMatchObject({
          answer_count: expect.any(Number) as number,
          times_restarted: 0,
          error: null,
          last_activity: expect.any(Number) as number,
        });
        expect(agent.latest_answer_label === null).toBe(agent.answer_count === 0);
      }
      expect(results.winner === null, record.type).toBe(state.final === undefined);
      expect(results.final_answer_preview === null).toBe(state.final === undefined);
    }
  });

  test("counts seconds, and time that passes between two events", async () => {
    const { records, state } = await play({ ada: plainAgent("a", "agent1", 2) });
    const answered = statesOf(records).find(({ record }) => record.type === "answer_submitted");
    const status = answered && at(answered.state, 1500);
    expect(status?.meta).toEqual({
      last_updated: 3.5,
      session_id: place.sessionId,
      log_dir: place.logDir,
      question: "How many moons has Mars?",
      start_time: 0,
      elapsed_seconds: 3.5,
      attempt: 1,
      max_attempts: 1,
      orchestrator_paths: null,
    });
    expect(status?.agents["ada"]?.last_activity).toBe(2);
    expect(at(state, 60_000).meta.elapsed_seconds).toBe(state.activeMs / 1000);
  });

  test("names the agent that works, the label it voted for, and cuts previews between characters", async () => {
    const long = "🌍".repeat(300);
    const { records, state } = await play({
      ada: (request) =>
        candidates(request).length > 0
          ? vote("agent1", 1, long)
          : offers(request, "new_answer")
            ? answer(long)
            : { text: long },
    });
    expect(after(records, isOf("execution_started", "ada")).coordination.active_agent).toBe("ada");
    expect(at(state).coordination.active_agent).toBeNull();
    expect(at(state).agents["ada"]?.vote_cast).toEqual({
      voted_for_agent: "ada",
      voted_for_label: "agent1.1",
      reason_preview: "🌍".repeat(100),
    });
    expect(at(state).results.final_answer_preview).toBe("🌍".repeat(200));
  });

  test("sums calls, tokens, cost and latency by agent and by model", async () => {
    const { state } = await play({ ada: plainAgent("a", "agent1", 2), bob: plainAgent("b", "agent1", 3) });
    const status = at(state);
    expect(status.costs).toEqual({
      total_estimated_cost: 0.05,
      total_input_tokens: 50,
      total_output_tokens: 25,
      complete: true,
    });
    expect(status.telemetry).toEqual({
      total_calls: 5,
      by_model: {
        "model-of-ada": { tokens: 45, cost: 0.03, latency: 4, calls: 3 },
        "model-of-bob": { tokens: 30, cost: 0.02, latency: 6, calls: 2 },
      },
      by_agent: {
        ada: { tokens: 45, cost: 0.03, latency: 4, calls: 3 },
        bob: { tokens: 30, cost: 0.02, latency: 6, calls: 2 },
      },
    });
    expect(status.rounds).toMatchObject({
      total_rounds: 5,
      by_outcome: { answer: 2, vote: 2, presentation: 1, error: 0 },
      total_round_cost: 0.05,
    });
    const unpriced = await play({
      ada: (request, call) => ({ ...plainAgent("a", "agent1")(request, call), cost: null }),
    });
    expect(at(unpriced.state).costs).toMatchObject({ total_estimated_cost: 0, complete: false });
  });

  test("a tool that is called like a part of every object is counted like any other", async () => {
    const { records, state } = await play({ ada: plainAgent("a", "agent1") });
    const used = ["constructor", "__proto__", "constructor"].map((name, index): RunRecord => ({
      type: "tool_finished",
      agent: "ada",
      callId: "c",
      name,
      output: "",
      failed: index === 0,
      durationMs: 2,
      inputChars: 0,
      seq: records.length + index,
      at: state.lastEventAt,
    }));
    const toolUses = used.flatMap((record) => toolUse(record, state) ?? []);
    const { tools } = statusJson(used.reduce(reduceRun, state), { ...place, now: state.lastEventAt, toolUses });
    expect(tools).toMatchObject({ total_calls: 3, total_failures: 1, total_execution_time_ms: 6 });
    expect(Object.keys(tools.by_tool)).toEqual(["constructor", "__proto__"]);
  });
});
