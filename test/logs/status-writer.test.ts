import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { createLog } from "../../src/core/log.ts";
import type { RunEvent } from "../../src/core/run/events.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { newRun, type RunState } from "../../src/core/run/state.ts";
import { openStatusWriter } from "../../src/logs/status-writer.ts";
import { plainAgent, play } from "../engine/play.ts";
import { pollStatus, readJson, tempDir } from "./logged-run.ts";

const busy: RunEvent = {
  type: "model_retried",
  agent: "ada",
  fault: { code: "overloaded", message: "529" },
  attempt: 2,
  maxAttempts: 4,
  delayMs: 10,
};

test("a busy run is written at most twice a second and never torn, a quiet one at least every two seconds", async () => {
  const dir = await tempDir();
  const { records } = await play({ ada: plainAgent("a".repeat(50_000), "agent1") });
  const started = records.slice(0, 2);
  const log = createLog<RunState, RunEvent>({ reduce: reduceRun, initial: newRun, past: started, now: Date.now });
  const failures: unknown[] = [];
  const place = (): { sessionId: string; logDir: string } => ({ sessionId: "log_1", logDir: dir });
  const writer = openStatusWriter({
    attempt: () => dir,
    place,
    get: log.get,
    now: Date.now,
    onFailure: (e) => failures.push(e),
  });
  log.subscribe(writer.changed);
  log.apply(busy);
  const active = await pollStatus(dir, (_status, seen) => {
    log.apply(busy);
    return seen.length >= 4;
  });
  const quiet = await pollStatus(dir, (_status, seen) => seen.length >= 3);
  const gaps = (seen: typeof active): number[] =>
    seen.slice(1).map(({ meta }, index) => meta.last_updated - (seen[index]?.meta.last_updated ?? 0));
  for (const gap of gaps(active)) {
    expect(gap).toBeGreaterThan(0.45);
    expect(gap).toBeLessThan(2);
  }
  // The first of the quiet ones may still be due to the last event.
  expect(gaps(quiet).at(-1)).toBeGreaterThan(1);
  expect(gaps(quiet).at(-1)).toBeLessThan(2);
  const still = quiet.map(({ meta, ...rest }) => ({ ...rest, question: meta.question, start: meta.start_time }));
  expect(still.at(-1)).toEqual(still.at(-2));
  await writer.close();
  expect(failures).toEqual([]);
});

test("closing writes the last state at once, and nothing after it", async () => {
  const dir = await tempDir();
  const { state } = await play({ ada: plainAgent("a", "agent1") });
  let now = 1000;
  const place = (): { sessionId: string; logDir: string } => ({ sessionId: "log_1", logDir: dir });
  const writer = openStatusWriter({ attempt: () => dir, place, get: () => state, now: () => now, onFailure: () => {} });
  writer.changed();
  now = 2000;
  writer.changed();
  await writer.close();
  expect(await readJson(dir, "status.json")).toMatchObject({ is_complete: true, meta: { last_updated: 2 } });
});

test("a write that fails is told, and the next one is tried all the same", async () => {
  const dir = join(await tempDir(), "later");
  const { state } = await play({ ada: plainAgent("a", "agent1") });
  const failures: unknown[] = [];
  let told = (): void => {};
  const failed = new Promise<void>((resolve) => {
    told = resolve;
  });
  const onFailure = (error: unknown): void => {
    failures.push(error);
    told();
  };
  const place = (): { sessionId: string; logDir: string } => ({ sessionId: "log_1", logDir: dir });
  const writer = openStatusWriter({ attempt: () => dir, place, get: () => state, now: Date.now, onFailure });
  writer.changed();
  await failed;
  await mkdir(dir);
  await writer.close();
  expect(failures).toHaveLength(1);
  expect(await readJson(dir, "status.json")).toMatchObject({ is_complete: true });
});
