import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRun } from "../../src/app/read-journal.ts";
import { startTask, type TaskOutcome } from "../../src/app/run-task.ts";
import type { RunRecord } from "../../src/core/run/events.ts";
import { statusJson } from "../../src/core/run/status-json.ts";
import { tempDir } from "../logs/logged-run.ts";

/** Two simulated agents that follow a script: both vote for ada, who presents by the rules of the backend. */
async function run(orchestrator: string): Promise<TaskOutcome & { records: readonly RunRecord[] }> {
  const cwd = await tempDir();
  const config = join(cwd, "team.yaml");
  const fast = "tokens_per_second: 0, latency_ms: 0";
  await writeFile(
    config,
    `agents:
  - id: ada
    backend: { type: simulated, model: sim-worker, scenario: script.yaml, ${fast} }
    model_profile: { planning: sim-planner, synthesis: sim-writer }
  - id: bob
    backend: { type: simulated, model: sim-other, scenario: script.yaml, ${fast} }
orchestrator: ${orchestrator}
`,
  );
  const steps = (content: string): string => `
    - calls: [{ name: new_answer, input: { content: "${content}" } }]
    - calls: [{ name: vote, input: { agent_id: agent1, reason: it has steps } }]
`;
  const answers = { ada: "# Look\\n\\n1. Look up.\\n2. Count.", bob: "No idea." };
  await writeFile(join(cwd, "script.yaml"), `agents:\n  ada:${steps(answers.ada)}  bob:${steps(answers.bob)}`);
  const task = await startTask({
    question: "What is a moon?",
    cwd,
    env: { HOME: cwd },
    configRef: config,
    dryRun: false,
  });
  const outcome = await task.done;
  return { ...outcome, records: (await readRun(task.logs.journal)).lines };
}

test("each part of the work is done by the model that the profile names for it, and counted for that one", async () => {
  const { state, records } = await run("{ agent_system_prompts: { ada: Be brief. } }");
  expect(state.phase).toMatchObject({ outcome: "answered", winner: { agent: "ada" } });
  const started = records.find((record) => record.type === "run_started");
  expect(started).toMatchObject({
    agents: [{ id: "ada", model: "sim-worker", synthesis: "sim-writer" }, { id: "bob" }],
    instructions: { ada: "Be brief." },
  });
  const written = records.filter((record) => record.type === "model_replied" && record.execution === undefined);
  expect(written).toMatchObject([{ agent: "ada", model: "sim-writer" }]);
  const { telemetry } = statusJson(state, { sessionId: "s", logDir: "/l", now: 0 });
  expect(Object.keys(telemetry.by_model)).toEqual(["sim-worker", "sim-writer", "sim-other"]);
  expect(telemetry.by_model["sim-writer"]?.calls).toBe(1);
  const calls = Object.values(telemetry.by_model).reduce((sum, row) => sum + row.calls, 0);
  expect(calls).toBe(telemetry.total_calls);
});

test("a planning run is planned by the planning model", async () => {
  const { state } = await run("{ coordination: { enable_planning_mode: true } }");
  expect(state.agents.map(({ model, synthesis }) => [model, synthesis])).toEqual([
    ["sim-planner", "sim-writer"],
    ["sim-other", undefined],
  ]);
  expect(state.final?.plan?.phases[0]?.tasks.map(({ title }) => title)).toEqual(["Look up.", "Count."]);
});
