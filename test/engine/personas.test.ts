import { expect, test } from "vitest";
import { statusJson } from "../../src/core/run/status-json.ts";
import { offers, only, plainAgent, play, type Reply, type Script, typesOf } from "./play.ts";

const assign = (...perspectives: readonly (readonly [string, string])[]): Reply => ({
  after: 1,
  calls: [
    {
      name: "assign_perspectives",
      input: { perspectives: perspectives.map(([agent_id, perspective]) => ({ agent_id, perspective })) },
    },
  ],
});

/** Ada is asked for the perspectives, and replies so. */
const team = (reply: Reply): Record<string, Script> => ({
  ada: (request, call) =>
    offers(request, "assign_perspectives") ? reply : plainAgent("two moons", "agent1")(request, call),
  bob: plainAgent("one moon", "agent1"),
});

const settings = { personas: { mode: "implementation", guidelines: "no jargon" } };

test("perspectives are there before anybody begins, strong at first and mild once others' answers are seen", async () => {
  const { records, requests, state } = await play(team(assign(["agent1", "Doubt."], ["agent2", "Build."])), {
    settings,
  });
  expect(typesOf(records).slice(0, 6)).toEqual([
    "run_started",
    "personas_started",
    "prompt_set",
    "model_replied",
    "personas_made",
    "execution_started",
  ]);
  const [asked, first, second] = requests["ada"] ?? [];
  expect(asked?.system).toMatch(/agent1, agent2[\s\S]*a different method, design or technology[\s\S]*no jargon/);
  expect(JSON.stringify(asked)).not.toMatch(/ada|bob/);
  expect(first?.system).toContain("Your perspective on the task, from which you work: Doubt.");
  expect(second?.system).toContain("You lean toward this perspective, and stay open to better arguments: Doubt.");
  expect(requests["bob"]?.[0]?.system).toContain("Build.");
  expect(requests["bob"]?.[0]?.system).not.toContain("Doubt.");
  // Three calls of ada's, two of bob's, and the one for the perspectives.
  const { telemetry } = statusJson(state, { sessionId: "s", logDir: "/l", now: 0 });
  expect(telemetry.total_calls).toBe(6);
});

test.each<[string, Reply]>([
  ["fails", { fault: { code: "network", message: "gone" } }],
  ["names nobody", assign(["agent7", "Doubt."], ["agent1", " "])],
  ["takes too long", { ...assign(["agent1", "Doubt."]), after: 700 }],
])("a model that %s leaves the agents without, and says so", async (_, reply) => {
  const { records, requests, state } = await play(team(reply), { settings });
  expect(only(records, "personas_made")).toMatchObject([{ personas: {}, fault: {} }]);
  expect(state.phase).toMatchObject({ outcome: "answered" });
  expect(requests["bob"]?.[0]?.system).not.toContain("perspective");
});

test("a call that is written down counts, and whoever is not named works without", async () => {
  const text = 'Here: {"perspectives": [{"agent_id": "agent2", "perspective": "Build."}]}';
  const { state } = await play(team({ text }), { settings });
  expect(state.personas).toEqual({ bob: "Build." });
});

test("when its agent is dropped meanwhile, the next one is asked", async () => {
  const slow = team({ ...assign(["agent1", "Doubt."]), after: 50 });
  const { records, state } = await play(slow, {
    settings,
    during: (record, { steer }) => {
      if (record.type === "personas_started" && record.agent === "ada") steer({ do: "drop", agent: "ada" });
    },
  });
  expect(only(records, "personas_started").map(({ agent }) => agent)).toEqual(["ada", "bob"]);
  expect(state.phase).toMatchObject({ outcome: "answered", winner: { agent: "bob" } });
});

test("a run that is cut off while they are made makes them anew, and keeps those that are there", async () => {
  const whole = await play(team(assign(["agent1", "Doubt."])), { settings });
  for (const [cut, made] of [
    [2, 1],
    [4, 1],
  ] as const) {
    const { records, state } = await play(team(assign(["agent1", "Doubt."])), {
      settings,
      past: whole.records.slice(0, cut),
    });
    expect(only(records, "personas_made"), `cut at ${cut}`).toHaveLength(made);
    expect(state.personas).toEqual({ ada: "Doubt." });
  }
});
