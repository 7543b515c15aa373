import { describe, expect, test } from "vitest";
import * as z from "zod";
import { statusJson } from "../../src/core/run/status-json.ts";
import { coordinationTable } from "../../src/core/run/coordination-table.ts";
import { defineTool } from "../../src/core/tool.ts";
import { lookTool } from "../helpers/look-tool.ts";
import { answer, candidates, offers, only, plainAgent, play, type Script, typesOf, vote } from "./play.ts";

describe("the protocol", () => {
  test("three agents answer blind, then each sees all answers and votes, and the winner presents", async () => {
    const { state, records, requests } = await play({
      ada: plainAgent("two moons", "agent1", 1),
      bob: plainAgent("two: Phobos and Deimos", "agent1", 5),
      cyd: plainAgent("none", "agent1", 3),
    });
    expect(state.phase).toMatchObject({ kind: "ended", outcome: "answered", reason: "votes" });
    expect(state.final).toMatchObject({
      agent: "ada",
      label: "agent1.final",
      text: "final: two moons",
      source: "presented",
    });
    expect(only(records, "vote_cast")).toHaveLength(3);
    expect(only(records, "vote_ignored")).toHaveLength(0);
    for (const id of ["ada", "bob", "cyd"]) {
      expect(candidates(requests[id]?.[0] ?? { system: "", messages: [], tools: [] })).toEqual([]);
      expect(candidates(requests[id]?.[1] ?? { system: "", messages: [], tools: [] })).toEqual([
        "agent1",
        "agent2",
        "agent3",
      ]);
    }
  });

  test("labels and names in prompts follow the configuration's order, and no configured id is told to another agent", async () => {
    const { requests, records } = await play({
      zoe: plainAgent("first", "agent2"),
      abe: plainAgent("second", "agent2"),
    });
    expect(only(records, "answer_submitted").map(({ agent, label }) => [agent, label])).toEqual([
      ["zoe", "agent1.1"],
      ["abe", "agent2.1"],
    ]);
    const texts = JSON.stringify(Object.values(requests));
    expect(texts).toContain("<agent1> first <end of agent1>");
    expect(texts.replaceAll(/\/runs\/1\/(zoe|abe)/g, "")).not.toMatch(/zoe|abe/);
  });

  test("a vote that was cast on a stale view is void, and the voter decides again in the same conversation", async () => {
    const ada: Script = (request, call) => {
      if (call === 1) return answer("one", 1);
      if (call === 2) return answer("one, improved", 10);
      return candidates(request).length > 0 ? vote("agent1", 1) : { text: "done" };
    };
    const bob: Script = (request, call) => {
      if (call === 1) return answer("other", 1);
      return candidates(request).length > 0 ? vote("agent1", 20) : { text: "done" };
    };
    const { records, requests, state } = await play({ ada, bob });
    expect(only(records, "vote_ignored")).toMatchObject([{ agent: "bob", label: "agent1.1" }]);
    expect(only(records, "update_injected")).toMatchObject([{ agent: "bob", sees: ["agent1.2", "agent2.1"] }]);
    expect(only(records, "vote_cast").find(({ agent }) => agent === "bob")).toMatchObject({ label: "agent1.2" });
    const again = requests["bob"]?.at(-1)?.messages ?? [];
    expect(again.map(({ role }) => role)).toEqual(["user", "assistant", "tool", "user"]);
    expect(state.agents.find(({ id }) => id === "bob")?.updates).toBe(1);
  });

  test("a new answer voids the votes before it, and says whose", async () => {
    const ada: Script = (request, call) =>
      call === 1 ? answer("one", 1) : candidates(request).length > 0 ? vote("agent1", 2) : { text: "done" };
    const bob: Script = (request, call) => {
      if (call === 1) return answer("two", 1);
      if (call === 2) return answer("two, better", 9);
      return candidates(request).length > 0 ? vote("agent2", 1) : { text: "done" };
    };
    const { records, state } = await play({ ada, bob });
    expect(only(records, "votes_invalidated")).toMatchObject([{ by: "agent2.2", voters: ["ada"] }]);
    expect(only(records, "vote_cast").map(({ agent, label }) => `${agent} ${label}`)).toEqual([
      "ada agent1.1",
      "bob agent2.2",
      "ada agent1.1",
    ]);
    expect(state.phase).toMatchObject({ outcome: "answered" });
  });

  test("after its last update an agent's vote counts, though stale, while its target stands", async () => {
    const ada: Script = (request, call) => {
      if (call <= 3) return answer(`version ${call}`, 10);
      return candidates(request).length > 0 ? vote("agent2", 1) : { text: "done" };
    };
    const bob: Script = (request, call) =>
      call === 1 ? answer("other", 1) : candidates(request).length > 0 ? vote("agent2", 15) : { text: "done" };
    const { records } = await play({ ada, bob }, { settings: { maxRestartsPerAgent: 1 } });
    const cast = only(records, "vote_cast").find(({ agent }) => agent === "bob");
    expect(cast).toMatchObject({ label: "agent2.1" });
    expect(cast?.sees).not.toContain("agent1.3");
  });

  test("restart_policy abort cancels the call at once and starts a fresh context", async () => {
    const ada: Script = (request, call) => {
      if (call === 1) return answer("one", 1);
      if (call === 2) return answer("one, improved", 5);
      return candidates(request).length > 0 ? vote("agent1", 1) : { text: "done" };
    };
    const bob: Script = (request, call) =>
      call === 1 ? answer("two", 1) : candidates(request).length > 0 ? vote("agent1", 100) : { text: "done" };
    const { records, requests } = await play({ ada, bob }, { settings: { restartPolicy: "abort" } });
    expect(only(records, "execution_stopped")).toMatchObject([
      { agent: "bob", cancelled: true, restartedBy: "agent1.2" },
    ]);
    expect(requests["bob"]?.at(-1)?.messages).toHaveLength(1);
  });

  test("with one answer allowed, only vote is offered afterwards", async () => {
    const { requests } = await play(
      { ada: plainAgent("a", "agent1"), bob: plainAgent("b", "agent1") },
      { settings: { maxNewAnswersPerAgent: 1 } },
    );
    expect(requests["bob"]?.[1]?.tools.map(({ name }) => name)).toEqual(["vote"]);
  });

  test("independent mode: one answer each, blind, then one vote each", async () => {
    const { records, requests } = await play(
      { ada: plainAgent("a", "agent2", 1), bob: plainAgent("b", "agent2", 30) },
      { settings: { refinement: false, disableInjection: true, deferVoting: true } },
    );
    expect(typesOf(records, "ada").filter((type) => type === "answer_submitted")).toHaveLength(1);
    expect(requests["ada"]?.[1]?.tools.map(({ name }) => name)).toEqual(["vote"]);
  });

  test("a quick single agent answers once and its answer is final, with one model call", async () => {
    const { state, requests } = await play(
      { ada: plainAgent("two", "agent1") },
      { settings: { refinement: false, skipVoting: true, skipFinalPresentation: true } },
    );
    expect(requests["ada"]).toHaveLength(1);
    expect(state.final).toMatchObject({ text: "two", source: "stored" });
    expect(state.phase).toMatchObject({ reason: "answers" });
  });

  test("tools run between the calls and their results come back in order", async () => {
    const look = defineTool({
      name: "look",
      description: "Looks something up.",
      capability: "read",
      input: z.object({ what: z.string() }),
      summary: ({ what }) => `look ${what}`,
      run: async ({ what }) => `found ${what}`,
    });
    const ada: Script = (request, call) => {
      if (call === 1) {
        return {
          calls: [
            { name: "look", input: { what: "a" } },
            { name: "look", input: { wrong: 1 } },
          ],
        };
      }
      return offers(request, "new_answer") ? answer("two") : { text: "done" };
    };
    const { requests, records } = await play({ ada }, { tools: [look] });
    expect(requests["ada"]?.[1]?.messages.slice(2)).toMatchObject([
      { role: "tool", output: "found a", failed: false },
      { role: "tool", failed: true },
    ]);
    expect(only(records, "tool_started")[0]).toMatchObject({ summary: "look a" });
  });
});

describe("enforcement", () => {
  const cases: readonly (readonly [string, Script, string])[] = [
    ["text alone", () => ({ text: "it is two" }), "no_tool_calls"],
    ["an unknown tool", () => ({ calls: [{ name: "search_web", input: {} }] }), "no_workflow_tool"],
    ["a vote before any answer", () => vote("agent1"), "vote_no_answers"],
    [
      "a vote and an answer together",
      () => ({
        calls: [
          { name: "new_answer", input: { content: "x" } },
          { name: "vote", input: { agent_id: "agent1", reason: "" } },
        ],
      }),
      "vote_and_answer",
    ],
  ];
  test.each(cases)("%s three times parks the agent, with the reason kept", async (_name, script, code) => {
    const { records, state } = await play({ ada: script, bob: plainAgent("two", "agent2") });
    expect(only(records, "enforcement_recorded").map((event) => event.code)).toEqual([code, code, code]);
    expect(state.agents[0]?.status).toMatchObject({ kind: "parked", fault: { code: "workflow" } });
    expect(state.phase).toMatchObject({ outcome: "answered" });
    const status = statusJson(state, { sessionId: "s", logDir: "/l", now: state.lastEventAt });
    expect(status.agents["ada"]).toMatchObject({
      status: "error",
      reliability: { total_enforcement_retries: 3, outcome: "failed" },
    });
    expect(status.agents["bob"]).toMatchObject({ reliability: null });
  });

  test("a vote for an unknown agent, then for a known one, counts", async () => {
    const bob: Script = (request, call) => (call === 2 ? vote("agent9") : plainAgent("b", "agent1")(request, call));
    const { records } = await play({ ada: plainAgent("a", "agent1"), bob });
    expect(only(records, "enforcement_recorded")).toMatchObject([{ agent: "bob", code: "invalid_vote_id" }]);
    expect(only(records, "vote_cast")).toHaveLength(2);
  });

  test("the same answer with another workspace in its paths is refused", async () => {
    const ada = plainAgent("see /runs/1/ada/out.md", "agent1");
    const bob: Script = (request, call) =>
      call === 1
        ? answer("b")
        : call === 2
          ? answer("see /runs/1/bob/out.md")
          : plainAgent("b", "agent1")(request, call);
    const { records } = await play({ ada, bob });
    expect(only(records, "enforcement_recorded")).toMatchObject([{ agent: "bob", code: "answer_duplicate" }]);
    expect(only(records, "enforcement_recorded")[0]?.message).not.toMatch(/ada|bob/);
  });

  test("who says the same without having seen it agrees, and copies nothing", async () => {
    const { state, records } = await play(
      { ada: plainAgent("4", "agent1"), bob: plainAgent("4", "agent1") },
      { settings: { answerNovelty: "strict" } },
    );
    expect(only(records, "enforcement_recorded")).toEqual([]);
    expect(state.answers.map(({ label, text }) => [label, text])).toEqual([
      ["agent1.1", "4"],
      ["agent2.1", "4"],
    ]);
    expect(state.phase).toMatchObject({ kind: "ended", outcome: "answered" });
  });

  test("with strict novelty an answer that repeats another one is refused, whatever its length", async () => {
    const text = "Mars has two moons that are called Phobos and Deimos and both are small";
    const bob: Script = (request, call) =>
      call === 1
        ? answer("none")
        : call === 2
          ? answer(`${text} indeed. ${text}`)
          : plainAgent("b", "agent1")(request, call);
    const { records } = await play({ ada: plainAgent(text, "agent1"), bob }, { settings: { answerNovelty: "strict" } });
    expect(only(records, "enforcement_recorded")).toMatchObject([{ code: "answer_novelty" }]);
  });

  test("an agent that only calls tools is stopped at its limit and told to submit", async () => {
    const ada: Script = (request) =>
      offers(request, "look")
        ? { calls: [{ name: "look", input: {} }] }
        : offers(request, "new_answer")
          ? answer("two")
          : { text: "done" };
    const { records, state } = await play(
      { ada },
      { tools: [lookTool()], settings: { maxToolCallsPerExecution: 4, skipVoting: true, skipFinalPresentation: true } },
    );
    expect(only(records, "tool_finished")).toHaveLength(4);
    expect(state.phase).toMatchObject({ outcome: "answered" });
  });
});

describe("endings", () => {
  test("one agent that fails never stops the others, and gets one more chance before the vote is closed", async () => {
    const broken: Script = () => ({ after: 1, fault: { code: "network", message: "connection lost" } });
    const { records, state } = await play({
      ada: broken,
      bob: plainAgent("b", "agent2"),
      cyd: plainAgent("c", "agent2"),
    });
    expect(only(records, "execution_stopped").map(({ agent }) => agent)).toEqual(["ada", "ada"]);
    expect(state.phase).toMatchObject({ outcome: "answered", winner: { agent: "bob" } });
  });

  test("an agent that is back at its last chance takes part, and the others hear of its answer", async () => {
    let broken = true;
    const ada: Script = (request, call) => {
      if (!broken) return plainAgent("a", "agent1")(request, call);
      broken = false;
      return { fault: { code: "overloaded", message: "529" } };
    };
    const { state } = await play({ ada, bob: plainAgent("b", "agent1"), cyd: plainAgent("c", "agent1") });
    expect(state.phase).toMatchObject({ outcome: "answered" });
    expect(state.answers.map(({ label }) => label)).toContain("agent1.1");
  });

  test("a key that is refused is not tried twice", async () => {
    const { records } = await play({
      ada: () => ({ fault: { code: "auth", message: "401" } }),
      bob: plainAgent("b", "agent2"),
    });
    expect(only(records, "execution_stopped")).toMatchObject([{ agent: "ada" }]);
  });

  test("when every agent fails the run has failed and names the cause", async () => {
    const { state } = await play({ ada: () => ({ fault: { code: "auth", message: "the key is refused" } }) });
    expect(state.phase).toMatchObject({ kind: "ended", outcome: "failed", fault: { code: "auth" } });
    expect(statusJson(state, { sessionId: "s", logDir: "/l", now: 0 })).toMatchObject({
      finish_reason: "error",
      is_complete: true,
    });
  });

  test("a hung agent is cut off by its own limit, and its text is the answer when there is no other", async () => {
    const { state } = await play(
      { ada: () => ({ text: "half an answer", after: 1, fault: { code: "network", message: "broke off" } }) },
      { settings: {} },
    );
    expect(state.final).toMatchObject({ source: "salvaged", text: "half an answer" });
    const hung = await play({ ada: () => ({ after: 1e9 }), bob: plainAgent("b", "agent2") });
    expect(hung.state.agents[0]?.status).toMatchObject({ kind: "parked", fault: { code: "timeout" } });
    expect(hung.state.phase).toMatchObject({ outcome: "answered" });
  });

  test("the deadline ends coordination with the answers there are, and the presentation has its own time", async () => {
    const slow: Script = (request) =>
      candidates(request).length > 0
        ? vote("agent1", 1e6)
        : offers(request, "new_answer")
          ? answer("a", 1)
          : { after: 200, text: "presented late" };
    const { state, records } = await play(
      { ada: slow, bob: slow },
      { settings: { timeouts: { agent: 1e7, orchestrator: 100, presentation: 300 } } },
    );
    expect(only(records, "wrap_up_started")).toMatchObject([{ reason: "time", at: 80_000 }]);
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "time" });
    expect(state.final).toMatchObject({ text: "presented late", source: "presented" });
    expect(statusJson(state, { sessionId: "s", logDir: "/l", now: 0 }).finish_reason).toBe("timeout");
  });

  test("a deadline without any answer fails", async () => {
    const { state } = await play(
      { ada: () => ({ after: 1e6 }) },
      { settings: { timeouts: { agent: 1e7, orchestrator: 10, presentation: 10 } } },
    );
    expect(state.phase).toMatchObject({ outcome: "failed", reason: "time" });
  });

  test("a presentation that fails or is empty leaves the stored answer final", async () => {
    const failing: Script = (request, call) =>
      offers(request, "vote") || offers(request, "new_answer")
        ? plainAgent("stored", "agent1")(request, call)
        : { fault: { code: "network", message: "gone" } };
    expect((await play({ ada: failing })).state.final).toMatchObject({ text: "stored", source: "stored" });
    const empty: Script = (request, call) =>
      offers(request, "vote") || offers(request, "new_answer")
        ? plainAgent("stored", "agent1")(request, call)
        : { text: "  " };
    expect((await play({ ada: empty })).state.final).toMatchObject({ text: "stored", source: "stored" });
  });

  test("at the budget no new call starts, and what there is becomes final", async () => {
    const { state, records } = await play(
      { ada: plainAgent("a", "agent1"), bob: plainAgent("b", "agent1") },
      { settings: { budget: { maxModelCalls: 3 } } },
    );
    expect(only(records, "model_replied").length).toBeLessThanOrEqual(4);
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "budget" });
    expect(statusJson(state, { sessionId: "s", logDir: "/l", now: 0 }).finish_reason).toBe("budget");
  });

  test("at a limit in dollars the answer comes back, and each agent was at most in one call more", async () => {
    const [cap, price] = [0.25, 0.1];
    const priced =
      (script: Script): Script =>
      (request, call) => ({ ...script(request, call), cost: price });
    const { state, records } = await play(
      {
        ada: priced(plainAgent("a", "agent1")),
        bob: priced(plainAgent("b", "agent1")),
        cyd: priced(plainAgent("c", "agent1", 2)),
      },
      { settings: { budget: { maxCostUsd: cap } } },
    );
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "budget" });
    expect(state.final?.text).not.toBe("");
    const spent = only(records, "model_replied").length * price;
    expect(spent).toBeGreaterThanOrEqual(cap);
    expect(spent).toBeLessThanOrEqual(cap + 3 * price);
  });

  test("answer now ends the run with the answers there are", async () => {
    const { state } = await play(
      { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 1000) },
      { during: (record, { answerNow }) => record.type === "answer_submitted" && answerNow() },
    );
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "answer_now", winner: { agent: "ada" } });
  });

  test("a stopped run keeps what it had, and can go on later", async () => {
    const scripts = { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 60) };
    const stopped = await play(scripts, { during: (record, { stop }) => record.type === "answer_submitted" && stop() });
    expect(stopped.state.phase).toMatchObject({ outcome: "cancelled", reason: "stopped" });
    expect(stopped.state.final).toMatchObject({ text: "a", source: "stored" });
    const resumed = await play(scripts, { past: stopped.records });
    expect(resumed.state.phase).toMatchObject({ outcome: "answered", reason: "votes" });
    expect(only(resumed.records, "answer_submitted").map(({ label }) => label)).toEqual(["agent1.1", "agent2.1"]);
  });

  test("a run on hold has no end, and pays for no finished answer twice when it goes on", async () => {
    const scripts = { ada: plainAgent("a", "agent1", 1), bob: plainAgent("b", "agent1", 60) };
    const held = await play(scripts, { during: (record, { hold }) => record.type === "answer_submitted" && hold() });
    expect(held.state.phase.kind).toBe("coordinating");
    const resumed = await play(scripts, { past: held.records });
    expect(resumed.state.phase).toMatchObject({ outcome: "answered" });
    expect(
      resumed.requests["ada"]?.every((request) => candidates(request).length > 0 || !offers(request, "new_answer")),
    ).toBe(true);
  });
});

describe("the winner", () => {
  test("a tie goes to the cheaper answer, then to the earlier, then to the first name", async () => {
    const voteSelf =
      (own: string, content: string, cost: number, seconds: number): Script =>
      (request, call) => ({
        ...(call === 1 ? answer(content, seconds) : candidates(request).length > 0 ? vote(own) : { text: "done" }),
        cost,
      });
    const cheap = await play({ ada: voteSelf("agent1", "a", 0.02, 1), bob: voteSelf("agent2", "b", 0.01, 9) });
    expect(cheap.state.phase).toMatchObject({ winner: { agent: "bob", tieBreak: "cost" } });
    const early = await play({ ada: voteSelf("agent1", "a", 0.01, 9), bob: voteSelf("agent2", "b", 0.01, 1) });
    expect(early.state.phase).toMatchObject({ winner: { agent: "bob", tieBreak: "time" } });
    const named = await play({ bob: voteSelf("agent1", "a", 0.01, 1), ada: voteSelf("agent2", "b", 0.01, 1) });
    expect(named.state.phase).toMatchObject({ winner: { agent: "ada", tieBreak: "id" } });
    expect(statusJson(named.state, { sessionId: "s", logDir: "/l", now: 0 }).results).toMatchObject({
      winner: "ada",
      tie_break: "id",
      votes: { "agent1.1": 1, "agent2.1": 1 },
    });
  });
});

test("the table shows every step in the column of its agent", async () => {
  const { records } = await play({ ada: plainAgent("two moons", "agent1"), bob: plainAgent("none", "agent1") });
  const table = coordinationTable(records);
  expect(table).toContain("Agent 1 (ada)");
  expect(table).toContain("answer agent1.1: two moons");
  expect(table).toContain("vote for agent1.1: it is the best");
  expect(table).toMatch(/winner: ada has 2 of 2 votes/);
  const widths = new Set(
    table
      .split("\n")
      .filter((line) => /^[|+]/.test(line))
      .map((line) => line.length),
  );
  expect(widths.size).toBe(1);
});
