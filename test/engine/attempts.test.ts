import { describe, expect, test } from "vitest";
import { statusJson } from "../../src/core/run/status-json.ts";
import { checkInvariants } from "../fuzz/invariants.ts";
import {
  criticalAgent,
  offers,
  only,
  plainAgent,
  play,
  type PlayOptions,
  type Reply,
  type Script,
  sendBack,
  statesOf,
  submit,
  typesOf,
} from "./play.ts";

const place = { sessionId: "log_1", logDir: "/logs/log_1", now: 0 };
const twice = (extra: PlayOptions["settings"] = {}): PlayOptions => ({
  settings: { maxOrchestrationRestarts: 2, ...extra },
});

/** A team in which ada wins and has the last word. */
const team = (evaluations: readonly Reply[]): Record<string, Script> => ({
  ada: criticalAgent("two moons", "agent1", evaluations),
  bob: plainAgent("one moon", "agent1"),
});

test("T15: an answer that is sent back makes an attempt of everybody, who are told why; what was spent adds up", async () => {
  const played = await play(team([sendBack("names are missing", "name both moons")]), twice());
  const { state, records, requests } = played;
  expect(state).toMatchObject({ attempt: 2, phase: { kind: "ended", outcome: "answered", reason: "votes" } });
  expect(state.past).toMatchObject([{ number: 1, reason: "names are missing", instructions: "name both moons" }]);
  expect(only(records, "answer_submitted").map(({ label }) => label)).toEqual([
    "agent1.1",
    "agent2.1",
    "agent1.2",
    "agent2.2",
  ]);
  const [, second] = only(records, "execution_started").filter(
    ({ agent, sees }) => agent === "bob" && sees.length === 0,
  );
  expect(second).toMatchObject({ mayAnswer: true, mayVote: false });
  const told = requests["bob"]?.[2]?.messages[0];
  const text = told?.role === "user" ? told.text : "";
  expect(text).toMatch(
    /<PREVIOUS ATTEMPT FEEDBACK>[\s\S]*names are missing[\s\S]*name both moons[\s\S]*final: two moons/,
  );
  expect(text).not.toMatch(/ada|bob/);
  // 2 answers, 2 votes, a presentation and an evaluation, twice.
  expect(statusJson(state, place)).toMatchObject({
    meta: { attempt: 2, max_attempts: 3 },
    costs: { total_estimated_cost: 0.12 },
    rounds: { by_outcome: { post_evaluation: 2, presentation: 2 } },
    agents: { ada: { answer_count: 1, latest_answer_label: "agent1.2" } },
  });
  checkInvariants(0, { ...played, resumedAfter: 0, wrongRequests: [] });
});

test("until the answer stands nobody is told of a winner, and the attempt that was sent back says that it is over", async () => {
  const { records } = await play(team([sendBack("too short")]), twice());
  const steps = statesOf(records).map(({ record, state }) => ({ record, status: statusJson(state, place) }));
  const after = (type: string) => steps.filter(({ record }) => record.type === type).map(({ status }) => status);
  expect(
    after("final_stored").map(({ results, coordination }) => [results.winner, coordination.completion_percentage]),
  ).toEqual([
    [null, 99],
    [null, 99],
  ]);
  const [sent, submitted] = after("answer_evaluated");
  expect(sent).toMatchObject({
    is_complete: true,
    finish_reason: "restarted",
    finish_reason_details: "Sent back, attempt 2 goes on: too short",
    results: { winner: "ada" },
  });
  expect(submitted).toMatchObject({ results: { winner: "ada" }, coordination: { completion_percentage: 100 } });
  expect(after("attempt_started")).toMatchObject([
    { is_complete: false, results: { winner: null }, coordination: { completion_percentage: 0 } },
  ]);
});

describe("the final answer stands", () => {
  test.each<[string, Reply]>([
    ["when the winner submits it", submit()],
    ["when it says neither", { text: "Looks fine." }],
    ["when it calls both", { calls: [...(sendBack("no").calls ?? []), ...(submit().calls ?? [])] }],
    ["when its model fails", { fault: { code: "network", message: "gone" } }],
    ["when it takes too long", { ...sendBack("no"), after: 301 }],
  ])("%s", async (_, reply) => {
    const { state, records } = await play(team([reply]), twice());
    expect(state).toMatchObject({ attempt: 1, phase: { outcome: "answered" }, final: { text: "final: two moons" } });
    expect(typesOf(records).at(-1)).toBe("run_ended");
    expect(only(records, "answer_evaluated")).toMatchObject([{ agent: "ada", verdict: "submit" }]);
  });

  test("when it has been sent back as often as may be", async () => {
    const { state, records } = await play(team([sendBack("a"), sendBack("b"), sendBack("c")]), twice());
    expect(state).toMatchObject({ attempt: 3, phase: { outcome: "answered" } });
    // The last attempt has nothing to decide.
    expect(only(records, "answer_evaluated")).toHaveLength(2);
  });

  test.each([
    ["budget", { budget: { maxModelCalls: 6 } }],
    ["time", { timeouts: { orchestrator: 2.4 } }],
  ])("when the %s is nearly used up: nobody is asked, since nothing could follow", async (_, settings) => {
    const { state, records } = await play(team([sendBack("a")]), twice(settings));
    expect(only(records, "evaluation_started")).toEqual([]);
    expect(state).toMatchObject({ attempt: 1, final: { source: "presented" } });
  });

  test("when the second look has used up what was left for another attempt", async () => {
    // The sixth call of seven passes the eight tenths at which a run begins nothing new.
    const { state, records } = await play(team([sendBack("a")]), twice({ budget: { maxModelCalls: 7 } }));
    expect(only(records, "answer_evaluated")).toMatchObject([{ verdict: "restart" }]);
    expect(state).toMatchObject({ attempt: 1, phase: { outcome: "answered" } });
  });

  test("when the user stops the run during the second look", async () => {
    const { state } = await play(team([{ ...sendBack("a"), after: 50 }]), {
      ...twice(),
      during: (record, { stop }) => {
        if (record.type === "evaluation_started") stop();
      },
    });
    expect(state).toMatchObject({ attempt: 1, final: { text: "final: two moons" }, phase: { outcome: "answered" } });
  });
});

test("a call that a model writes down counts as made", async () => {
  const text = 'I am not happy. {"action_type": "restart_orchestration", "reason": "wrong", "instructions": "count"}';
  const { state } = await play(team([{ text }]), twice());
  expect(state.past).toMatchObject([{ reason: "wrong", instructions: "count" }]);
});

test.each(["stop", "answerNow"] as const)(
  "an attempt that gives nothing leaves the answer of the one before: %s",
  async (how) => {
    const { state, records } = await play(team([sendBack("too short")]), {
      ...twice(),
      during: (record, control) => {
        if (record.type !== "attempt_started") return;
        if (how === "stop") control.stop();
        else control.later(0.5, () => control.apply({ type: "time_ran_out" }));
      },
    });
    expect(state).toMatchObject({
      attempt: 2,
      final: { agent: "ada", text: "final: two moons", source: "earlier" },
      phase: { winner: { label: "agent1.1", reason: "attempt 2 gave no answer, so that of attempt 1 stands" } },
    });
    expect(only(records, "final_stored")).toHaveLength(2);
  },
);

test("who failed for a passing reason is back in the next attempt, and who was dropped is not", async () => {
  let calls = 0;
  const flaky: Script = (request) => {
    calls += 1;
    if (calls <= 2) return { fault: { code: "overloaded", message: "busy" } };
    return plainAgent("back again", "agent1")(request, calls);
  };
  const { state, records } = await play(
    { ...team([sendBack("again")]), cyd: flaky, dan: plainAgent("gone", "agent1", 500) },
    {
      ...twice(),
      during: (record, { steer }) => {
        if (record.type === "run_started") steer({ do: "drop", agent: "dan" });
      },
    },
  );
  expect(state.attempt).toBe(2);
  expect(only(records, "answer_submitted").filter(({ agent }) => agent === "cyd")).toHaveLength(1);
  expect(state.agents[3]?.status).toMatchObject({ kind: "parked" });
});

test("a run that is cut off at any event of a second attempt goes on there, and loses nothing", async () => {
  const whole = await play(team([sendBack("again", "better")]), twice());
  const from = whole.records.findIndex(({ type }) => type === "evaluation_started");
  for (let cut = from + 1; cut < whole.records.length; cut++) {
    const past = whole.records.slice(0, cut);
    const had = past.some(({ type }) => type === "attempt_started");
    const verdict = past.some(({ type }) => type === "answer_evaluated");
    const resumed = await play(team(verdict ? [] : [sendBack("again", "better")]), { ...twice(), past });
    expect(resumed.state, `cut at ${cut}`).toMatchObject({ attempt: 2, phase: { outcome: "answered" } });
    expect(only(resumed.records, "attempt_started"), `cut at ${cut}`).toHaveLength(1);
    if (had) expect(only(resumed.records, "final_stored")).toHaveLength(2);
    checkInvariants(cut, { ...resumed, resumedAfter: cut, wrongRequests: [] });
  }
});

test("without restarts allowed, which is the default, nobody is offered one", async () => {
  const { requests, records } = await play(team([sendBack("never asked")]));
  expect(
    Object.values(requests)
      .flat()
      .some((request) => offers(request, "submit")),
  ).toBe(false);
  expect(only(records, "evaluation_started")).toEqual([]);
});
