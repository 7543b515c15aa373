import { describe, expect, test } from "vitest";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { statusJson } from "../../src/core/run/status-json.ts";
import { tooSimilar } from "../../src/engine/novelty.ts";
import { lookTool } from "../helpers/look-tool.ts";
import { answer, candidates, offers, only, plainAgent, play, type Script, statesOf, vote } from "./play.ts";

const votesFor =
  (favourite: string, seconds: number, first = "first"): Script =>
  (request, call) =>
    call === 1 ? answer(first, 1) : candidates(request).length > 0 ? vote(favourite, seconds) : { text: "done" };

describe("an update", () => {
  test("lets an agent vote that had begun before there was anything to vote for", async () => {
    const bob: Script = (request, call) =>
      call === 1
        ? { after: 5, text: "still thinking" }
        : candidates(request).length > 0
          ? vote("agent1")
          : answer("never");
    const { records } = await play(
      { ada: plainAgent("a", "agent1", 1), bob },
      { settings: { blindFirstRound: false } },
    );
    expect(only(records, "vote_cast").map(({ agent }) => agent)).toContain("bob");
    expect(only(records, "answer_submitted")).toHaveLength(1);
  });

  test("by a fresh start counts as one, and shows as restarting until the model replies", async () => {
    const ada: Script = (request, call) =>
      call === 2 ? answer("one, improved", 5) : votesFor("agent1", 1)(request, call);
    const { records, state } = await play(
      { ada, bob: votesFor("agent1", 100, "two") },
      { settings: { restartPolicy: "abort" } },
    );
    const statuses = statesOf(records).map(
      ({ state }) => statusJson(state, { sessionId: "s", logDir: "/l", now: 0 }).agents["bob"],
    );
    const stopped = records.findIndex(({ type }) => type === "execution_stopped");
    expect(statuses.slice(stopped, stopped + 2)).toMatchObject([
      { status: "restarting", times_restarted: 1 },
      { status: "restarting", times_restarted: 1 },
    ]);
    expect(state.agents[1]?.updates).toBe(1);
  });

  test("never reaches an agent that works undisturbed: its stale vote is void and it starts afresh", async () => {
    const ada: Script = (request, call) =>
      call === 2 ? answer("one, improved", 5) : votesFor("agent1", 1)(request, call);
    const { records, requests } = await play(
      { ada, bob: votesFor("agent1", 20, "two") },
      { settings: { disableInjection: true } },
    );
    expect(only(records, "update_injected")).toEqual([]);
    expect(only(records, "vote_ignored")).toMatchObject([{ agent: "bob" }]);
    expect(only(records, "execution_stopped")).toMatchObject([
      { agent: "bob", restartedBy: "agent1.2", cancelled: true },
    ]);
    expect(requests["bob"]?.[2]?.messages).toHaveLength(1);
  });
});

describe("time", () => {
  test("between a crash and the moment a run goes on does not count", async () => {
    const { records } = await play({ ada: plainAgent("a", "agent1", 10) });
    const held = statesOf(records.slice(0, 3)).at(-1)?.state;
    const resumed = held && reduceRun(held, { type: "run_resumed", seq: 3, at: held.lastEventAt + 3_600_000 });
    expect(resumed?.activeMs).toBe(held?.activeMs);
  });

  test("that was used before a hold is not given again", async () => {
    const scripts = { ada: plainAgent("a", "agent1", 40), bob: (() => ({ after: 1e6 })) as Script };
    const settings = { timeouts: { agent: 1e7, orchestrator: 100, presentation: 10 } };
    const held = await play(scripts, {
      settings,
      during: (record, { hold }) => record.type === "answer_submitted" && hold(),
    });
    const resumed = await play(scripts, { past: held.records });
    expect(resumed.state.phase).toMatchObject({ reason: "time" });
    expect(only(resumed.records, "wrap_up_started")).toMatchObject([{ at: 80_000 }]);
    expect(only(resumed.records, "time_ran_out")).toMatchObject([{ at: 100_000 }]);
  });

  test("that runs short does not take back that the user wants the first answer at once", async () => {
    const { state, records } = await play(
      { ada: plainAgent("a", "agent1", 90), bob: plainAgent("b", "agent1", 95) },
      {
        settings: { timeouts: { agent: 1e7, orchestrator: 100, presentation: 10 } },
        during: (record, { answerNow }) => record.type === "run_started" && answerNow(),
      },
    );
    expect(state.phase).toMatchObject({ reason: "answer_now" });
    expect(only(records, "coordination_ended")).toMatchObject([{ at: 90_000 }]);
  });

  test("for the presentation is its own, and a winner that the deadline cut off still presents", async () => {
    const ada: Script = (request, call) =>
      candidates(request).length > 0
        ? vote("agent1", 1e6)
        : call === 1
          ? answer("a", 1)
          : { after: 1e6, text: "never" };
    const { state, records } = await play(
      { ada },
      { settings: { timeouts: { agent: 1e7, orchestrator: 50, presentation: 20 } } },
    );
    expect(only(records, "presentation_failed")).toMatchObject([{ fault: { code: "timeout" }, at: 70_000 }]);
    expect(state.final).toMatchObject({ text: "a", source: "stored" });
  });
});

describe("a budget", () => {
  test("that is used up to four fifths makes the run wrap up: no second answers, and everybody is told", async () => {
    const restless =
      (name: string): Script =>
      (_request, call) =>
        call % 2 === 1 ? answer(`version ${call} of ${name}`) : { text: "hm" };
    const { records, requests } = await play(
      { ada: restless("one"), bob: restless("two") },
      { settings: { maxNewAnswersPerAgent: null, budget: { maxModelCalls: 10 } } },
    );
    const wrapUp = records.findIndex(({ type }) => type === "wrap_up_started");
    expect(records[wrapUp]).toMatchObject({ reason: "budget" });
    expect(only(records.slice(0, wrapUp), "model_replied")).toHaveLength(8);
    expect(only(records.slice(wrapUp), "answer_submitted")).toEqual([]);
    expect(JSON.stringify(requests)).toContain("nearly used up");
  });
});

test("a budget that ends in the middle of a go is no failure of the agent", async () => {
  const { state } = await play(
    { ada: plainAgent("a", "agent1", 1), bob: () => ({ after: 5, text: "hm" }) },
    { settings: { budget: { maxModelCalls: 2 } } },
  );
  expect(state.agents.map(({ status }) => status.kind)).toEqual(["idle", "idle"]);
  expect(state.phase).toMatchObject({ outcome: "answered", reason: "budget" });
});

describe("a single candidate", () => {
  test("needs no vote once nobody may add another one", async () => {
    const { records, state, requests } = await play(
      { ada: plainAgent("a", "agent1") },
      { settings: { maxNewAnswersPerAgent: 1 } },
    );
    expect(requests["ada"]).toHaveLength(2);
    expect(only(records, "vote_cast")).toEqual([]);
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "answers" });
  });
});

describe("a stop", () => {
  test("while the winner presents ends at once with the stored answer", async () => {
    const { state, records } = await play(
      { ada: plainAgent("a", "agent1", 1) },
      { during: (record, { stop }) => record.type === "presentation_started" && stop() },
    );
    expect(state.final).toMatchObject({ text: "a", source: "stored" });
    expect(state.phase).toMatchObject({ outcome: "answered" });
    expect(only(records, "model_replied")).toHaveLength(2);
  });

  test("before any answer ends without one, and asks nobody any more", async () => {
    const { state, requests } = await play(
      { ada: plainAgent("a", "agent1", 9) },
      { during: (record, { stop }) => record.type === "run_started" && stop() },
    );
    expect(state.phase).toMatchObject({ outcome: "cancelled", reason: "stopped", winner: undefined });
    expect(requests["ada"]).toEqual([]);
  });
});

describe("a reply", () => {
  test("with several votes counts as the last of them", async () => {
    const bob: Script = (request, call) =>
      candidates(request).length > 0
        ? { calls: ["agent2", "agent1"].map((id) => ({ name: "vote", input: { agent_id: id, reason: "" } })) }
        : plainAgent("b", "agent1")(request, call);
    const { records } = await play({ ada: plainAgent("a", "agent1"), bob });
    expect(only(records, "vote_cast").find(({ agent }) => agent === "bob")).toMatchObject({ label: "agent1.1" });
  });

  test("whose answer has no content is sent back, unless it was written beside the call", async () => {
    const empty: Script = (request, call) =>
      call === 1 ? { calls: [{ name: "new_answer", input: {} }] } : plainAgent("a", "agent1")(request, call);
    expect(only((await play({ ada: empty })).records, "enforcement_recorded")).toHaveLength(1);
    const beside: Script = (request, call) =>
      call === 1
        ? { text: " two moons ", calls: [{ name: "new_answer", input: {} }] }
        : plainAgent("a", "agent1")(request, call);
    expect(only((await play({ ada: beside })).records, "answer_submitted")).toMatchObject([{ text: "two moons" }]);
  });

  test("without a call stays in the conversation, followed by what is wrong with it", async () => {
    const ada: Script = (request, call) =>
      call === 1 ? { text: "it is two" } : plainAgent("a", "agent1")(request, call);
    const { requests } = await play({ ada });
    expect(requests["ada"]?.[1]?.messages.slice(1)).toMatchObject([
      { role: "assistant", text: "it is two" },
      { role: "user", text: expect.stringContaining("called no tool") as string },
    ]);
  });

  test("whose vote names part of an agent is sent back", async () => {
    const bob: Script = (request, call) => (call === 2 ? vote("agent") : plainAgent("b", "agent1")(request, call));
    const { records } = await play({ ada: plainAgent("a", "agent1"), bob });
    expect(only(records, "enforcement_recorded")).toMatchObject([{ code: "invalid_vote_id" }]);
  });
});

test("an answer is too similar above seven tenths of shared wording when balanced, above half when strict", () => {
  const words = (from: number, count: number): string =>
    Array.from({ length: count }, (_, i) => `w${from + i}`).join(" ");
  const old = words(0, 12); // ten runs of three words
  expect(tooSimilar(`${words(0, 9)} ${words(50, 3)}`, [old], "balanced")).toBe(false); // 7 of 10
  expect(tooSimilar(`${words(0, 10)} ${words(50, 2)}`, [old], "balanced")).toBe(true); // 8 of 10
  expect(tooSimilar(`${words(0, 7)} ${words(50, 5)}`, [old], "strict")).toBe(false); // 5 of 10
  expect(tooSimilar(`${words(0, 8)} ${words(50, 4)}`, [old], "strict")).toBe(true); // 6 of 10
  expect(tooSimilar(`${words(100, 100)} ${old}`, [old], "balanced")).toBe(true); // padding
  expect(tooSimilar(old, [old], "lenient")).toBe(false);
});

test("an agent may repeat its own wording when it improves its answer", async () => {
  const text = "Mars has two moons that are called Phobos and Deimos and both are small";
  const ada: Script = (request, call) =>
    call === 1 ? answer(text) : call === 2 ? answer(`${text} indeed`) : plainAgent("a", "agent1")(request, call);
  const { records } = await play(
    { ada, bob: plainAgent("none", "agent1", 3) },
    { settings: { answerNovelty: "strict" } },
  );
  expect(only(records, "enforcement_recorded")).toEqual([]);
});

test("text that was saved from a failure is not lost when the last chance brings none", async () => {
  const ada: Script = (_request, call) => ({
    text: call === 1 ? "half an answer" : "",
    fault: { code: "network", message: "broke off" },
  });
  expect((await play({ ada })).state.final).toMatchObject({ source: "salvaged", text: "half an answer" });
});

test("a run that is taken up in its presentation leaves no agent busy", async () => {
  const scripts = { ada: plainAgent("a", "agent1") };
  const held = await play(scripts, { during: (record, { hold }) => record.type === "presentation_started" && hold() });
  const resumed = await play(scripts, { past: held.records });
  expect(resumed.state.agents).toMatchObject([{ status: { kind: "voted" } }]);
  expect(resumed.state.final).toMatchObject({ source: "presented" });
});

test("a presentation that was cut off goes on with its conversation, and does nothing twice", async () => {
  const looked: string[] = [];
  const tools = [lookTool(async () => `found ${looked.push("x")}`)];
  const ada: Script = (request) => {
    if (offers(request, "new_answer")) return answer("one");
    const { length } = request.messages.filter(({ role }) => role === "tool");
    return length < 2 ? { text: `step ${length}`, calls: [{ name: "look", input: {} }] } : { text: "the end" };
  };
  const settings = { maxNewAnswersPerAgent: 1 };
  const whole = await play({ ada }, { tools, settings });
  expect(looked.splice(0)).toHaveLength(2);
  const begin = whole.records.findIndex(({ type }) => type === "presentation_started");
  const end = whole.records.findIndex(({ type }) => type === "final_stored");
  for (let cut = begin + 1; cut <= end; cut++) {
    const before = whole.records.slice(0, cut);
    const { records, requests, state } = await play({ ada }, { tools, settings, past: before });
    expect(state.final, `cut at ${cut}`).toMatchObject({ source: "presented", text: "the end" });
    const done = before.filter((record, at) => at > begin && record.type === "model_replied").length;
    expect(requests["ada"], `model calls after a cut at ${cut}`).toHaveLength(3 - done);
    expect(only(records, "tool_started"), `tool calls with a cut at ${cut}`).toHaveLength(2);
    const again = await play({ ada }, { tools, settings, past: records.slice(0, cut + 2) });
    expect(again.state.final, `cut at ${cut} and again`).toMatchObject({ text: "the end" });
    expect(only(again.records, "tool_started")).toHaveLength(2);
  }
});

test("an agent at its last chance still has only that one after a resume", async () => {
  const fault = { code: "network", message: "broke off" } as const;
  const scripts: Record<string, Script> = { ada: () => ({ fault }), bob: plainAgent("b", "agent2") };
  const held = await play(scripts, {
    during: (record, { hold }) => {
      if (record.type === "execution_started" && record.agent === "ada" && record.execution === 2) hold();
    },
  });
  const { records, state } = await play(scripts, { past: held.records });
  expect(only(records, "execution_started").filter(({ agent }) => agent === "ada")).toHaveLength(3);
  expect(state.agents[0]?.status).toMatchObject({ kind: "parked", chanceLeft: false });
});

test("a run that failed may go on: everybody is asked once more, but for whom the user dropped", async () => {
  const fault = { code: "network", message: "no route to host" } as const;
  const failing: Script = () => ({ after: 5, fault });
  const { records, state } = await play(
    { ada: failing, bob: failing, cyd: failing },
    { during: (record, { steer }) => record.type === "run_started" && steer({ do: "drop", agent: "cyd" }) },
  );
  expect(state.phase).toMatchObject({ kind: "ended", outcome: "failed" });
  const working = { ada: plainAgent("a", "agent1"), bob: plainAgent("b", "agent1"), cyd: plainAgent("c", "agent1") };
  const again = await play(working, { past: records });
  expect(again.state.phase).toMatchObject({ outcome: "answered", winner: { agent: "ada" } });
  expect(again.state.answers.map(({ agent }) => agent)).toEqual(["ada", "bob"]);
});

test("of several failures the newest is the cause that a failed run names", async () => {
  const failing =
    (after: number, message: string): Script =>
    () => ({ after, fault: { code: "auth", message } });
  const { state } = await play({ ada: failing(9, "late"), bob: failing(1, "early") });
  expect(state.phase).toMatchObject({ outcome: "failed", fault: { message: "late" } });
});
