import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { RunRecord } from "../../src/core/run/events.ts";
import { openAsks } from "../../src/core/run/permission-asks.ts";
import { steerEvent } from "../../src/core/run/steer.ts";
import { defineTool, type Tool } from "../../src/core/tool.ts";
import { offers, only, plainAgent, play, type PlayOptions, type Script, statesOf, typesOf } from "./play.ts";

/** A tool that wants every call asked for, and remembers those that were really made. */
function publishing(): { readonly tool: Tool; readonly made: string[] } {
  const made: string[] = [];
  const tool = defineTool({
    name: "publish",
    description: "",
    capability: "execute",
    input: z.object({ what: z.string() }),
    summary: ({ what }) => `publish ${what}`,
    approval: async ({ what }) => ({ kind: "command", title: `publish ${what}`, detail: what, covers: ["publish"] }),
    async run({ what }, { approved }) {
      if (approved !== true) throw new Error("nobody was asked");
      made.push(what);
      return `published ${what}`;
    },
  });
  return { tool, made };
}

const publishes =
  (what: string): Script =>
  (request, call) =>
    call === 1
      ? { after: 1, calls: [{ name: "publish", input: { what } }] }
      : plainAgent(what, "agent1")(request, call);

const textOf = (value: unknown): string => JSON.stringify(value);
/** Answers every question so many virtual seconds after it was put. */
const answers =
  (allow: boolean, after: number, more: { readonly forRun?: boolean; readonly reason?: string } = {}) =>
  (record: RunRecord, { later, steer }: Parameters<NonNullable<PlayOptions["during"]>>[1]): void => {
    if (record.type === "permission_asked") later(after, () => steer({ do: "permit", ask: record.id, allow, ...more }));
  };

describe("a tool call that the user has to agree to", () => {
  test("waits for the yes, and nobody and nothing else does; its agent's time stands still meanwhile", async () => {
    const { tool, made } = publishing();
    const { state, records } = await play(
      { ada: publishes("a"), bob: plainAgent("b", "agent2", 2) },
      {
        tools: [tool],
        hasUser: true,
        settings: { timeouts: { agent: 60, firstRound: 30, orchestrator: 2000 } },
        during: answers(true, 500),
      },
    );
    expect(made).toEqual(["a"]);
    expect(state.permissionAsks).toMatchObject([
      { agent: "ada", title: "publish a", answer: { allow: true, by: "user" } },
    ]);
    expect(typesOf(records, "ada")).not.toContain("execution_stopped");
    const at = (type: string, agent: string): number =>
      records.find((record) => record.type === type && "agent" in record && record.agent === agent)?.at ?? NaN;
    expect(at("answer_submitted", "bob")).toBeLessThan(at("tool_started", "ada"));
    expect(at("tool_started", "ada") - at("permission_asked", "ada")).toBe(500_000);
    const asking = statesOf(records).find(({ record }) => record.type === "permission_asked");
    expect(openAsks(asking?.state ?? state)).toMatchObject([{ agent: "ada", title: "publish a" }]);
  });

  test("is not made after a no, whose reason the agent reads", async () => {
    const { tool, made } = publishing();
    const { state, requests } = await play(
      { ada: publishes("a") },
      { tools: [tool], hasUser: true, during: answers(false, 1, { reason: "not on a Friday" }) },
    );
    expect(made).toEqual([]);
    expect(textOf(requests["ada"]?.[1]?.messages)).toContain("The user said no. Their reason: not on a Friday");
    expect(state.phase).toMatchObject({ outcome: "answered" });
  });

  test("is let through for the rest of the run when the user said so, also where it waits already", async () => {
    const { tool, made } = publishing();
    const first = { done: false };
    const { state } = await play(
      {
        ada: publishes("a"),
        bob: publishes("b"),
        cyd: (request, call) => ({ ...publishes("c")(request, call), after: 50 }),
      },
      {
        tools: [tool],
        hasUser: true,
        during: (record, control) => {
          if (first.done) return;
          first.done = record.type === "permission_asked";
          answers(true, 10, { forRun: true })(record, control);
        },
      },
    );
    expect(made.toSorted()).toEqual(["a", "b", "c"]);
    expect(state.permissionAsks.map(({ answer }) => answer?.by)).toEqual(["user", "earlier", "earlier"]);
  });

  test("is denied by policy at once where nobody can be asked", async () => {
    const { tool, made } = publishing();
    const { state, requests, records } = await play({ ada: publishes("a") }, { tools: [tool] });
    expect(made).toEqual([]);
    expect(only(records, "permission_answered")).toMatchObject([{ allow: false, by: "policy" }]);
    expect(textOf(requests["ada"]?.[1]?.messages)).toContain("Nobody is there to be asked");
    expect(state.phase).toMatchObject({ outcome: "answered" });
  });

  test("is denied when the run's time is nearly up, and the agent still answers", async () => {
    const { tool, made } = publishing();
    const { state, records } = await play(
      { ada: publishes("a") },
      { tools: [tool], hasUser: true, settings: { timeouts: { orchestrator: 100 } } },
    );
    expect(made).toEqual([]);
    expect(only(records, "permission_answered")).toMatchObject([{ allow: false, by: "late", at: 80_000 }]);
    expect(state.phase).toMatchObject({ outcome: "answered" });
  });

  test("is withdrawn with the work that it belonged to, and a late answer is refused", async () => {
    const { tool } = publishing();
    const { state, records } = await play(
      { ada: publishes("a"), bob: (request, call) => ({ ...plainAgent("b", "agent2")(request, call), after: 5 }) },
      {
        tools: [tool],
        hasUser: true,
        during: (record, { steer, later }) =>
          record.type === "permission_asked" && later(2, () => steer({ do: "drop", agent: "ada" })),
      },
    );
    const dropped = statesOf(records).find(({ record }) => record.type === "agent_dropped");
    expect(openAsks(dropped?.state ?? state)).toEqual([]);
    expect(() => steerEvent(dropped?.state ?? state, { do: "permit", allow: true })).toThrow(
      /waits for that permission/,
    );
  });

  test.each(["permission_asked", "permission_answered", "tool_started"] as const)(
    "that was cut off by a kill at %s is asked for once, and made at most once",
    async (type) => {
      const { tool, made } = publishing();
      const script = { ada: publishes("a") };
      const first = await play(script, { tools: [tool], hasUser: true, during: answers(true, 5) });
      made.length = 0;
      const cut = first.records.findIndex((record) => record.type === type) + 1;
      const resumed = await play(
        { ada: (request, call) => script.ada(request, call + 1) },
        {
          tools: [tool],
          hasUser: true,
          past: first.records.slice(0, cut),
          during: (record, { later, steer }) =>
            record.type === "run_resumed" &&
            type === "permission_asked" &&
            later(30, () => steer({ do: "permit", allow: true })),
        },
      );
      expect(only(resumed.records, "permission_asked")).toHaveLength(1);
      expect(made).toEqual(type === "tool_started" ? [] : ["a"]);
      expect(resumed.state.phase).toMatchObject({ outcome: "answered" });
    },
  );

  test("of the final answer is asked for as well, and denied when nobody answers in its time", async () => {
    const { tool, made } = publishing();
    const presenter: Script = (request, call) => {
      if (offers(request, "new_answer") || offers(request, "vote")) return plainAgent("a", "agent1")(request, call);
      return textOf(request.messages).includes("Nobody answered in time")
        ? { text: "final" }
        : { calls: [{ name: "publish", input: { what: "late" } }] };
    };
    const { state } = await play({ ada: presenter }, { tools: [tool], hasUser: true });
    expect(made).toEqual([]);
    expect(state.permissionAsks).toMatchObject([{ answer: { by: "late" } }]);
    expect(state.final).toMatchObject({ text: "final", source: "presented" });
  });
});
