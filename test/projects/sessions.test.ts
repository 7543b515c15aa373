import { appendFile, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { openJournal, readJournal } from "../../projects/journal.ts";
import { sessionDir, sessionJournal } from "../../projects/layout.ts";
import { createProject, openProject, type Project } from "../../projects/open.ts";
import { latestSession, listSessions, moveSession, newSessionId } from "../../projects/sessions.ts";
import { ChatRecord } from "../../src/core/chat/events.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

/** A chat in which the user said these things, a second after each other. */
async function chat(
  project: Project,
  id: string,
  startAt: number,
  said: readonly string[],
  reply = "ok",
): Promise<void> {
  const journal = openJournal<ChatRecord>(sessionJournal(project.root, id), "chat");
  const lead = { model: "m", backend: "simulated", simulated: true };
  let seq = 0;
  const at = (): { seq: number; at: number } => ({ seq, at: startAt + 1000 * seq++ });
  journal.append({ type: "session_started", session: id, project: project.name, directory: "/", lead, ...at() });
  for (const text of said) {
    journal.append({ type: "user_said", text, ...at() });
    const bill = { usage: null, costUsd: null, latencyMs: 1 };
    journal.append({ type: "lead_said", text: reply, calls: [], ...bill, ...at() });
  }
  await journal.close();
}

test("ids sort by time and are never the same", () => {
  const ids = Array.from({ length: 500 }, newSessionId);
  expect(new Set(ids).size).toBe(500);
  expect(ids.map((id) => id.slice(0, 22))).toEqual(ids.map((id) => id.slice(0, 22)).sort());
  for (const id of ids) expect(id).toMatch(/^\d{8}-\d{6}-\d{6}-[0-9a-f]{6}$/);
});

test("sessions are listed newest first, with what the user said first", async () => {
  const project = await openProject(await tempDir(), "p");
  await chat(project, "s-1", 1000, ["first\n  question", "second"]);
  await chat(project, "s-2", 9000, ['say "type":"user_said" in quotes']);
  await chat(project, "s-3", 500, ["q".repeat(300)]);
  const sessions = await listSessions(project);
  expect(sessions.map(({ id, turns, lastAt }) => [id, turns, lastAt])).toEqual([
    ["s-2", 1, 11_000],
    ["s-1", 2, 5000],
    ["s-3", 1, 2500],
  ]);
  expect(sessions[1]).toMatchObject({ title: "first question", project, path: sessionJournal(project.root, "s-1") });
  expect(sessions[2]?.title).toHaveLength(120);
});

test("broken, foreign and silent sessions do not break the list", async () => {
  const project = await openProject(await tempDir(), "p");
  expect(await listSessions(project)).toEqual([]);
  await chat(project, "good", 1000, ["hello"]);
  await chat(project, "silent", 1000, []);
  await chat(project, "torn", 5000, ["cut off"]);
  await appendFile(sessionJournal(project.root, "torn"), '{"type":"lead_sa');
  const garbage = {
    empty: "",
    binary: "\0\u0001\u0002",
    foreign: '{"some":"json"}\n',
    header: '{"massgen":"chat","ver',
  };
  for (const [id, text] of Object.entries(garbage)) {
    await mkdir(sessionDir(project.root, id));
    await writeFile(sessionJournal(project.root, id), text);
  }
  await mkdir(sessionDir(project.root, "no-journal"));
  await mkdir(sessionJournal(project.root, "folder"), { recursive: true });
  await writeFile(`${dirname(sessionDir(project.root, "x"))}/stray-file`, "");
  const sessions = await listSessions(project);
  expect(sessions.map(({ id, lastAt }) => [id, lastAt])).toEqual([
    ["torn", 7000],
    ["good", 3000],
  ]);
});

test("long journals are read at both ends only", async () => {
  const project = await openProject(await tempDir(), "p");
  await chat(
    project,
    "long",
    1000,
    Array.from({ length: 90 }, (_, index) => `turn ${index}`),
    "x".repeat(20_000),
  );
  await chat(project, "paste", 1000, [`pasted "text" ${"y".repeat(600_000)}`]);
  const [long, paste] = await listSessions(project);
  expect(long).toMatchObject({ id: "long", title: "turn 0", lastAt: 1000 + 180 * 1000 });
  expect(long?.turns).toBeGreaterThan(20);
  expect(long?.turns).toBeLessThanOrEqual(90);
  expect(paste?.title).toMatch(/^pasted "text" yyy/);
  expect(paste?.lastAt).toBe(3000);
});

test("the latest session of a working directory is found over all its projects", async () => {
  const cwd = await tempDir();
  expect(await latestSession(cwd)).toBeUndefined();
  const [a, b] = [
    await createProject(cwd, { name: "a", goals: "" }),
    await createProject(cwd, { name: "b", goals: "" }),
  ];
  await chat(a, "s-1", 1000, ["one"]);
  await chat(b, "s-2", 5000, ["two"]);
  await chat(a, "s-3", 2000, ["three"]);
  expect(await latestSession(cwd)).toMatchObject({ id: "s-2", title: "two", project: b });
  expect((await listSessions(cwd)).map(({ id }) => id)).toEqual(["s-2", "s-3", "s-1"]);
});

test("a thousand sessions are listed in a moment", async () => {
  const project = await openProject(await tempDir(), "p");
  await chat(project, "s-0", 0, ["hello"]);
  const text = await readFile(sessionJournal(project.root, "s-0"), "utf8");
  for (let n = 1; n < 1000; n++) {
    await mkdir(sessionDir(project.root, `s-${n}`));
    await writeFile(sessionJournal(project.root, `s-${n}`), text);
  }
  expect(await listSessions(project)).toHaveLength(1000);
});

test("a session moves to another project with all that belongs to it, and never over another one", async () => {
  const cwd = await tempDir();
  const from = await openProject(cwd, "from");
  const to = await openProject(cwd, "to");
  await chat(from, "s-1", 1000, ["one"]);
  await writeFile(`${sessionDir(from.root, "s-1")}/extra`, "");
  await moveSession(from, to, "s-1");
  expect(await listSessions(from)).toEqual([]);
  expect(await listSessions(to)).toMatchObject([{ id: "s-1", title: "one" }]);
  expect(await readdir(sessionDir(to.root, "s-1"))).toContain("extra");
  expect((await readJournal(sessionJournal(to.root, "s-1"), "chat", ChatRecord)).lines).toHaveLength(3);

  await chat(from, "s-1", 1000, ["another"]);
  expect((await faultOf(moveSession(from, to, "s-1"))).message).toContain("something else has that name");
  expect(await listSessions(to)).toMatchObject([{ title: "one" }]);
  expect((await faultOf(moveSession(from, to, "s-9"))).message).toContain("no session s-9");
  expect(await readdir(dirname(sessionDir(to.root, "s-1")))).toEqual(["s-1"]);
  await faultOf(moveSession(from, to, "../s-1"));
  await moveSession(to, to, "s-1");
  expect(await listSessions(to)).toHaveLength(1);
});
