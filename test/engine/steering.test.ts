import { describe, expect, test } from "vitest";
import { FaultError } from "../../src/core/fault.ts";
import { addEvent, freeId, steerEvent } from "../../src/core/run/steer.ts";
import { statusJson } from "../../src/core/run/status-json.ts";
import { answer, candidates, offers, only, plainAgent, play, type Script, vote } from "./play.ts";

const textOf = (sent: unknown): string => JSON.stringify(sent ?? []);

describe("a note of the user", () => {
  test("reaches the agents that it is for at their next call, and is seen once they reply", async () => {
    const look: Script = (request, call) =>
      call === 1 ? { after: 5, text: "hm" } : plainAgent("a", "agent1")(request, call);
    const { state, requests } = await play(
      { ada: look, bob: look },
      {
        during: (record, { steer, later }) => {
          if (record.type === "run_started")
            later(2, () => steer({ do: "note", text: "mind the tides", agents: ["ada"] }));
        },
      },
    );
    expect(state.notes).toMatchObject([{ text: "mind the tides", deliveredTo: ["ada"], seenBy: ["ada"] }]);
    expect(textOf(requests["ada"]?.[0]?.messages)).not.toContain("mind the tides");
    expect(textOf(requests["ada"]?.[1]?.messages)).toContain("<NOTE from the user> mind the tides");
    expect(textOf(requests["bob"])).not.toContain("mind the tides");
  });

  test("is told again in the next execution of the agent, whose conversation is new", async () => {
    const { requests, records } = await play(
      { ada: plainAgent("a", "agent1", 3), bob: plainAgent("b", "agent1", 3) },
      { during: (record, { steer }) => record.type === "run_started" && steer({ do: "note", text: "be brief" }) },
    );
    for (const request of requests["ada"]?.slice(1, 2) ?? []) expect(textOf(request.messages)).toContain("be brief");
    expect(only(records, "notes_delivered").filter(({ agent }) => agent === "ada")).toHaveLength(1);
  });
});

describe("pause", () => {
  test("no model call starts while it lasts, and the time does not count", async () => {
    const { state, records, requests } = await play(
      { ada: plainAgent("a", "agent1", 2), bob: plainAgent("b", "agent1", 2) },
      {
        settings: { timeouts: { agent: 30, orchestrator: 60, presentation: 60 } },
        during: (record, { steer, later }) => {
          if (record.type !== "run_started") return;
          later(1, () => steer({ do: "pause" }));
          later(1000, () => steer({ do: "continue" }));
        },
      },
    );
    const from = only(records, "run_paused")[0]?.at ?? 0;
    const to = only(records, "run_continued")[0]?.at ?? 0;
    expect([from, to]).toEqual([1000, 1_000_000]);
    expect(only(records, "execution_started").filter(({ at }) => at > from && at < to)).toEqual([]);
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "votes" });
    expect(state.activeMs).toBeLessThan(60_000);
    expect(requests["ada"]?.length).toBe(3);
  });
});

test("a winner that is chosen while the run is paused is presented all the same", async () => {
  const { state } = await play(
    { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 100) },
    {
      during: (record, { steer }) => {
        if (record.type === "answer_submitted") steer({ do: "pause" });
        if (record.type === "run_paused") steer({ do: "choose", agent: "ada" });
      },
    },
  );
  expect(state.phase).toMatchObject({ outcome: "answered", reason: "override" });
  expect(state.final).toMatchObject({ source: "presented" });
});

describe("who takes part", () => {
  test("an agent that is dropped stops at once and the others go on without it", async () => {
    const { state, records } = await play(
      { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 500), cyd: plainAgent("c", "agent1", 1) },
      {
        during: (record, { steer }) =>
          record.type === "answer_submitted" && record.agent === "cyd" && steer({ do: "drop", agent: "bob" }),
      },
    );
    expect(state.agents[1]?.status).toMatchObject({ kind: "parked", fault: { message: "Dropped by the user" } });
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "votes" });
    expect(only(records, "answer_submitted").map(({ agent }) => agent)).not.toContain("bob");
    expect(state.lastEventAt).toBeLessThan(100_000);
  });

  test("an agent that is added answers blind like the others, and its answer counts", async () => {
    const { state, records, requests } = await play(
      { ada: plainAgent("a", "agent1", 5), bob: plainAgent("b", "agent1", 5), cyd: plainAgent("c", "agent1", 5) },
      {
        joining: ["cyd"],
        during: (record, { add, later }) => record.type === "run_started" && later(7, () => add("cyd")),
      },
    );
    expect(only(records, "agent_added")).toMatchObject([{ added: { id: "cyd" } }]);
    expect(textOf(requests["cyd"]?.[0]?.messages)).not.toContain("agent1");
    expect(state.answers.map(({ label }) => label)).toEqual(["agent1.1", "agent2.1", "agent3.1"]);
    expect(only(records, "votes_invalidated")).toMatchObject([{ by: "agent3.1", voters: ["ada", "bob"] }]);
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "votes", winner: { votes: { "agent1.1": 3 } } });
  });

  test("the last agent cannot be dropped, nobody can be steered who is not there, and a run that is over takes no orders", async () => {
    const { state, records } = await play({ ada: plainAgent("a", "agent1") });
    expect(() => steerEvent(state, { do: "pause" })).toThrow(FaultError);
    expect(() => addEvent(state, { id: "bob", model: "m", backend: "b", simulated: false })).toThrow(FaultError);
    expect([freeId(state, "bob"), freeId(state, "ada")]).toEqual(["bob", "ada-2"]);
    const { reduceRun } = await import("../../src/core/run/reduce.ts");
    const { newRun } = await import("../../src/core/run/state.ts");
    const begun = records.slice(0, 2).reduce(reduceRun, newRun);
    expect(() => steerEvent(begun, { do: "drop", agent: "ada" })).toThrow("last agent");
    expect(() => steerEvent(begun, { do: "note", text: "x", agents: ["adda"] })).toThrow(/not in this run/);
    expect(() => steerEvent(begun, { do: "choose", agent: "ada" })).toThrow("no answer yet");
    expect(() => steerEvent(begun, { do: "answer", text: "x" })).toThrow("No agent waits");
  });

  test("a vote that cannot change the outcome is not asked for, and what that saves is counted", async () => {
    const slow: Script = (request) =>
      candidates(request).length > 0
        ? vote("agent1", 500)
        : offers(request, "new_answer")
          ? answer("s")
          : { text: "f" };
    const { state, records } = await play(
      { ada: plainAgent("a", "agent1"), bob: plainAgent("b", "agent1"), cyd: slow },
      { settings: { maxNewAnswersPerAgent: 1 } },
    );
    expect(only(records, "agents_settled")).toMatchObject([{ agents: ["cyd"], savedCalls: 1, savedUsd: 0.01 }]);
    expect(state.saved).toEqual({ calls: 1, usd: 0.01 });
    expect(state.phase).toMatchObject({ reason: "votes", winner: { agent: "ada" } });
    expect(state.lastEventAt).toBeLessThan(100_000);
    expect(statusJson(state, { sessionId: "s", logDir: "/l", now: 0 }).agents["cyd"]?.status).toBe("completed");
  });

  test("an agent that may still answer is never let off", async () => {
    const { records } = await play({
      ada: plainAgent("a", "agent1"),
      bob: plainAgent("b", "agent1"),
      cyd: plainAgent("c", "agent3", 60),
    });
    expect(only(records, "agents_settled")).toEqual([]);
    expect(only(records, "vote_cast")).toHaveLength(3);
  });
});

describe("limits and the winner", () => {
  test("a shorter time limit counts from the start of the run", async () => {
    const { state } = await play(
      { ada: plainAgent("a", "agent1", 1), bob: () => ({ after: 1e6 }) },
      {
        settings: { timeouts: { agent: 1e7, orchestrator: 1800, presentation: 60 } },
        during: (record, { steer }) =>
          record.type === "answer_submitted" && steer({ do: "limits", timeoutSeconds: 50 }),
      },
    );
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "time" });
    expect(state.answers).toHaveLength(1);
    expect(state.lastEventAt).toBeLessThan(60_000);
  });

  test("a lower cap on money ends the run with what there is", async () => {
    const { state } = await play(
      { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 2) },
      {
        during: (record, { steer }) => record.type === "answer_submitted" && steer({ do: "limits", maxCostUsd: 0.01 }),
      },
    );
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "budget" });
  });

  test("the user's choice wins at once, against the votes", async () => {
    const { state } = await play(
      { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 1), cyd: plainAgent("c", "agent1", 300) },
      {
        during: (record, { steer }) =>
          record.type === "answer_submitted" && record.agent === "bob" && steer({ do: "choose", agent: "bob" }),
      },
    );
    expect(state.phase).toMatchObject({
      outcome: "answered",
      reason: "override",
      winner: { agent: "bob", tieBreak: "user" },
    });
    expect(state.final?.agent).toBe("bob");
  });
});

describe("ask_others", () => {
  const asking: Script = (request, call) =>
    call === 1
      ? { after: 1, calls: [{ name: "ask_others", input: { question: "Metric or imperial?" } }] }
      : call < 4
        ? { after: 10, text: "still thinking" }
        : plainAgent("in metres", "agent1")(request, call);

  test("another agent answers while both go on, and the answer reaches the asker", async () => {
    const helpful: Script = (request, call) => {
      const asked = /<QUESTION (q\d+) from agent1> Metric or imperial\?/.exec(textOf(request.messages))?.[1];
      if (asked !== undefined && offers(request, "answer_question") && !textOf(request.messages).includes("Sent.")) {
        return { calls: [{ name: "answer_question", input: { question_id: asked, answer: "Metric." } }] };
      }
      return call < 3 ? { after: 4, text: "hm" } : plainAgent("b", "agent1", 3)(request, call);
    };
    const { state, requests } = await play({ ada: asking, bob: helpful }, { settings: { broadcast: "agents" } });
    expect(state.questions).toMatchObject([{ agent: "ada", answers: [{ by: "bob", text: "Metric." }] }]);
    expect(textOf(requests["ada"])).toContain("<ANSWER to your question q1 from agent2> Metric.");
    expect(
      textOf(requests)
        .replaceAll(/\/runs\/1\/(ada|bob)/g, "")
        .replaceAll(/^\{"ada".*?:|,"bob":/g, ""),
    ).not.toContain("from ada");
    expect(state.phase).toMatchObject({ outcome: "answered" });
  });

  test("the user's answer reaches the asker; without a user the default comes at once", async () => {
    const answered = await play(
      { ada: asking },
      {
        hasUser: true,
        settings: { broadcast: "human" },
        during: (record, { steer }) => record.type === "question_asked" && steer({ do: "answer", text: "Imperial." }),
      },
    );
    expect(textOf(answered.requests["ada"])).toContain("from the user> Imperial.");
    const alone = await play({ ada: asking }, { settings: { broadcast: "human" } });
    expect(alone.state.questions).toMatchObject([{ answers: [{ by: "default" }] }]);
    expect(textOf(alone.requests["ada"])).toContain("Decide for yourself");
  });

  test("a question that nobody answers in time gets its default, and never more than allowed are asked", async () => {
    const curious: Script = (request, call) =>
      call <= 3
        ? { after: 1, calls: [{ name: "ask_others", input: { question: `Question ${call}?` } }] }
        : call === 4
          ? { after: 90, text: "hm" }
          : plainAgent("a", "agent1")(request, call);
    const { state, requests } = await play(
      { ada: curious, bob: plainAgent("b", "agent1", 200) },
      { settings: { broadcast: "agents", broadcastTimeout: 60, maxBroadcastsPerAgent: 2 } },
    );
    expect(state.questions.map(({ answers }) => answers.map(({ by }) => by))).toEqual([["default"], ["default"]]);
    expect(textOf(requests["ada"])).toContain("You have asked 2 questions, which is the limit");
  });

  test("is not offered unless the configuration says so", async () => {
    const { requests } = await play({ ada: plainAgent("a", "agent1") });
    expect(offers(requests["ada"]?.[0] ?? { system: "", messages: [], tools: [] }, "ask_others")).toBe(false);
  });
});
