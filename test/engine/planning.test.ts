import { describe, expect, test } from "vitest";
import { planProblem, planText, startPlan } from "../../src/core/plan.ts";
import { answer, candidates, offers, only, play, type Reply, type Script, vote } from "./play.ts";

const task = (id: string, after: string[] = []) => ({ id, title: `do ${id}`, after });
const planOf = (...tasks: ReturnType<typeof task>[]) => ({
  title: "Moons",
  phases: [{ id: "1", title: "Look", tasks }],
});
const write = (plan: object): Reply => ({ text: "As data:", calls: [{ name: "write_plan", input: plan }] });

/** Ada plans, and gives these replies in the presentation. */
const planner = (...replies: readonly Reply[]): Record<string, Script> => {
  let presented = 0;
  return {
    ada: (request) => {
      if (candidates(request).length > 0) return vote("agent1");
      if (offers(request, "new_answer")) return answer("first look, then count");
      return replies[presented++] ?? { text: "the plan in words" };
    },
  };
};

const planning = { settings: { planningMode: true } };

test("the presentation of a planning run writes the plan as data and in words", async () => {
  const { state, requests } = await play(planner(write(planOf(task("a"), task("b", ["a"])))), planning);
  expect(state.final).toMatchObject({ text: "the plan in words", source: "presented" });
  expect(state.final?.planProblem).toBeUndefined();
  expect(planText(startPlan(planOf(task("a"))))).toBe("Moons\nPhase 1: Look\n- a [todo] do a");
  expect(state.final?.plan?.phases[0]?.tasks).toMatchObject([
    { id: "a", state: "todo", run: null },
    { id: "b", state: "todo", after: ["a"], check: "" },
  ]);
  expect(requests["ada"]?.map((request) => offers(request, "write_plan"))).toEqual([false, false, true, true]);
});

describe("a plan that is not there", () => {
  test("is asked for once, and what was written for the user stays", async () => {
    const { state, requests } = await play(
      planner({ text: "the plan in words, complete" }, write(planOf(task("a"))), { text: "" }),
      planning,
    );
    expect(state.final).toMatchObject({ text: "the plan in words, complete", plan: { title: "Moons" } });
    expect(JSON.stringify(requests["ada"]?.[3]?.messages.at(-1))).toContain("write_plan was not called");
  });

  test.each<[string, readonly Reply[], string]>([
    ["never written", [{ text: "words" }, { text: "more words" }], "write_plan was not called"],
    ["wrong twice", [write(planOf(task("a", ["b"]))), write({ title: "x", phases: [] }), { text: "words" }], "phases"],
    [
      "of tasks that wait for each other",
      [write(planOf(task("a", ["b"]), task("b", ["a"]))), { text: "w" }, { text: "w" }],
      "a, b",
    ],
  ])("%s leaves the text, and says why", async (_, replies, why) => {
    const { state, requests } = await play(planner(...replies), planning);
    expect(state.phase).toMatchObject({ outcome: "answered" });
    expect(state.final?.plan).toBeUndefined();
    expect(state.final?.planProblem).toContain(why);
    expect(requests["ada"]?.length).toBeLessThan(7);
  });

  test("because the presentation failed is said, too", async () => {
    const { state } = await play(planner({ fault: { code: "auth", message: "no" } }), planning);
    expect(state.final).toMatchObject({ source: "stored", planProblem: "nobody has written the final answer" });
  });
});

test("own words and the depth of a plan reach the agents", async () => {
  const settings = { planningMode: true, planningInstruction: "Describe, do not do.", planDepth: "shallow" };
  const { requests, records } = await play(planner(), { settings });
  expect(requests["ada"]?.[0]?.system).toContain("Describe, do not do. The plan should have about 5 to 10 tasks.");
  expect(only(records, "final_stored")).toHaveLength(1);
});

test.each([
  [planOf(task("a"), task("a")), 'the id "a" is there twice'],
  [planOf(task("a", ["z"])), 'task "a" comes after "z", which is no task of the plan'],
  [planOf(task("a", ["a"])), "these tasks wait for each other: a"],
  [planOf(task("a"), task("b", ["a"])), undefined],
])("a plan has to be one that can be worked through: %#", (plan, problem) => {
  expect(planProblem(startPlan(plan))).toBe(problem);
});
