import { expect, test } from "vitest";
import { reduceFeeds, type RunFeeds, streamInto } from "../../src/core/run/agent-feed.ts";
import type { RunRecord } from "../../src/core/run/events.ts";
import { makeReport } from "../../src/core/run/make-report.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { replayOf } from "../../src/core/run/replay.ts";
import { newRun } from "../../src/core/run/state.ts";
import { standingAnswers, teamEffect } from "../../src/core/run/team-effect.ts";
import { finishedRun } from "../screens/journals.ts";

const over = finishedRun.reduce(reduceRun, newRun);
const text = (delta: string) => ({ kind: "text", text: delta });

test("what streams in shows until the whole reply takes its place", () => {
  const reply = finishedRun.find((record) => record.type === "model_replied" && record.agent === "bob");
  const writing = ["Socket", ".IO takes"].reduce<RunFeeds>((feeds, delta) => streamInto(feeds, "bob", text(delta)), {});
  expect(writing["bob"]).toEqual({ parts: [], open: { kind: "text", text: "Socket.IO takes" } });
  const retried = streamInto(writing, "bob", { kind: "reset", text: "" });
  expect(retried["bob"]?.open).toBeUndefined();
  const settled = reduceFeeds(writing, reply as RunRecord);
  expect(settled["bob"]).toEqual({
    parts: [{ kind: "text", text: "Socket.IO takes care of heartbeats and reconnects." }],
    open: undefined,
  });
});

test("text that follows reasoning takes its place", () => {
  const thought = streamInto({}, "ada", { kind: "reasoning", text: "hm" });
  expect(thought["ada"]?.open).toEqual({ kind: "thought", text: "hm" });
  expect(streamInto(thought, "ada", text("Yes"))["ada"]?.open).toEqual({ kind: "text", text: "Yes" });
});

test("a column keeps its newest text and stays small, whatever an agent writes", () => {
  const reply = finishedRun.find(({ type }) => type === "model_replied") as Extract<
    RunRecord,
    { type: "model_replied" }
  >;
  let feeds: RunFeeds = {};
  for (let count = 0; count < 300; count++) {
    feeds = streamInto(feeds, "cyd", text("x".repeat(2000)));
    if (count % 3 === 0) feeds = reduceFeeds(feeds, { ...reply, text: `${"y".repeat(1500)} ${count}` });
  }
  const { parts, open } = feeds["cyd"] ?? { parts: [], open: undefined };
  expect(parts.reduce((sum, part) => sum + part.text.length, open?.text.length ?? 0)).toBeLessThanOrEqual(64_000);
  expect(parts.at(-1)?.text.endsWith(" 297")).toBe(true);
});

test("a replay is the reducer's state after every event, in the time that somebody drove the run", () => {
  const night = 8 * 3_600_000;
  const cut = finishedRun.findIndex(({ type }) => type === "votes_invalidated");
  const resumed = { type: "run_resumed", at: (finishedRun[cut]?.at ?? 0) + night, seq: cut + 1 } as const;
  const later = finishedRun.slice(cut + 1).map((record) => ({ ...record, seq: record.seq + 1, at: record.at + night }));
  const records: readonly RunRecord[] = [...finishedRun.slice(0, cut + 1), resumed, ...later];
  const { states, at, lanes } = replayOf(records);
  expect(states).toEqual(records.map((_, n) => records.slice(0, n + 1).reduce(reduceRun, newRun)));
  expect(at.at(-1)).toBeLessThanOrEqual(124_000);
  expect(lanes.map(({ agent }) => agent)).toEqual(["ada", "bob", "cyd"]);
  for (const { spans } of lanes) {
    for (const [index, span] of spans.entries()) {
      expect(span.to).toBeGreaterThan(span.from);
      expect(span.from).toBeGreaterThanOrEqual(spans[index - 1]?.to ?? 0);
    }
  }
  const marks = lanes.map(({ marks }) => marks.map(({ kind }) => kind).join(" "));
  expect(marks).toEqual(["answer answer vote final", "answer vote", "answer vote void vote"]);
});

test("the report of a run says it too, unless one agent worked alone", () => {
  const place = { runId: "run-2", number: 2, logDir: "/l", fileOf: () => "", files: [] };
  const { effect } = makeReport(over, place);
  expect(effect).toMatchObject({ first: "agent1.1", changed: true });
  expect(effect?.extraUsd).toBeCloseTo(0.26);
  expect(makeReport({ ...over, agents: over.agents.slice(0, 1) }, place).effect).toBeUndefined();
});

test("what the team was good for: the winner's first answer, what came of it, and the price of that", () => {
  const effect = teamEffect(over);
  expect(effect).toMatchObject({ changed: true, agreed: 2, votes: 3 });
  expect([effect?.first.label, effect?.winning.label]).toEqual(["agent1.1", "agent1.2"]);
  expect(effect?.firstUsd).toBeCloseTo(0.12);
  // One agent alone is no team, whoever asks.
  expect(teamEffect({ ...over, agents: over.agents.slice(0, 1) })).toBeUndefined();
  expect(effect?.extraUsd).toBeCloseTo(0.26);
  expect(standingAnswers(over).map(({ label }) => label)).toEqual(["agent1.2", "agent2.1", "agent3.1"]);
  const unpriced = finishedRun.map((record) =>
    record.type === "model_replied" ? { ...record, costUsd: null } : record,
  );
  expect(teamEffect(unpriced.reduce(reduceRun, newRun))).toMatchObject({ firstUsd: null, extraUsd: null });
  expect(teamEffect(newRun)).toBeUndefined();
});
