import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { reduceRun } from "../../src/core/run/reduce.ts";
import { newRun } from "../../src/core/run/state.ts";
import { directory, openRealChat, type RealChat } from "./real-chat.ts";

async function teamWith(personas: string): Promise<string> {
  const cwd = await directory();
  const file = join(cwd, "team.yaml");
  const orchestrator = `{interactive_mode: {require_approval: false}, coordination: {persona_generator: ${personas}}}`;
  await appendFile(file, `orchestrator: ${orchestrator}\n`);
  return cwd;
}

/** Has the team work on it; what perspectives it had, and whether a model was asked for them. */
async function work(chat: RealChat, task: string) {
  const before = chat.frontEnd.chat.get().reports.length;
  chat.frontEnd.send({ do: "call", text: `/run ${task}`, tool: "launch_run", input: { task, agent_mode: "multi" } });
  const { reports } = await chat.until((state) => state.reports.length > before);
  const { records } = await chat.frontEnd.runRecords(reports.at(-1)?.runId ?? "");
  const { personas = {} } = records.reduce(reduceRun, newRun);
  return { personas, asked: records.some(({ type }) => type === "personas_started") };
}

test("persist_across_turns: later runs of a session take the perspectives over, after a restart too", async () => {
  const cwd = await teamWith("{enabled: true, persist_across_turns: true}");
  const chat = await openRealChat(cwd);
  const first = await work(chat, "Review the login.");
  expect(first.asked).toBe(true);
  expect(Object.keys(first.personas)).toEqual(["ada", "bob"]);
  expect(await work(chat, "Review the logout.")).toEqual({ personas: first.personas, asked: false });
  await chat.leave();
  const again = await openRealChat(cwd, { resume: chat.session, quiet: true });
  expect(await work(again, "Review the session.")).toEqual({ personas: first.personas, asked: false });
});

test("without it every run makes its own; so does one with an agent that had none", async () => {
  const chat = await openRealChat(await teamWith("{enabled: true}"));
  expect((await work(chat, "Review the login.")).asked).toBe(true);
  expect((await work(chat, "Review the logout.")).asked).toBe(true);
});
