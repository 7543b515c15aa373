import { createHash } from "node:crypto";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { coordinationTable } from "../../src/core/run/coordination-table.ts";
import { createLog } from "../../src/core/log.ts";
import type { RunEvent } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import { createLogPlace, submissionFolder } from "../../src/logs/layout.ts";
import { openRunLogs } from "../../src/logs/run-logs.ts";
import { timestamp } from "../../src/logs/timestamp.ts";
import { only, plainAgent, play } from "../engine/play.ts";
import { playLogged, pollStatus, readJson, snapshotsIn, tempDir } from "./logged-run.ts";

const team = { ada: plainAgent("two moons", "agent1", 1), bob: plainAgent("none", "agent1", 2) };

describe("the tree of a run", () => {
  test("holds every answer with its files, every vote, the final answer and the summaries", async () => {
    const files = { "out.md": "moons", "src/list.txt": "Phobos, Deimos" };
    const { place, records, logs, state } = await playLogged(team, { files });
    for (const { agent, at, label, text } of only(records, "answer_submitted")) {
      const folder = submissionFolder(place, agent, at);
      expect(await readFile(join(folder, "answer.txt"), "utf8")).toBe(text);
      expect(await readFile(join(folder, "workspace", "src", "list.txt"), "utf8")).toBe(`Phobos, Deimos in ${label}`);
    }
    const [vote] = only(records, "vote_cast").filter(({ agent }) => agent === "bob");
    expect(await readJson(submissionFolder(place, "bob", vote?.at ?? 0), "vote.json")).toEqual({
      voter_id: "bob",
      voter_anon_id: "agent2",
      voted_for: "ada",
      voted_for_label: "agent1.1",
      voted_for_anon: "agent1",
      reason: "it is the best",
      timestamp: timestamp(vote?.at ?? 0),
      unix_timestamp: (vote?.at ?? 0) / 1000,
      iteration: 2,
      coordination_round: 0,
      available_options: ["ada", "bob"],
      available_options_labels: ["agent1.1", "agent2.1"],
      answer_label_to_agent: { "agent1.1": "ada", "agent2.1": "bob" },
      available_options_anon: ["agent1", "agent2"],
      vote_context: { total_agents: 2, agents_with_answers: 2, current_task: "How many moons has Mars?" },
      agent_mapping: { agent1: "ada", agent2: "bob" },
    });
    expect(logs.answerFile()).toBe(join(place.attempt, "final", "ada", "answer.txt"));
    expect(await readFile(logs.answerFile() ?? "", "utf8")).toBe(state.final?.text);
    expect(await readFile(join(place.attempt, "final", "ada", "workspace", "out.md"), "utf8")).toBe(
      "moons in agent1.final",
    );
    expect(await readFile(join(place.attempt, "coordination_table.txt"), "utf8")).toBe(coordinationTable(records));
    expect(await readJson(place.attempt, "metrics_summary.json")).toMatchObject({
      meta: { num_agents: 2, winner: "ada", session_id: place.sessionId },
      api_timing: { total_calls: 5 },
    });
    expect(await readJson(place.attempt, "status.json")).toMatchObject({
      is_complete: true,
      results: { winner: "ada" },
      meta: { session_id: place.sessionId, log_dir: place.root },
    });
    const log = await readFile(join(place.attempt, "massgen.log"), "utf8");
    expect(log).toMatch(/^\d\d:\d\d:\d\d \| INFO \| started with ada \(model-of-ada\), bob \(model-of-bob\)\n/);
    expect(log).toMatch(/ended: answered\n$/);
    expect(logs.health()).toBeUndefined();
  });

  test("the manifest names every file of the final answer with its size and its checksum", async () => {
    const { place, state } = await playLogged(team, { files: { "a/b.txt": "deep" } });
    const manifest = await readJson<{ artifacts: { path: string; bytes: number; sha256: string; author: string }[] }>(
      place.attempt,
      "final_output",
      "manifest.json",
    );
    expect(manifest).toMatchObject({
      winner: "ada",
      winner_reason: "ada has 2 of 2 votes",
      votes: { "agent1.1": 2 },
      agents: {
        ada: { status: "completed", answers: 1, votes: 1, error: null },
        bob: { status: "completed", answers: 1, votes: 1, error: null },
      },
    });
    expect(manifest.artifacts.map(({ path }) => path)).toEqual(["final/ada/answer.txt", "final/ada/workspace/a/b.txt"]);
    for (const { path, bytes, sha256, author } of manifest.artifacts) {
      const content = await readFile(join(place.attempt, path));
      expect([bytes, sha256]).toEqual([content.length, createHash("sha256").update(content).digest("hex")]);
      expect(author).toBe(state.final?.agent);
    }
  });

  test("what failed stands in the manifest and, as an error, in the log", async () => {
    const { place } = await playLogged({
      ada: plainAgent("a", "agent1"),
      bob: () => ({ fault: { code: "auth", message: "the key is refused" } }),
    });
    expect(await readJson(place.attempt, "final_output", "manifest.json")).toMatchObject({
      agents: { bob: { status: "failed", answers: 0, votes: 0, error: "the key is refused" } },
    });
    const log = await readFile(join(place.attempt, "massgen.log"), "utf8");
    expect(log).toContain("| ERROR | bob failed: the key is refused");
  });

  test("both documented paths lead to the same files", async () => {
    const { place } = await playLogged(team, { files: { "out.md": "moons" } });
    for (const path of ["status.json", "massgen.log", "final/ada/answer.txt", "final_output/manifest.json"]) {
      expect(await readFile(join(place.root, path), "utf8"), path).toBe(
        await readFile(join(place.attempt, path), "utf8"),
      );
    }
  });
});

describe("a run that goes on", () => {
  test("writes what a crash kept from the disk", async () => {
    const { records } = await play(team);
    const cut = records.findIndex(({ type }) => type === "vote_cast") + 1;
    const { place, logs } = await playLogged(team, { past: records.slice(0, cut) });
    for (const { agent, at, text } of only(records.slice(0, cut), "answer_submitted")) {
      expect(await readFile(join(submissionFolder(place, agent, at), "answer.txt"), "utf8")).toBe(text);
    }
    const [vote] = only(records, "vote_cast");
    await stat(join(submissionFolder(place, vote?.agent ?? "", vote?.at ?? 0), "vote.json"));
    expect(logs.health()).toBeUndefined();
  });

  test("whose final answer was journalled and not written writes it", async () => {
    const { records } = await play(team);
    const cut = records.findIndex(({ type }) => type === "final_stored") + 1;
    const { logs, state } = await playLogged(team, { past: records.slice(0, cut) });
    expect(await readFile(logs.answerFile() ?? "", "utf8")).toBe(state.final?.text);
  });

  test("after it was stopped replaces the final answer of then", async () => {
    const files = { "old.md": "old" };
    const scripts = { ada: plainAgent("a", "agent2", 1), bob: plainAgent("b", "agent2", 60) };
    const stopped = await playLogged(scripts, {
      files,
      during: (record, { stop }) => record.type === "answer_submitted" && stop(),
    });
    const { place } = stopped;
    expect(await readdir(join(place.attempt, "final"))).toEqual(["ada"]);
    await playLogged(scripts, { past: stopped.records, place });
    expect(await readdir(join(place.attempt, "final"))).toEqual(["bob"]);
    expect(await readJson(place.root, "status.json")).toMatchObject({ results: { winner: "bob" } });
  });
});

test("status.json names no winner before the winner's files are there", async () => {
  const dir = await tempDir();
  const files = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`file-${index}.txt`, "content"]));
  const workspaces = join(dir, "workspaces");
  const { records } = await play(team, { workspaces: snapshotsIn(workspaces, files) });
  const cut = records.findIndex(({ type }) => type === "final_stored");
  const log = createLog<RunState, RunEvent>({
    reduce: reduceRun,
    initial: newRun,
    past: records.slice(0, cut),
    now: Date.now,
  });
  const place = await createLogPlace(join(dir, "logs"), Date.now());
  const logs = openRunLogs({ place, log, now: Date.now, workspaces, past: records.slice(0, cut) });
  for (const record of records.slice(cut)) log.apply(record);
  await pollStatus(place.root, ({ results }) => results.winner !== null);
  expect(await readFile(join(place.root, "final", "ada", "answer.txt"), "utf8")).toBe("final: two moons");
  await stat(join(place.root, "final_output", "manifest.json"));
  await logs.close();
});

test("a log folder that cannot be written stops no run, and says so", async () => {
  const place = await createLogPlace(join(await tempDir(), "logs"), Date.now());
  await rm(place.attempt, { recursive: true });
  await writeFile(place.attempt, "a file where the folder should be");
  const { state, logs } = await playLogged(team, { place });
  expect(state.phase).toMatchObject({ outcome: "answered", reason: "votes" });
  expect(logs.health()).toMatchObject({ message: expect.stringContaining("attempt_1") as string });
  expect(logs.answerFile()).toBeUndefined();
});

test("a file that cannot be copied costs the log folder that file, and nothing after it", async () => {
  const place = await createLogPlace(join(await tempDir(), "logs"), Date.now());
  await writeFile(join(place.attempt, "ada"), "in the way");
  const { logs } = await playLogged(team, { place });
  expect(logs.health()).toBeDefined();
  expect(await readFile(logs.answerFile() ?? "", "utf8")).toBe("final: two moons");
  expect(await readJson(place.attempt, "status.json")).toMatchObject({ is_complete: true });
});
