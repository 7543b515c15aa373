import { describe, expect, test } from "vitest";
import { statusJson } from "../../src/core/run/status-json.ts";
import { lookTool } from "../helpers/look-tool.ts";
import {
  answer,
  candidates,
  offers,
  only,
  plainAgent,
  play,
  type Played,
  type Reply,
  type Script,
  statesOf,
  typesOf,
  vote,
} from "./play.ts";

// T1 to T18 of the specification's checklist. T12 to T14, T16 and T18 are in scenarios-files.test.ts.
// Where they differ: T2 B decides again in the same conversation; T4 lower cost, then the earlier answer, then the name,
// and `tie_break` in the place of `is_tie`; T5 parked, not killed; T7 the share of shingles, not of words; T11 the
// wrap-up of the run withholds tools at once, that of a round after its grace; T15 attempts by post-evaluation are not
// part of this product: a follow-up is a new run.

const place = { sessionId: "s", logDir: "/l", now: 0 };

/** Answers on its first call, then does what it is told, the last of it again and again. */
const thenAlways =
  (content: string, ...moves: readonly Script[]): Script =>
  (request, call) => {
    if (call === 1) return answer(content);
    if (candidates(request).length === 0 && !offers(request, "new_answer")) return { text: `final ${content}` };
    return (moves[call - 2] ?? moves.at(-1) ?? (() => vote("agent1")))(request, call);
  };

test("T1: three agents without tools answer and vote, once each, and no vote is void", async () => {
  const { records, requests, state } = await play({
    ada: plainAgent("a", "agent2", 3),
    bob: plainAgent("b", "agent2", 1),
    cyd: plainAgent("c", "agent3", 2),
  });
  expect(state.phase).toMatchObject({ outcome: "answered", reason: "votes", winner: { agent: "bob" } });
  expect(only(records, "vote_cast")).toHaveLength(3);
  expect(only(records, "vote_ignored")).toEqual([]);
  expect(Object.values(requests).map((seen) => seen.length)).toEqual([2, 3, 2]);
});

test("T2: B's vote for A's first answer is void when A gives its second at the same moment, and B decides again", async () => {
  const ada = thenAlways(
    "one",
    () => answer("one, improved", 5),
    () => vote("agent1"),
  );
  const { records, requests } = await play({
    ada,
    bob: thenAlways(
      "two",
      () => vote("agent1", 5),
      () => vote("agent1", 1),
    ),
  });
  const [ignored] = only(records, "vote_ignored");
  expect(ignored).toMatchObject({ agent: "bob", label: "agent1.1", reason: "newer: agent1.2" });
  const [newer] = only(records, "answer_submitted").filter(({ label }) => label === "agent1.2");
  expect(newer?.at).toBe(ignored?.at);
  expect(only(records, "update_injected")).toMatchObject([{ agent: "bob", sees: ["agent1.2", "agent2.1"] }]);
  expect(only(records, "vote_cast").filter(({ agent }) => agent === "bob")).toMatchObject([{ label: "agent1.2" }]);
  expect(requests["bob"]?.[2]?.messages.length).toBeGreaterThan(requests["bob"]?.[1]?.messages.length ?? 0);
});

test("T3: agents called z and a are agent1 and agent2 in labels and votes alike", async () => {
  const { records, requests } = await play({ z: plainAgent("from z", "agent1"), a: plainAgent("from a", "agent1") });
  expect(only(records, "answer_submitted").map(({ agent, label }) => [agent, label])).toEqual([
    ["z", "agent1.1"],
    ["a", "agent2.1"],
  ]);
  expect(only(records, "vote_cast").map(({ target, label }) => [target, label])).toEqual([
    ["z", "agent1.1"],
    ["z", "agent1.1"],
  ]);
  expect(JSON.stringify(requests["a"]?.[1]?.messages)).toContain("<agent1> from z");
});

test("T4: one vote each is a tie, which the first name wins, and status.json says by what", async () => {
  const { state } = await play({ ada: plainAgent("a", "agent1"), bob: plainAgent("b", "agent2") });
  expect(statusJson(state, place).results).toMatchObject({
    votes: { "agent1.1": 1, "agent2.1": 1 },
    winner: "ada",
    tie_break: "id",
    winner_reason: "ada has 1 of 2 votes, as many as bob; ada comes first by name",
  });
});

describe("T5", () => {
  test.each<[string, Script, string]>([
    ["a vote before any answer", () => vote("agent2"), "vote_no_answers"],
    ["a vote for an unknown agent", thenAlways("a", () => vote("agent7")), "invalid_vote_id"],
    ["plain text", () => ({ text: "Two." }), "no_tool_calls"],
    [
      "a vote with an answer",
      () => ({ calls: [...(answer("x").calls ?? []), ...(vote("agent1").calls ?? [])] }),
      "vote_and_answer",
    ],
  ])("%s is refused with its code; the third time parks the agent", async (_, script, code) => {
    const { records, state } = await play({ ada: script, bob: plainAgent("b", "agent2") });
    const refused = only(records, "enforcement_recorded");
    expect(refused.map((one) => [one.code, one.attempt])).toEqual([1, 2, 3].map((attempt) => [code, attempt]));
    expect(state.agents[0]?.status).toMatchObject({ kind: "parked", fault: { code: "workflow" }, chanceLeft: false });
    expect(state.phase).toMatchObject({ outcome: "answered", winner: { agent: "bob" } });
  });
});

test("T6: with one answer each, only a vote is offered afterwards, among those that have answered", async () => {
  const failing: Script = () => ({ fault: { code: "auth", message: "no key" } });
  const { requests } = await play(
    { ada: plainAgent("a", "agent1"), bob: plainAgent("b", "agent1"), cyd: failing },
    { settings: { maxNewAnswersPerAgent: 1 } },
  );
  for (const id of ["ada", "bob"]) {
    const second = requests[id]?.[1];
    expect(second?.tools.map(({ name }) => name)).toEqual(["vote"]);
    expect(second && candidates(second)).toEqual(["agent1", "agent2"]);
  }
});

test("T7: balanced novelty accepts an answer that shares seven tenths with another, and refuses one that shares more", async () => {
  const words = Array.from({ length: 12 }, (_, index) => `w${index}`);
  // Ten runs of three words each: n + 2 words taken over are n of ten.
  const sharing = (runs: number): string =>
    [...words.slice(0, runs + 2), ...Array.from({ length: 10 - runs }, (_, index) => `new${index}`)].join(" ");
  for (const [runs, refused] of [
    [7, 0],
    [8, 1],
  ] as const) {
    const bob = thenAlways(
      "nothing alike at all",
      () => answer(sharing(runs)),
      () => vote("agent1"),
    );
    const { records } = await play(
      { ada: plainAgent(words.join(" "), "agent1"), bob },
      { settings: { answerNovelty: "balanced" } },
    );
    const codes = only(records, "enforcement_recorded").map(({ code }) => code);
    expect(codes, `${runs} of 10`).toEqual(Array.from({ length: refused }, () => "answer_novelty"));
  }
});

test("T8: another agent's answer with one's own workspace in its paths is a duplicate, and is not accepted", async () => {
  const bob = thenAlways(
    "b",
    () => answer("look at /runs/1/bob/report.md"),
    () => vote("agent1"),
  );
  const { records } = await play(
    { ada: plainAgent("look at /runs/1/ada/report.md", "agent1"), bob },
    { settings: { blindFirstRound: false } },
  );
  expect(only(records, "enforcement_recorded")).toMatchObject([{ agent: "bob", code: "answer_duplicate" }]);
  expect(only(records, "answer_submitted").map(({ label }) => label)).toEqual(["agent1.1", "agent2.1"]);
});

test("T9: one agent fails and the other completes; the run is complete only at its end", async () => {
  const { records } = await play({
    ada: () => ({ fault: { code: "auth", message: "The key was refused" } }),
    bob: plainAgent("b", "agent2", 5),
  });
  const statuses = statesOf(records).map(({ state }) => statusJson(state, place));
  const failed = statuses.findIndex(({ agents }) => agents["ada"]?.status === "error");
  expect(failed).toBeGreaterThan(0);
  expect(statuses.slice(0, -1).every((status) => !status.is_complete)).toBe(true);
  expect(statuses.at(-1)).toMatchObject({
    is_complete: true,
    finish_reason: "completed",
    agents: { ada: { status: "error", error: { type: "error", message: "The key was refused" } } },
    results: { winner: "bob", degraded: true },
  });
});

describe("T10: the deadline", () => {
  const timeouts = { agent: 1e6, orchestrator: 50, presentation: 20 };
  const slow: Script = () => ({ after: 1e5 });

  test("before the first answer fails the run", async () => {
    const { state } = await play({ ada: slow, bob: slow }, { settings: { timeouts } });
    expect(state.phase).toMatchObject({ outcome: "failed", reason: "time", fault: { code: "timeout" } });
    expect(state.final).toBeUndefined();
  });

  test("after the first answer makes that the winner", async () => {
    const { state } = await play(
      { ada: slow, bob: plainAgent("b", "agent2") },
      { settings: { timeouts, blindFirstRound: false } },
    );
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "time", winner: { agent: "bob" } });
    expect(state.final).toMatchObject({ source: "presented", text: "final: b" });
  });

  test("does not eat the presentation's time, whose own end leaves the stored answer", async () => {
    const ada: Script = (request, call) =>
      offers(request, "new_answer") || candidates(request).length > 0
        ? plainAgent("a", "agent1", 20)(request, call)
        : slow(request, call);
    const { state, records } = await play({ ada }, { settings: { timeouts } });
    expect(only(records, "presentation_failed")).toMatchObject([{ at: 60_000, fault: { code: "timeout" } }]);
    expect(state.final).toMatchObject({ source: "stored", text: "a" });
  });
});

test("T11: at four fifths of the time the agents are told once to submit, without tools; the deadline cuts off the others and text is kept", async () => {
  const cyd: Script = () => ({ after: 45, text: "some thoughts" });
  const dan: Script = (_request, call) =>
    call === 1
      ? { after: 85, text: "early thoughts" }
      : { after: 3, text: "late thoughts", fault: { code: "network", message: "gone" } };
  const { records, requests, state } = await play(
    { cyd, dan },
    { settings: { timeouts: { agent: 1e6, orchestrator: 100, presentation: 10 } } },
  );
  expect(only(records, "wrap_up_started")).toMatchObject([{ reason: "time", at: 80_000 }]);
  for (const seen of Object.values(requests)) {
    const told = JSON.stringify(seen.at(-1)?.messages).split("nearly used up").length - 1;
    expect(told).toBe(1);
    expect(seen.at(-1)?.tools.map(({ name }) => name)).toEqual(["new_answer"]);
  }
  expect(state.phase).toMatchObject({ reason: "time" });
  expect(state.final).toMatchObject({ source: "salvaged", agent: "dan", text: "late thoughts" });
});

test("T11: a round that takes too long is told so once; after the grace only new_answer and vote are left, and who goes on is stopped with its text", async () => {
  const look: Reply = { after: 20, text: "still looking", calls: [{ name: "look", input: {} }] };
  const silent: Script = () => ({ after: 1e6 });
  const { records, requests, state } = await play(
    { ada: () => look, bob: plainAgent("b", "agent2"), cyd: silent },
    { tools: [lookTool()], settings: { timeouts: { firstRound: 30, roundGrace: 60, agent: 1e6, orchestrator: 1e6 } } },
  );
  expect(only(records, "round_limit_told")).toMatchObject([
    { agent: "ada", execution: 1, graceSeconds: 60, at: 40_000 },
  ]);
  const ada = requests["ada"] ?? [];
  expect(ada.map(({ tools }) => tools.map(({ name }) => name).join())).toEqual(
    [
      ...Array<string>(5).fill("look,new_answer"),
      ...Array<string>(3).fill("new_answer"),
      ...Array<string>(5).fill("look,new_answer"),
      ...Array<string>(3).fill("new_answer"),
    ].slice(0, ada.length),
  );
  const told = JSON.stringify(ada.at(7)?.messages).split("time of this round is up").length - 1;
  expect(told).toBe(1);
  const stopped = only(records, "execution_stopped");
  expect(stopped.find(({ agent }) => agent === "ada")).toMatchObject({
    fault: { code: "workflow" },
    text: "still looking",
  });
  expect(stopped.find(({ agent }) => agent === "cyd")).toMatchObject({ fault: { code: "timeout" }, at: 90_000 });
  expect(only(records, "enforcement_recorded")[0]?.message).toContain('"look" cannot be used any more');
  expect(state.phase).toMatchObject({ outcome: "answered", winner: { agent: "bob" } });
});

test("T12: the first stop ends coordination with what there is; it is cancelled and keeps its answers", async () => {
  const { state, records } = await play(
    { ada: plainAgent("a", "agent1", 1), bob: () => ({ after: 1e5 }) },
    { during: (record, { stop }) => record.type === "answer_submitted" && stop() },
  );
  expect(state.phase).toMatchObject({ outcome: "cancelled", reason: "stopped", winner: { agent: "ada" } });
  expect(state.final).toMatchObject({ source: "stored", text: "a" });
  expect(only(records, "presentation_started")).toEqual([]);
  expect(records.at(-1)?.at).toBe(1000);
});

describe("T17", () => {
  const team = { ada: plainAgent("a", "agent2", 1), bob: plainAgent("b", "agent2", 2) };
  const typesWith = (played: Played): readonly string[] => [...new Set(typesOf(played.records))];

  test("without votes the run ends once everybody has answered", async () => {
    const played = await play(team, { settings: { skipVoting: true } });
    expect(typesWith(played)).not.toContain("vote_cast");
    expect(only(played.records, "answer_submitted")).toHaveLength(2);
    expect(played.state.phase).toMatchObject({
      outcome: "answered",
      reason: "answers",
      winner: { agent: "ada", tieBreak: "time" },
    });
  });

  test("without a presentation the stored answer is final", async () => {
    const played = await play(team, { settings: { skipFinalPresentation: true } });
    expect(typesWith(played)).not.toContain("presentation_started");
    expect(played.state.final).toMatchObject({ agent: "bob", source: "stored", text: "b" });
  });

  test("without refinement each answers once, and then may only vote", async () => {
    const played = await play(team, { settings: { refinement: false } });
    expect(only(played.records, "answer_submitted")).toHaveLength(2);
    const second = only(played.records, "execution_started").filter(({ execution }) => execution === 2);
    expect(second.map(({ mayAnswer, mayVote }) => [mayAnswer, mayVote])).toEqual([
      [false, true],
      [false, true],
    ]);
  });
});

test("T18: a run that was stopped and then held goes on to its end, its answers and costs kept", async () => {
  const scripts = { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 9) };
  const stopped = await play(scripts, { during: (record, { stop }) => record.type === "answer_submitted" && stop() });
  expect(stopped.state.phase).toMatchObject({ outcome: "cancelled" });
  const held = await play(scripts, {
    past: stopped.records,
    during: (record, { hold }) => record.type === "answer_submitted" && hold(),
  });
  expect(held.state.phase.kind).toBe("coordinating");
  const { state, records } = await play(scripts, { past: held.records });
  expect(only(records, "run_resumed")).toHaveLength(2);
  expect(only(records, "answer_submitted").map(({ label }) => label)).toEqual(["agent1.1", "agent2.1"]);
  expect(state.phase).toMatchObject({ outcome: "answered", winner: { agent: "ada" } });
  expect(state.agents[0]?.spend.calls).toBe(
    only(records, "model_replied").filter(({ agent }) => agent === "ada").length,
  );
});
