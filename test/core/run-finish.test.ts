import { describe, expect, test } from "vitest";
import type { RunRecord } from "../../src/core/run/events.ts";
import type { RunState } from "../../src/core/run/state.ts";
import { phaseOf, statusJson } from "../../src/core/run/status-json.ts";
import type { StatusJson } from "../../src/core/run/status-schema.ts";
import { answer, candidates, plainAgent, play, type Script, statesOf, vote } from "../engine/play.ts";

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

describe("completion_percentage", () => {
  test("is one point for an answer and one for a vote of every live agent, at most 99 before the final answer", async () => {
    const { records } = await play({ ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 9) });
    const steps = statesOf(records).map(({ record, state }) => [
      record.type,
      at(state).coordination.completion_percentage,
    ]);
    expect(steps.filter(([, percent], index) => percent !== steps[index - 1]?.[1])).toEqual([
      ["run_started", 0],
      ["answer_submitted", 25],
      ["answer_submitted", 50],
      ["vote_cast", 75],
      ["vote_cast", 99],
      ["final_stored", 100],
    ]);
  });

  test("does not fall when votes are void, and leaves out an agent that failed", async () => {
    const ada: Script = (request, call) =>
      call === 1 ? answer("one", 1) : candidates(request).length > 0 ? vote("agent1", 2) : { text: "done" };
    const bob: Script = (request, call) =>
      call === 1
        ? answer("two", 1)
        : call === 2
          ? answer("better", 9)
          : candidates(request).length > 0
            ? vote("agent2", 1)
            : { text: "done" };
    const { records } = await play({ ada, bob });
    expect(after(records, ({ type }) => type === "votes_invalidated").coordination).toMatchObject({
      completion_percentage: 75,
      phase: "initial_answer",
    });
    const failed = await play({
      ada: plainAgent("a", "agent1", 5),
      bob: () => ({ fault: { code: "auth", message: "no" } }),
    });
    expect(after(failed.records, isOf("answer_submitted", "ada")).coordination.completion_percentage).toBe(50);
    const silent = await play(
      { ada: plainAgent("a", "agent1", 5), bob: plainAgent("b", "agent1", 6) },
      { settings: { skipVoting: true } },
    );
    expect(after(silent.records, isOf("answer_submitted", "ada")).coordination.completion_percentage).toBe(50);
  });

  test("begins again when a run that was stopped goes on", async () => {
    const scripts = { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 60) };
    const stopped = await play(scripts, { during: (record, { stop }) => record.type === "answer_submitted" && stop() });
    expect(at(stopped.state)).toMatchObject({
      finish_reason: "cancelled",
      coordination: { completion_percentage: 100 },
    });
    const resumed = await play(scripts, { past: stopped.records });
    const status = after(resumed.records, ({ type }) => type === "run_resumed");
    expect(status).toMatchObject({
      coordination: { completion_percentage: 25 },
      results: { winner: null },
      finish_reason: "in_progress",
      is_complete: false,
    });
  });
});

describe("finish_reason", () => {
  const plain = { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 5) };
  const none = { ada: (() => ({ after: 1e6 })) as Script };
  const short = { timeouts: { agent: 1e7, orchestrator: 3, presentation: 10 } };
  type Case = readonly [string, Parameters<typeof play>, string, string | null];
  const cases: readonly Case[] = [
    ["votes", [plain], "completed", "Winner: ada"],
    ["answers without votes", [plain, { settings: { skipVoting: true } }], "completed", "Winner: ada"],
    ["the deadline, with an answer", [plain, { settings: short }], "timeout", "Ended by timeout, winner: ada"],
    ["the deadline, without one", [none, { settings: short }], "timeout", "No answer or vote within 3 s"],
    ["the budget", [plain, { settings: { budget: { maxModelCalls: 2 } } }], "budget", "Ended by budget, winner: ada"],
    [
      "answer now",
      [plain, { during: (r, { answerNow }) => r.type === "answer_submitted" && answerNow() }],
      "answer_now",
      "Ended by answer_now, winner: ada",
    ],
    [
      "a stop",
      [plain, { during: (r, { stop }) => r.type === "answer_submitted" && stop() }],
      "cancelled",
      "Ended by cancelled, winner: ada",
    ],
    [
      "a stop before any answer",
      [plain, { during: (r, { stop }) => r.type === "execution_started" && stop() }],
      "cancelled",
      null,
    ],
    ["failures only", [{ ada: () => ({ fault: { code: "auth", message: "refused" } }) }], "error", "refused"],
  ];
  test.each(cases)("after %s", async (_name, [scripts, options], reason, details) => {
    const { records, state } = await play(scripts, options);
    expect(at(state)).toMatchObject({ finish_reason: reason, is_complete: true });
    expect(at(state).finish_reason_details).toBe(details);
    for (const { state: before } of statesOf(records).slice(0, -1)) {
      expect(at(before)).toMatchObject({ finish_reason: "in_progress", is_complete: false });
    }
    const presented = state.final !== undefined;
    expect(phaseOf(state) === "presentation").toBe(presented);
  });
});
