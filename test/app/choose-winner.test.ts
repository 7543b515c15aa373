import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readRun } from "../../src/app/read-journal.ts";
import { turnUnderWay } from "../../src/core/chat/turn.ts";
import { reduceRun } from "../../src/core/run/reduce.ts";
import type { RunReport } from "../../src/core/run/report.ts";
import { newRun } from "../../src/core/run/state.ts";
import { rebuildLogs } from "../../src/logs/rebuild.ts";
import { checksums } from "../logs/checksums.ts";
import { tempDir } from "../projects/temp-dir.ts";
import { directory, openRealChat } from "./real-chat.ts";
import { finishedRun, nextItem, writingTeam } from "./real-run.ts";

const other = ({ agents, winner }: RunReport): string => agents.find(({ id }) => id !== winner)?.id ?? "";
const json = async (...path: readonly string[]): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(...path), "utf8"));

test("an answer that the user chooses after the end is the result: in the journal, in every file, for the lead, and after a restart", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd);
  const before = await finishedRun(chat);
  const agent = other(before);
  const { journal } = await json(cwd, "workspace/projects/api/runs", before.runId, "run_description.json");
  const spent = (await readRun(journal as string)).lines.reduce(reduceRun, newRun);

  chat.frontEnd.send({ do: "steer_run", runId: before.runId, steer: { do: "choose", agent } });
  const told = await chat.until(
    ({ reports, ...rest }) => reports[0]?.winner === agent && !turnUnderWay({ reports, ...rest }),
  );
  const answer = before.answers.find((one) => one.agent === agent);
  expect(told.reports).toMatchObject([
    { winner: agent, winnerLabel: answer?.label, chosenByUser: true, answer: answer?.text },
  ]);
  expect(told.messages).toContainEqual({
    role: "user",
    text: expect.stringContaining(`The user made ${agent}'s answer`),
  });
  expect(told.items.findLast(({ kind }) => kind === "lead")).toMatchObject({
    text: expect.stringContaining(`you chose the answer of ${agent}`),
  });

  const { lines } = await readRun(journal as string);
  expect(lines.slice(-2)).toMatchObject([
    { type: "winner_overridden" },
    { type: "final_stored", agent, source: "stored" },
  ]);
  const state = lines.reduce(reduceRun, newRun);
  expect(state.phase).toMatchObject({ kind: "ended", outcome: "answered", winner: { agent, tieBreak: "user" } });
  // Nobody was at work between the end of the run and the choice.
  expect(state.activeMs).toBe(spent.activeMs);

  expect(await json(before.logDir, "status.json")).toMatchObject({
    is_complete: true,
    results: { winner: agent, tie_break: "user", winner_reason: `${agent}'s answer was chosen by the user` },
  });
  expect(await readFile(join(before.logDir, "final", agent, "answer.txt"), "utf8")).toBe(answer?.text);
  expect(await json(before.logDir, "final_output/manifest.json")).toMatchObject({ winner: agent });
  expect(await readFile(join(before.logDir, "turn_1/attempt_1/coordination_table.txt"), "utf8")).toContain(
    `${answer?.label} chosen by the user`,
  );
  expect(await json(cwd, "workspace/projects/api/runs", before.runId, "run_description.json")).toMatchObject({
    winner: agent,
    status: "answered",
  });
  const written = join(await tempDir(), "log");
  await cp(before.logDir, written, { recursive: true, verbatimSymlinks: true });
  await rebuildLogs(before.logDir);
  expect(await checksums(before.logDir)).toEqual(await checksums(written));

  await chat.leave();
  const again = await openRealChat(cwd, { resume: "latest", quiet: true });
  expect(again.frontEnd.chat.get().reports).toMatchObject([{ winner: agent, chosenByUser: true }]);
  const { costUsd } = before;
  expect(again.frontEnd.chat.get().reports.map((report) => report.costUsd)).toEqual([costUsd]);
});

test("what cannot be chosen is refused, and the journal stays as it is", async () => {
  const cwd = await directory();
  const chat = await openRealChat(cwd);
  const { runId, winner } = await finishedRun(chat);
  const { journal } = await json(cwd, "workspace/projects/api/runs", runId, "run_description.json");
  const before = await readFile(journal as string, "utf8");
  const refusal = (agent: string): Promise<unknown> =>
    nextItem(chat, { do: "steer_run", runId, steer: { do: "choose", agent } });
  expect(await refusal("bbo")).toMatchObject({
    kind: "fault",
    fault: { message: expect.stringContaining("not in this run"), hint: 'Did you mean "bob"?' },
  });
  expect(await refusal(winner ?? "")).toMatchObject({
    kind: "fault",
    fault: { message: expect.stringContaining("the result already") },
  });
  expect(await readFile(journal as string, "utf8")).toBe(before);
});

test("changes of the earlier winner that are in the user's files are taken back before those of the new one go in", async () => {
  const cwd = await writingTeam();
  const chat = await openRealChat(cwd);
  const { runId } = await finishedRun(chat);
  const text = (): Promise<string> => readFile(join(cwd, "app/a.txt"), "utf8");
  const last = (action: "apply" | "undo"): Promise<unknown> => nextItem(chat, { do: "changes", action, run: "1" });
  await last("apply");
  expect(await text()).toBe("by ada\n");
  chat.frontEnd.send({ do: "steer_run", runId, steer: { do: "choose", agent: "bob" } });
  await chat.until(({ reports, ...rest }) => reports[0]?.winner === "bob" && !turnUnderWay({ reports, ...rest }));
  expect(await last("apply")).toMatchObject({
    fault: {
      message: expect.stringContaining("of the answer that had won before"),
      hint: expect.stringContaining("Then these can be applied"),
    },
  });
  expect(await text()).toBe("by ada\n");
  await last("undo");
  expect(await text()).toBe("one\n");
  await last("apply");
  expect(await text()).toBe("by bob\n");
});
