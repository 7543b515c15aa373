import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startTask, type Task } from "../../src/app/run-task.ts";
import { openJournal } from "../../projects/journal.ts";
import type { RunRecord } from "../../src/core/run/events.ts";
import { rebuildLogs } from "../../src/logs/rebuild.ts";
import { plainAgent } from "../engine/play.ts";
import { checksums } from "./checksums.ts";
import { playLogged, readJson, tempDir } from "./logged-run.ts";

const KEPT = [
  "journal.jsonl",
  "execution_metadata.yaml",
  "streaming_debug.log",
  "massgen_debug.log",
  "run.json",
  "lock",
  "run.lock",
];

/** A simulated team that works as fast as it can, in a directory of its own. */
async function startTeam(agents: string, question: string): Promise<Task> {
  const cwd = await tempDir();
  const config = join(cwd, "team.yaml");
  await writeFile(config, `agents:\n${agents}`);
  const refused = "{error: {code: auth, message: the key is refused}, repeat: forever}";
  await writeFile(join(cwd, "outage.yaml"), `agents:\n  bob:\n    - ${refused}\n`);
  const env = { HOME: cwd, PATH: process.env["PATH"] };
  const launch = { version: "1.2.3", args: { config, automation: true }, debug: true };
  return startTask({ question, cwd, env, configRef: config, dryRun: false, launch });
}

const agent = (id: string, extra = ""): string =>
  `  - id: ${id}\n    backend: {type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 0${extra}}\n`;

const PLANS = "orchestrator: {coordination: {enable_planning_mode: true}}\n";
const PERSONAS = "orchestrator: {coordination: {persona_generator: {enabled: true}}}\n";
const RESTARTS = "orchestrator: {coordination: {max_orchestration_restarts: 1}}\n";

async function writeJournal(path: string, records: readonly RunRecord[]): Promise<void> {
  const journal = openJournal<RunRecord>(path, "run");
  for (const record of records) journal.append(record);
  await journal.close();
}

async function deleteAllButFacts(attempt: string): Promise<void> {
  for (const name of await readdir(attempt)) {
    if (!KEPT.includes(name)) await rm(join(attempt, name), { recursive: true, force: true });
  }
}

describe("massgen logs rebuild", () => {
  test.each([
    ["a team", agent("ada") + agent("bob") + agent("cyd"), "What is a moon?"],
    ["a team that writes files", agent("ada") + agent("bob"), "Write a small web page about the moons of Mars"],
    ["one agent", agent("solo"), "Say hello"],
    ["a team with perspectives", agent("ada") + agent("bob") + PERSONAS, "Compare tabs and spaces"],
    ["a team that plans", agent("ada") + agent("bob") + PLANS, "Plan the migration of the user service"],
    [
      "a team of which one fails",
      agent("ada") + agent("bob", ", scenario: outage.yaml"),
      "Name \u{1F315} a moon\nor two",
    ],
  ])("makes all of the folder of %s again, byte for byte", async (_name, agents, question) => {
    const task = await startTeam(agents, question);
    const outcome = await task.done;
    expect(outcome.fault).toBeUndefined();
    const before = await checksums(task.logs.attempt);
    expect(Object.keys(before)).toEqual(
      expect.arrayContaining([
        "agent_outputs/system_status.txt",
        "coordination_events.json",
        "coordination_table.txt",
        "execution_metadata.yaml",
        "final_output/manifest.json",
        "massgen.log",
        "metrics_events.json",
        "metrics_summary.json",
        "snapshot_mappings.json",
        "status.json",
        "streaming_debug.log",
      ]),
    );
    expect(Object.keys(before).some((path) => path.endsWith("/plan.json"))).toBe(agents.includes(PLANS));
    expect(Object.keys(before).includes("generated_personas.yaml")).toBe(agents.includes(PERSONAS));
    await deleteAllButFacts(task.logs.attempt);
    await rebuildLogs(task.logs.root);
    expect(await checksums(task.logs.attempt)).toEqual(before);
    // What is whole stays so.
    await rebuildLogs(task.logs.attempt);
    expect(await checksums(task.logs.attempt)).toEqual(before);
  });

  test("makes the folders of every attempt of a run again, and the root offers the last one", async () => {
    const question = "Say hello. Mention umbrellas, giraffes and trombones too.";
    const task = await startTeam(`${agent("ada")}${agent("bob")}${RESTARTS}`, question);
    const { state, answerFile, fault } = await task.done;
    expect(fault).toBeUndefined();
    expect(state).toMatchObject({ attempt: 2, phase: { outcome: "answered" } });
    const turn = join(task.logs.root, "turn_1");
    expect(answerFile).toContain(join(turn, "attempt_2", "final"));
    const [first, second, root] = await Promise.all(
      [join(turn, "attempt_1"), join(turn, "attempt_2"), task.logs.root].map((folder) =>
        readJson(folder, "status.json"),
      ),
    );
    expect(first).toMatchObject({ is_complete: true, finish_reason: "restarted", meta: { attempt: 1 } });
    expect(second).toMatchObject({
      is_complete: true,
      finish_reason: "completed",
      meta: { attempt: 2, max_attempts: 2 },
    });
    expect(root).toEqual(second);
    expect(second?.costs.total_input_tokens).toBeGreaterThan(first?.costs.total_input_tokens ?? 0);
    const table = await readFile(join(turn, "attempt_2", "coordination_table.txt"), "utf8");
    expect(table).toContain("ATTEMPT 2");
    expect(table).not.toContain("agent1.1:");
    expect(await readFile(join(turn, "attempt_2", "execution_metadata.yaml"), "utf8")).toContain(
      "coordination_restart",
    );
    const before = await checksums(turn);
    await deleteAllButFacts(join(turn, "attempt_1"));
    await deleteAllButFacts(join(turn, "attempt_2"));
    await rebuildLogs(task.logs.root);
    expect(await checksums(turn)).toEqual(before);
    await rm(join(turn, "attempt_2"), { recursive: true });
    await rebuildLogs(join(turn, "attempt_1"));
    expect(await readJson(task.logs.root, "status.json")).toEqual(second);
  });

  test("of a run on hold gives what it had, too", async () => {
    const task = await startTeam(agent("ada") + agent("bob"), "What is a moon?");
    let seen = 0;
    task.run.log.subscribe(() => {
      seen += 1;
      if (seen === 8) task.run.hold();
    });
    const { state } = await task.done;
    expect(state.phase.kind).not.toBe("ended");
    const before = await checksums(task.logs.attempt);
    await deleteAllButFacts(task.logs.attempt);
    const { events } = await rebuildLogs(task.logs.root);
    expect(events).toBe(state.events);
    expect(await checksums(task.logs.attempt)).toEqual(before);
  });

  test("of a run that was held and went on gives what both had written", async () => {
    const scripts = { ada: plainAgent("two moons", "agent1", 1), bob: plainAgent("none", "agent1", 2) };
    const first = await playLogged(scripts, {
      during: (record, { hold }) => record.type === "vote_cast" && hold(),
    });
    const { place, records, workspaces, state } = await playLogged(scripts, {
      past: first.records,
      place: first.place,
    });
    expect(state.phase).toMatchObject({ kind: "ended", outcome: "answered" });
    await writeFile(join(place.attempt, "execution_metadata.yaml"), `workspaces: ${workspaces}\n`);
    await writeJournal(place.journal, records);
    const before = await checksums(place.attempt);
    expect(Object.keys(before).filter((name) => name.endsWith("vote.json"))).toHaveLength(2);
    await deleteAllButFacts(place.attempt);
    await rebuildLogs(place.root);
    expect(await checksums(place.attempt)).toEqual(before);
  });

  test("touches nothing beside the run, whatever its journal says", async () => {
    const { place, records } = await playLogged({ ada: plainAgent("two moons", "agent1", 1) });
    const outside = join(place.root, "..", "outside");
    await mkdir(outside);
    const evil = records.map((record) =>
      record.type === "execution_started" ? { ...record, agent: "../../../outside" } : record,
    );
    await writeJournal(place.journal, evil);
    await expect(rebuildLogs(place.root)).rejects.toMatchObject({ fault: { code: "denied" } });
    expect(await readdir(join(place.root, ".."))).toContain("outside");
  });

  test("says what to do about a folder that is none, and about one without a journal", async () => {
    const dir = await tempDir();
    await expect(rebuildLogs(dir)).rejects.toMatchObject({ fault: { code: "usage" } });
    await mkdir(join(dir, "log_1", "turn_1", "attempt_1"), { recursive: true });
    await expect(rebuildLogs(join(dir, "log_1"))).rejects.toMatchObject({
      fault: { code: "disk", message: expect.stringContaining("journal.jsonl") as string },
    });
  });
});

test("execution_metadata.yaml says how the run was started, with the configuration as written and no key in it", async () => {
  const secret = "sk-not-for-logs-123456";
  const task = await startTeam(agent("ada", `, api_key: ${secret}, other_key_env: HOME`), "What is a moon?");
  await task.done;
  const text = await readFile(join(task.logs.attempt, "execution_metadata.yaml"), "utf8");
  expect(text).not.toContain(secret);
  expect(text).toContain("query: What is a moon?");
  expect(text).toContain("massgen_version: 1.2.3");
  expect(text).toContain("id: ada");
  expect(text).toContain(`working_directory: `);
  expect(text).toMatch(/runtime: node \d+\.\d+/);
  expect(text).toContain("automation: true");
});
