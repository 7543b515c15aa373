import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runJournal } from "../../projects/layout.ts";
import { turnUnderWay } from "../../src/core/chat/turn.ts";
import { directory, openRealChat, type RealChat } from "./real-chat.ts";
import { finishedRun, nextItem, writeInNextRun, writingTeam } from "./real-run.ts";

const state = ({ frontEnd }: RealChat) => frontEnd.chat.get();
const notes = (chat: RealChat): string[] => state(chat).items.flatMap((one) => (one.kind === "note" ? [one.text] : []));
const file = (cwd: string): Promise<string> => readFile(join(cwd, "app", "a.txt"), "utf8");

async function configured(more: string): Promise<string> {
  const cwd = await directory();
  const path = join(cwd, "team.yaml");
  await writeFile(path, `${await readFile(path, "utf8")}${more}\n`);
  return cwd;
}

test.each([
  ["", "ask"],
  ["permissions: {mode: ask}", "ask"],
  ["permissions: {mode: plan}", "plan"],
  ["orchestrator: {interactive_mode: {require_approval: false}}", "auto"],
])("a session of a configuration with “%s” begins in %s", async (more, mode) => {
  const chat = await openRealChat(await configured(more));
  expect(state(chat).mode).toBe(mode);
  expect(state(chat).items).toEqual([]);
});

test("the command line has the last word, for a session that is gone on with, too", async () => {
  const cwd = await configured("permissions: {mode: plan}");
  const chat = await openRealChat(cwd, { mode: "ask" });
  expect(state(chat).mode).toBe("ask");
  await chat.say("Hello there");
  await chat.leave();
  expect(state(await openRealChat(cwd, { resume: chat.session, mode: "auto", quiet: true })).mode).toBe("auto");
});

test("plan mode is still there tomorrow; auto is not, and says so", async () => {
  const cwd = await directory();
  const first = await openRealChat(cwd);
  await first.say("Hello there");
  first.frontEnd.send({ do: "set_mode", mode: "plan" });
  await first.leave();
  const second = await openRealChat(cwd, { resume: first.session, quiet: true });
  expect(state(second).mode).toBe("plan");
  expect(notes(second)).toEqual([]);
  second.frontEnd.send({ do: "set_mode", mode: "auto" });
  await second.leave();
  const third = await openRealChat(cwd, { resume: first.session, quiet: true });
  expect(state(third).mode).toBe("ask");
  expect(notes(third)).toEqual([expect.stringMatching(/was auto and is ask again.*\/permissions auto/)]);
});

test("a configuration that asks for auto has it tomorrow, too", async () => {
  const cwd = await configured("orchestrator: {interactive_mode: {require_approval: false}}");
  const first = await openRealChat(cwd);
  await first.say("Hello there");
  await first.leave();
  const second = await openRealChat(cwd, { resume: first.session, quiet: true });
  expect(state(second).mode).toBe("auto");
  expect(notes(second)).toEqual([]);
});

test("a new session begins in the mode that the one before was left in", async () => {
  const chat = await openRealChat(await directory());
  chat.frontEnd.send({ do: "set_mode", mode: "plan" });
  await chat.frontEnd.openSession({ kind: "new" });
  const { next } = await chat.left;
  expect(next).toMatchObject({ mode: "plan" });
  expect(state(await openRealChat(chat.cwd, next ?? {})).mode).toBe("plan");
});

test("in auto mode what a run changes is in the user's files at its end, and /undo takes it back", async () => {
  const cwd = await writingTeam();
  const chat = await openRealChat(cwd, { mode: "auto" });
  const before = await file(cwd);
  await writeInNextRun(cwd, "app/a.txt");
  chat.frontEnd.send({ do: "call", text: "/run", tool: "launch_run", input: { task: "Write" } });
  const { items } = await chat.until((now) => now.items.some(({ kind }) => kind === "changes") && !turnUnderWay(now));
  expect(items.find(({ kind }) => kind === "changes")).toMatchObject({ action: "applied", lines: ["M a.txt"] });
  expect(await file(cwd)).toBe("by ada\n");
  await nextItem(chat, { do: "changes", action: "undo", run: "" });
  expect(await file(cwd)).toBe(before);
});

test("in auto mode, where the user has changed the same lines meanwhile, nothing is done and the user is told", async () => {
  const cwd = await writingTeam();
  const chat = await openRealChat(cwd, { mode: "auto" });
  await writeInNextRun(cwd, "app/a.txt");
  chat.frontEnd.send({ do: "call", text: "/run", tool: "launch_run", input: { task: "Write" } });
  await chat.until(({ runs }) => runs.length > 0);
  await writeFile(join(cwd, "app", "a.txt"), "mine\n");
  const told = (now: ReturnType<typeof state>): boolean =>
    now.items.some(({ kind }) => kind === "fault" || kind === "changes");
  const { items } = await chat.until((now) => told(now) && !turnUnderWay(now));
  expect(items.find(({ kind }) => kind === "fault")).toMatchObject({
    fault: { message: expect.stringContaining("a.txt") as string },
  });
  expect(await file(cwd)).toBe("mine\n");
});

test("a run that would act does not go on in plan mode, and says how to leave it", async () => {
  const cwd = await writingTeam();
  const chat = await openRealChat(cwd);
  const { runId } = await finishedRun(chat);
  chat.frontEnd.send({ do: "set_mode", mode: "plan" });
  const told = (hint: string) => ({ kind: "fault", fault: { hint: expect.stringContaining(hint) as string } });
  // One that is over says so first: nobody has to leave plan mode to hear that.
  expect(await nextItem(chat, { do: "resume_run", runId })).toMatchObject(told("Start a new one"));
  const path = runJournal(join(cwd, "workspace", "projects", "api"), runId);
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => !line.includes('"type":"run_ended"'));
  await writeFile(path, lines.join("\n"));
  expect(await nextItem(chat, { do: "resume_run", runId })).toMatchObject(told("/plan or Shift+Tab"));
});

test("a run of plan mode is a planning run: its agents write nothing", async () => {
  const cwd = await writingTeam();
  const chat = await openRealChat(cwd, { mode: "plan" });
  const before = await file(cwd);
  await writeInNextRun(cwd, "app/a.txt");
  await finishedRun(chat);
  expect(state(chat).reports).toMatchObject([{ purpose: "planning" }]);
  expect(state(chat).reports[0]?.changes ?? []).toEqual([]);
  expect(await file(cwd)).toBe(before);
});
