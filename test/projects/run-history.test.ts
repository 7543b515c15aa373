import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runDescription, runsDir } from "../../projects/layout.ts";
import { openProject, type Project } from "../../projects/open.ts";
import { describeRun, listRuns, nextRun, readRunDescription, type RunDescription } from "../../projects/run-history.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

const newProject = async (): Promise<Project> => openProject(await tempDir(), "p");

function description(id: string, number: number): RunDescription {
  return {
    id,
    number,
    title: `Title ${number}`,
    purpose: "execution",
    task: "Do it",
    status: "running",
    winner: null,
    cost_usd: null,
    started: "2026-11-20T10:00:00.000Z",
    ended: null,
    log_dir: "/logs/1",
    journal: "/j",
    deliverables: [],
  };
}

test("runs are numbered from 1, and each has a folder of its own", async () => {
  const project = await newProject();
  const first = await nextRun(project);
  const second = await nextRun(project);
  expect([first.number, second.number]).toEqual([1, 2]);
  expect(second.id).toMatch(/^run-0002-[0-9a-f]{6}$/);
  expect((await readdir(runsDir(project.root))).sort()).toEqual([first.id, second.id]);
});

test("programs that start runs at once never share a number", async () => {
  const project = await newProject();
  const runs = await Promise.all(Array.from({ length: 15 }, () => nextRun(project)));
  expect(runs.map(({ number }) => number).sort((a, b) => a - b)).toEqual(Array.from({ length: 15 }, (_, i) => i + 1));
});

test("a description is written, replaced, and found by id or number", async () => {
  const project = await newProject();
  const { id, number } = await nextRun(project);
  await describeRun(project, description(id, number));
  const done = {
    ...description(id, number),
    status: "answered",
    winner: "ada",
    cost_usd: 0.4,
    deliverables: ["plan.md"],
  };
  await describeRun(project, done);
  for (const name of [id, "1", "#1", "run 1", "run-0001", " 1 "]) {
    expect(await readRunDescription(project, name)).toEqual(done);
  }
  expect((await faultOf(readRunDescription(project, "2"))).hint).toContain(`the last one is ${id}`);
  await faultOf(readRunDescription(project, "../../x"));
  expect((await faultOf(readRunDescription(await newProject(), "1"))).hint).toBe("It has no runs yet.");
});

test("the newest run is last, and broken ones are in the list without breaking it", async () => {
  const project = await newProject();
  expect(await listRuns(project)).toEqual([]);
  const ids = [await nextRun(project), await nextRun(project), await nextRun(project), await nextRun(project)];
  const [first, second, third] = ids.map(({ id }) => id);
  await describeRun(project, description(first ?? "", 1));
  await writeFile(runDescription(project.root, second ?? ""), '{"id":"run-');
  await writeFile(runDescription(project.root, third ?? ""), '{"id":"another","number":-4}');
  await mkdir(join(runsDir(project.root), "run-9999-notours"));
  await writeFile(join(runsDir(project.root), "README"), "");
  expect((await listRuns(project)).map(({ number, status }) => [number, status])).toEqual([
    [1, "running"],
    [2, "unknown"],
    [3, "unknown"],
    [4, "unknown"],
  ]);
  expect((await nextRun(project)).number).toBe(5);
});

test("after run 9999 numbers go on, and the order too", async () => {
  const project = await newProject();
  await mkdir(join(runsDir(project.root), "run-9999-abcdef"), { recursive: true });
  expect(await nextRun(project)).toMatchObject({ number: 10_000 });
  expect((await listRuns(project)).map(({ number }) => number)).toEqual([9999, 10_000]);
});

test("a project that cannot be written to, and an id that is a path, are refused", async () => {
  const project = await newProject();
  await mkdir(project.root, { recursive: true });
  await writeFile(runsDir(project.root), "a file");
  expect((await faultOf(nextRun(project))).code).toBe("disk");
  expect((await faultOf(describeRun(project, description("../x", 1)))).code).toBe("usage");
});
