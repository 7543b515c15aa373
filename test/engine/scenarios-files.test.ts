import { readFileSync } from "node:fs";
import { mkdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished, test, expect } from "vitest";
import { startTask, type Task } from "../../src/app/run-task.ts";
import { orderFrom } from "../../src/app/run-order.ts";
import { findTeam } from "../../src/app/team.ts";
import type { StatusJson } from "../../src/core/run/status-schema.ts";
import { rebuildLogs } from "../../src/logs/rebuild.ts";
import { type ModelScript, startModelServer } from "../helpers/model-server.ts";
import { anyPath, KEY, WIRES } from "../models/model-harness.ts";
import { tempDir, writeFiles } from "../workspace/temp-dir.ts";

// Those of the checklist's scenarios that need a disk.

const [WIRE] = WIRES;

/** A team of two in `cwd` whose models say what the script says. */
async function start(
  cwd: string,
  script: ModelScript,
  orchestrator: Readonly<Record<string, unknown>> = {},
): Promise<Task> {
  return startTask({ question: "What?", dryRun: false, ...(await teamOf(cwd, script, orchestrator)) });
}

async function teamOf(cwd: string, script: ModelScript, orchestrator: Readonly<Record<string, unknown>>) {
  const server = await startModelServer(script);
  onTestFinished(server.close);
  const agents = ["ada", "bob"].map((id) => ({
    id,
    system_message: `Your name is ${id}.`,
    backend: {
      type: WIRE.type,
      model: WIRE.model,
      base_url: anyPath(server.url).baseUrl(WIRE.type),
      api_key_env: "TEST_KEY",
      retry_base_ms: 1,
    },
  }));
  const file = `team-${new URL(server.url).port}.yaml`;
  await writeFiles(cwd, { [file]: JSON.stringify({ agents, orchestrator }) });
  const env = { HOME: cwd, XDG_CONFIG_HOME: cwd, TEST_KEY: KEY };
  return { cwd, env, configRef: join(cwd, file) };
}

const call = (name: string, input: unknown) => ({ calls: [{ name, input }] });

/** Writes a file named after itself, answers, votes for the first, and presents. */
const diligent =
  (mark: string): ModelScript =>
  ({ tools, messages, system }) => {
    const name = /name is (\w+)/.exec(system)?.[1] ?? "?";
    if (tools.includes("vote")) return call("vote", { agent_id: "agent1", reason: "first" });
    if (!tools.includes("new_answer")) return { text: `Final of ${mark}.` };
    if (messages.some(({ role }) => role === "tool")) return call("new_answer", { content: `${mark} by ${name}` });
    return call("write_file", { path: "out.txt", content: `${mark} ${name}` });
  };

test("T13: two runs at once in one directory keep their logs, workspaces and answers apart", async () => {
  const cwd = await tempDir();
  const tasks = await Promise.all([start(cwd, diligent("one")), start(cwd, diligent("two"))]);
  const outcomes = await Promise.all(tasks.map(({ done }) => done));
  expect(new Set(tasks.map(({ logs }) => logs.root)).size).toBe(2);
  for (const [index, outcome] of outcomes.entries()) {
    expect(outcome).toMatchObject({
      exitCode: 0,
      answer: `Final of ${["one", "two"][index]}.`,
      winner: { agent: "ada" },
    });
    expect(outcome.answerFile?.startsWith(tasks[index]?.logs.attempt ?? "?")).toBe(true);
    expect(outcome.state.answers.map(({ label, files }) => [label, files])).toEqual(
      expect.arrayContaining([
        ["agent1.1", ["out.txt"]],
        ["agent2.1", ["out.txt"]],
      ]),
    );
  }
});

test("a second one of an agent joins with a workspace and a log folder of its own, and a rebuild knows of it", async () => {
  const cwd = await tempDir();
  const team = await teamOf(cwd, diligent("one"), {});
  const { run, done, logs } = await startTask({ question: "What?", dryRun: false, ...team });
  const { config } = await findTeam({ ...team, dryRun: false, trusted: false });
  const [ada] = config.agents;
  if (!ada) throw new Error("no agent");
  run.steer({ do: "pause" });
  await run.add(ada);
  run.steer({ do: "continue" });
  expect(await done).toMatchObject({ exitCode: 0, agents: 3 });
  const status = async (): Promise<string> => readFile(join(logs.attempt, "status.json"), "utf8");
  const written = await status();
  expect(JSON.parse(written)).toMatchObject({ agents: { ada: {}, bob: {}, "ada-2": { status: "completed" } } });
  expect(run.log.get().answers.map(({ label, files }) => [label, files])).toContainEqual(["agent3.1", ["out.txt"]]);
  expect(orderFrom(run.log.get(), [], config).agents.map(({ id, backend }) => [id, backend.model])).toContainEqual([
    "ada-2",
    ada.backend.model,
  ]);
  await rebuildLogs(logs.root);
  expect(await status()).toBe(written);
  await expect(run.add(ada)).rejects.toThrow("not at work any more");
});

test("T14: of a context path marked write everybody has a copy, and what the winner changed reaches it at the end, but for what is protected", async () => {
  const cwd = await tempDir();
  const project = join(await realpath(cwd), "project");
  await mkdir(project);
  await writeFiles(project, { "code.txt": "old", "secret.txt": "mine" });
  const write = (file: string) => ({ name: "write_file", input: { path: join(project, file), content: "new" } });
  const said: string[] = [];
  const seen = new Set<string>();
  const script: ModelScript = ({ tools, messages, system }) => {
    const results = messages.filter(({ role }) => role === "tool").map(({ text }) => text);
    if (tools.includes("vote")) return call("vote", { agent_id: "agent1", reason: "first" });
    const coordinates = tools.includes("new_answer");
    seen.add(readFileSync(join(project, "code.txt"), "utf8"));
    if (results.length === 0)
      return { calls: coordinates ? [write("code.txt")] : [write("code.txt"), write("secret.txt")] };
    said.push(...results.map((text) => `${coordinates ? "team" : "winner"}: ${text}`));
    return coordinates
      ? call("new_answer", { content: `change it, says ${/name is (\w+)/.exec(system)?.[1]}` })
      : { text: "Changed." };
  };
  const contextPaths = [{ path: project, permission: "write", protected_paths: ["secret.txt"] }];
  const task = await start(cwd, script, { context_paths: contextPaths });
  expect(await task.done).toMatchObject({ exitCode: 0, answer: "Changed." });
  expect(said.filter((text) => /^team: Replaced project.code\.txt/.test(text))).toHaveLength(2);
  expect(said.filter((text) => text.startsWith("winner: Replaced"))).toHaveLength(1);
  expect(said.filter((text) => /^winner: .*may be read, but not written/.test(text))).toHaveLength(1);
  expect([...seen]).toEqual(["old"]);
  expect(await readFile(join(project, "code.txt"), "utf8")).toBe("new");
  expect(await readFile(join(project, "secret.txt"), "utf8")).toBe("mine");
});

test("T16: status.json can be read at any moment of a run, and its percentage only grows, 100 with the final answer", async () => {
  const cwd = await tempDir();
  const task = await start(cwd, async (request) => ({ ...(await diligent("one")(request)), chunkDelayMs: 30 }));
  const running = { done: false };
  const outcome = task.done.finally(() => (running.done = true));
  const seen: StatusJson[] = [];
  while (!running.done) {
    const text = await readFile(join(task.logs.attempt, "status.json"), "utf8").catch(() => undefined);
    if (text !== undefined) seen.push(JSON.parse(text) as StatusJson);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await outcome;
  seen.push(JSON.parse(await readFile(join(task.logs.attempt, "status.json"), "utf8")) as StatusJson);
  expect(seen.length).toBeGreaterThan(5);
  const percents = seen.map(({ coordination }) => coordination.completion_percentage);
  expect(percents).toEqual(percents.toSorted((a, b) => a - b));
  for (const status of seen) {
    expect(Object.keys(status)).toEqual(expect.arrayContaining(["meta", "costs", "coordination", "agents", "results"]));
    expect(status.coordination.completion_percentage === 100).toBe(status.results.final_answer_preview !== null);
    if (status.results.final_answer_preview === null) expect(status.results.winner).toBeNull();
  }
  expect(seen.at(-1)).toMatchObject({ is_complete: true, finish_reason: "completed", results: { winner: "ada" } });
});
