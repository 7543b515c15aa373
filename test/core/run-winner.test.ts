import { describe, expect, test } from "vitest";
import { decideWinner } from "../../src/core/run/decide-winner.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { RunSettings } from "../../src/core/run/settings.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import type { RunEvent } from "../../src/core/run/events.ts";

type Step = RunEvent & { readonly at?: number };

/** A run of these agents after these events; `at` in milliseconds. */
function runOf(ids: readonly string[], steps: readonly Step[]): RunState {
  const start: Step = {
    type: "run_started",
    question: "q",
    title: "q",
    purpose: "execution",
    agents: ids.map((id) => ({ id, model: "m", backend: "b", simulated: false })),
    settings: RunSettings.parse({}),
    contextPaths: [],
    instructions: {},
  };
  let at = 0;
  return [start, ...steps].reduce((run, step, seq) => {
    at = step.at ?? at;
    return reduceRun(run, { ...step, seq, at });
  }, newRun);
}

const answered = (agent: string, label: string, at: number): Step => ({
  type: "answer_submitted",
  agent,
  execution: 1,
  label,
  text: label,
  snapshot: null,
  files: [],
  at,
});
const cost = (agent: string, costUsd: number | null): Step => ({
  type: "model_replied",
  agent,
  execution: 1,
  text: "",
  reasoning: "",
  calls: [],
  usage: null,
  costUsd,
  latencyMs: 1,
  firstTokenMs: null,
});
const voted = (agent: string, target: string, label: string, sees: string[]): Step => ({
  type: "vote_cast",
  agent,
  execution: 2,
  target,
  label,
  reason: "",
  sees,
});
const stopped = (agent: string, text: string, at: number): Step => ({
  type: "execution_stopped",
  agent,
  execution: 1,
  fault: { code: "network", message: "gone" },
  text,
  cancelled: false,
  at,
});
const two = [answered("bob", "agent1.1", 1000), answered("ada", "agent2.1", 3000)];
const both = ["agent1.1", "agent2.1"];

describe("the winner", () => {
  test("has the most valid votes, whatever it cost and whenever it came", () => {
    const run = runOf(["bob", "ada"], [...two, cost("ada", 5), voted("bob", "ada", "agent2.1", both)]);
    expect(decideWinner(run)).toMatchObject({
      agent: "ada",
      label: "agent2.1",
      tieBreak: "votes",
      reason: "ada has 1 of 1 vote",
      votes: { "agent2.1": 1 },
    });
  });

  test("of a tie is the cheaper one, and an unknown price is the dearest", () => {
    const priced = runOf(["bob", "ada"], [...two, cost("bob", 0.02), cost("ada", 0.01)]);
    expect(decideWinner(priced)).toMatchObject({
      agent: "ada",
      tieBreak: "cost",
      reason: "nobody had voted; ada cost less ($0.01 against $0.02)",
    });
    const unknown = runOf(["bob", "ada"], [...two, cost("bob", null), cost("ada", 9)]);
    expect(decideWinner(unknown)).toMatchObject({ agent: "ada", tieBreak: "cost" });
    expect(decideWinner(unknown)?.reason).toContain("$9.00 against unknown price");
  });

  test("is not decided by the last digit of a sum", () => {
    const bob = [cost("bob", 0.1), cost("bob", 0.2)];
    const run = runOf(["bob", "ada"], [...two, ...bob, cost("ada", 0.3)]);
    expect(decideWinner(run)).toMatchObject({ agent: "bob", tieBreak: "time" });
  });

  test("of a tie at the same cost is the earlier one in whole seconds, then the first by name", () => {
    expect(decideWinner(runOf(["bob", "ada"], two))).toMatchObject({
      agent: "bob",
      tieBreak: "time",
      reason: "nobody had voted; bob answered first (after 1 s against 3 s)",
    });
    const close = [answered("bob", "agent1.1", 1100), answered("ada", "agent2.1", 1900)];
    expect(decideWinner(runOf(["bob", "ada"], close))).toMatchObject({ agent: "ada", tieBreak: "id" });
  });

  test("is not made by votes for an answer that is replaced, nor by votes that newer answers have voided", () => {
    const run = runOf(
      ["bob", "ada", "cyd"],
      [
        ...two,
        voted("bob", "bob", "agent1.1", both),
        voted("cyd", "bob", "agent1.1", both),
        answered("bob", "agent1.2", 9000),
      ],
    );
    expect(decideWinner(run)).toMatchObject({ agent: "ada", tieBreak: "time", votes: {} });
  });

  test("whose vote it was does not matter: a failed agent's answer may win", () => {
    const run = runOf(["bob", "ada"], [...two, stopped("ada", "", 4000), voted("bob", "ada", "agent2.1", both)]);
    expect(decideWinner(run)).toMatchObject({ agent: "ada", label: "agent2.1" });
  });

  test("without any answer is who has unfinished text, and with nothing at all nobody", () => {
    const one = runOf(["bob", "ada"], [stopped("ada", "half", 4000), stopped("bob", "  ", 5000)]);
    expect(decideWinner(one)).toMatchObject({
      agent: "ada",
      label: null,
      reason: "ada is the only one whose unfinished text could be saved",
    });
    const several = runOf(["bob", "ada"], [stopped("ada", "half", 4000), stopped("bob", "more", 2000)]);
    expect(decideWinner(several)).toMatchObject({ agent: "bob", label: null, tieBreak: "time" });
    expect(decideWinner(several)?.reason).toMatch(/^nobody had answered; bob /);
    expect(decideWinner(runOf(["bob"], [stopped("bob", "", 1)]))).toBeUndefined();
  });

  test("of one answer is its author", () => {
    expect(decideWinner(runOf(["bob", "ada"], [answered("ada", "agent2.1", 1)]))?.reason).toBe(
      "ada gave the only answer",
    );
  });
});
