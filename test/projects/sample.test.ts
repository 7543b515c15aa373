import { createHash } from "node:crypto";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readContext, updateContext } from "../../projects/context-md.ts";
import { listDeliverables, readDeliverable, saveDeliverable } from "../../projects/deliverables.ts";
import { filepathsJson, planJson, projectRoot } from "../../projects/layout.ts";
import { findProject, openProject, type Project } from "../../projects/open.ts";
import { readFilePaths, readPlan } from "../../projects/plan.ts";
import { listRuns, nextRun } from "../../projects/run-history.ts";
import { listSessions } from "../../projects/sessions.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

async function sample(): Promise<Project> {
  const cwd = await tempDir();
  const source = new URL("../../projects/samples/grpc-migration", import.meta.url);
  await cp(source, projectRoot(cwd, "grpc-migration"), { recursive: true });
  const project = await findProject(cwd, "Continue the gRPC migration.");
  if (project === undefined) throw new Error("The sample was not found by its words");
  return project;
}

test("the sample project says where it stands: two phases begun, two interceptors left in the second", async () => {
  const project = await sample();
  const { text, shown } = await readContext(project);
  expect(shown).toBe(text);
  for (const heading of ["Goals", "Decisions", "Constraints", "State", "Open questions"]) {
    expect(text).toContain(`## ${heading}\n`);
  }
  const plan = await readPlan(project);
  const tasks = plan?.phases.flatMap((phase) => phase.tasks) ?? [];
  expect([plan?.phases.length, tasks.length]).toEqual([4, 14]);
  const left = plan?.phases.map(({ tasks }) => tasks.filter(({ state }) => state !== "done").map(({ id }) => id));
  expect(left?.slice(0, 2)).toEqual([[], ["2.3", "2.4"]]);
  const ids = tasks.map(({ id }) => id);
  for (const { id, after } of tasks)
    for (const first of after) expect(ids.indexOf(first)).toBeLessThan(ids.indexOf(id));
  expect((await readFilePaths(project)).map(({ path }) => path)).toContain("proto/users/v1/users.proto");
});

test("the sample's runs and deliverables belong together and are unchanged", async () => {
  const project = await sample();
  const runs = await listRuns(project);
  expect(runs.map(({ number, status }) => [number, status])).toEqual([1, 2, 3, 4, 5].map((n) => [n, "answered"]));
  const deliverables = await listDeliverables(project);
  expect(deliverables.map(({ name }) => name)).toEqual(["migration_plan.md", "phase1_verification.md"]);
  for (const { file, run, sha256 } of deliverables) {
    const { content } = await readDeliverable(project, file);
    expect(createHash("sha256").update(content).digest("hex")).toBe(sha256);
    expect(runs.find(({ id }) => id === run)?.deliverables).toContain(file);
  }
  const plan = await readPlan(project);
  const used = plan?.phases.flatMap(({ tasks }) => tasks.flatMap(({ run }) => run ?? [])) ?? [];
  for (const run of used) expect(runs.map(({ id }) => id)).toContain(run);
  expect(await listSessions(project)).toEqual([]);
});

test("work goes on in the sample as in any project", async () => {
  const project = await sample();
  expect(await nextRun(project)).toMatchObject({ number: 6 });
  expect(await updateContext(project, { section: "State", text: "Task 2.3 is done.", mode: "append" })).toContain(
    "+Task",
  );
  expect(await saveDeliverable(project, { name: "migration_plan.md", content: "new", author: "lead" })).toMatchObject({
    file: "migration_plan.v2.md",
  });
});

test("a project without a plan has none, and a broken plan is reported with its place", async () => {
  const project = await openProject(await tempDir(), "p", { create: true });
  expect(await readPlan(project)).toBeUndefined();
  expect(await readFilePaths(project)).toEqual([]);
  await writeFile(planJson(project.root), '{"title":"x","phases":[{"id":1}]}');
  expect((await faultOf(readPlan(project))).message).toContain("phases[0].id");
  await writeFile(filepathsJson(project.root), "[");
  expect((await faultOf(readFilePaths(project))).message).toContain(join(project.root, "filepaths.json"));
});
