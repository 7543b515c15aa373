import { describe, expect, test } from "vitest";
import { statusJson } from "../../src/core/run/status-json.ts";
import { lookTool } from "../helpers/look-tool.ts";
import { answer, candidates, offers, only, plainAgent, play, type Script, statesOf, vote } from "./play.ts";

describe("freshness", () => {
  test("an agent whose updates are used up, and whose choice is replaced, is shown the new answers and not asked in circles", async () => {
    const ada: Script = (request, call) => {
      if (call <= 3) return answer(`version ${call}`, 10);
      return candidates(request).length > 0 ? vote("agent2", 1) : { text: "done" };
    };
    const bob: Script = (request, call) =>
      call === 1 ? answer("other", 1) : candidates(request).length > 0 ? vote("agent1", 15) : { text: "done" };
    const { records, requests, state } = await play({ ada, bob }, { settings: { maxRestartsPerAgent: 0 } });
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "votes" });
    expect(only(records, "vote_ignored").length).toBeGreaterThan(0);
    expect(only(records, "vote_ignored").length).toBeLessThanOrEqual(2);
    expect(requests["bob"]?.length).toBeLessThanOrEqual(5);
    expect(only(records, "vote_cast").findLast(({ agent }) => agent === "bob")).toMatchObject({ label: "agent1.3" });
  });

  test("votes that a crash kept from being voided are void when the run goes on", async () => {
    const scripts: Record<string, Script> = {
      ada: (request, call) =>
        call === 1 ? answer("one", 1) : candidates(request).length > 0 ? vote("agent1", 2) : { text: "done" },
      bob: (request, call) => {
        if (call === 1) return answer("two", 1);
        if (call === 2) return answer("two, better", 9);
        return candidates(request).length > 0 ? vote("agent2", 1) : { text: "done" };
      },
    };
    const { records } = await play(scripts);
    const cut = records.findIndex(({ type }) => type === "votes_invalidated");
    expect(records[cut - 1]).toMatchObject({ type: "answer_submitted", label: "agent2.2" });
    const before = statesOf(records.slice(0, cut)).at(-1)?.state;
    expect(before && statusJson(before, { sessionId: "s", logDir: "/l", now: 0 })).toMatchObject({
      results: { votes: {} },
      agents: { ada: { vote_cast: null } },
    });
    const resumed = await play(scripts, { past: records.slice(0, cut) });
    expect(resumed.records.slice(cut, cut + 2)).toMatchObject([
      { type: "run_resumed" },
      { type: "votes_invalidated", by: "agent2.2", voters: ["ada"] },
    ]);
  });

  test("the winner's own vote still counts while it presents, and it is told of it", async () => {
    const { records, requests } = await play({
      ada: plainAgent("a", "agent1"),
      bob: plainAgent("b", "agent1"),
      cyd: plainAgent("c", "agent3"),
    });
    const presenting = statesOf(records).find(({ record }) => record.type === "presentation_started")?.state;
    expect(presenting && statusJson(presenting, { sessionId: "s", logDir: "/l", now: 0 })).toMatchObject({
      results: { votes: { "agent1.1": 2, "agent3.1": 1 } },
      agents: { ada: { status: "streaming", vote_cast: { voted_for_label: "agent1.1" } } },
    });
    expect(JSON.stringify(requests["ada"]?.at(-1)?.messages)).toContain("You received 2 votes");
  });
});

describe("limits", () => {
  test("of more tool calls in one reply than are left, only those run, and every call has its result", async () => {
    let ran = 0;
    const tools = [lookTool(async () => `look ${++ran}`)];
    const many = Array.from({ length: 10 }, () => ({ name: "look", input: {} }));
    const ada: Script = (request, call) => {
      if (call === 1) return { calls: many };
      if (offers(request, "new_answer")) return answer("two");
      return offers(request, "look") ? { calls: many } : { text: "presented" };
    };
    const { requests, state } = await play(
      { ada },
      { tools, settings: { maxToolCallsPerExecution: 4, skipVoting: true } },
    );
    expect(ran).toBe(8);
    const results = requests["ada"]?.[1]?.messages.filter(({ role }) => role === "tool") ?? [];
    expect(results.map((message) => message.role === "tool" && message.failed)).toEqual([
      ...Array.from({ length: 4 }, () => false),
      ...Array.from({ length: 6 }, () => true),
    ]);
    expect(requests["ada"]?.at(-1)?.messages.filter(({ role }) => role === "tool")).toHaveLength(10);
    expect(state.final).toMatchObject({ text: "presented" });
  });

  test("an agent that loses its last answer to the limit while it works blind goes on to vote, unblamed", async () => {
    const { records, state } = await play(
      {
        ada: plainAgent("a", "agent1", 1),
        bob: plainAgent("b", "agent1", 2),
        cyd: (request, call) =>
          call === 1 ? { after: 5, calls: [{ name: "look", input: {} }] } : plainAgent("c", "agent2")(request, call),
      },
      { tools: [lookTool()], settings: { maxNewAnswersGlobal: 2, settleDominated: false } },
    );
    expect(only(records, "enforcement_recorded")).toEqual([]);
    expect(only(records, "vote_cast").find(({ agent }) => agent === "cyd")).toMatchObject({ label: "agent2.1" });
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "votes" });
  });

  test("without votes, an agent that may not answer any more is asked nothing more", async () => {
    const { records, requests, state } = await play(
      {
        ada: plainAgent("a", "agent1", 1),
        bob: (_request, call) => (call === 1 ? { after: 5, calls: [{ name: "look", input: {} }] } : answer("late")),
      },
      { tools: [lookTool()], settings: { maxNewAnswersGlobal: 1, skipVoting: true, skipFinalPresentation: true } },
    );
    expect(requests["bob"]).toHaveLength(1);
    expect(only(records, "enforcement_recorded")).toEqual([]);
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "answers" });
  });

  test("a failed agent gets no last chance that could change nothing", async () => {
    const { records } = await play(
      {
        ada: plainAgent("a", "agent1", 1),
        bob: () => ({ after: 2, fault: { code: "network", message: "gone" } }),
      },
      { settings: { maxNewAnswersGlobal: 1 } },
    );
    expect(only(records, "execution_started").filter(({ agent }) => agent === "bob")).toHaveLength(1);
  });

  test("a budget that is reached while a call waits for the disk stops that call", async () => {
    let flushes = 0;
    const { requests, state } = await play(
      {
        ada: plainAgent("a", "agent1", 0),
        bob: plainAgent("b", "agent1", 0),
      },
      {
        settings: { budget: { maxModelCalls: 1 } },
        flush: async (clock) => clock.sleep(flushes++ * 1000),
      },
    );
    expect((requests["ada"]?.length ?? 0) + (requests["bob"]?.length ?? 0)).toBe(1);
    expect(state.phase).toMatchObject({ outcome: "answered", reason: "budget" });
  });

  test("a tool that does not hear that its time is up does not hold up the run", async () => {
    const deaf = lookTool(() => new Promise(() => {}));
    const { state } = await play(
      {
        ada: (request, call) =>
          offers(request, "look") && call < 3
            ? { calls: [{ name: "look", input: {} }] }
            : plainAgent("a", "agent2")(request, call),
        bob: (request, call) => plainAgent("b", "agent2", 1)(request, call),
      },
      { tools: [deaf], settings: { timeouts: { agent: 60, orchestrator: 10_000, presentation: 60 } } },
    );
    expect(state.agents[0]?.status).toMatchObject({ kind: "parked", fault: { code: "timeout" } });
    expect(state.phase).toMatchObject({ outcome: "answered" });
    expect(state.activeMs).toBeLessThan(200_000);
  });

  test("a client that gives up of its own accord has failed: it is tried once more, not for ever", async () => {
    const { records, state } = await play({
      ada: () => ({ error: new DOMException("This operation was aborted", "AbortError") }),
      bob: plainAgent("b", "agent2", 5),
    });
    expect(only(records, "execution_stopped").filter(({ agent }) => agent === "ada")).toMatchObject([
      { cancelled: false },
      { cancelled: false },
    ]);
    expect(state.phase).toMatchObject({ outcome: "answered" });
  });
});

test("the order in which votes and answers arrive within a second does not change the winner", async () => {
  const orders = [0, 1, 2, 3].flatMap((a) =>
    [0, 1, 2, 3].filter((b) => b !== a).map((b) => [a, b, ...[0, 1, 2, 3].filter((c) => c !== a && c !== b)]),
  );
  const winners = new Set<string>();
  for (const order of orders) {
    const at = (index: number): number => 1 + (order[index] ?? 0) / 10;
    const { state } = await play(
      {
        dan: plainAgent("d", "agent3", at(0)),
        cyd: plainAgent("c", "agent2", at(1)),
        bob: plainAgent("b", "agent3", at(2)),
        ada: plainAgent("a", "agent2", at(3)),
      },
      { settings: { blindFirstRound: true, skipFinalPresentation: true } },
    );
    winners.add(JSON.stringify(state.phase.kind === "ended" ? state.phase.winner?.reason : state.phase));
  }
  expect([...winners]).toEqual(['"bob has 2 of 4 votes, as many as cyd; bob comes first by name"']);
});
