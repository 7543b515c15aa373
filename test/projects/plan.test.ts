import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listDeliverables } from "../../projects/deliverables.ts";
import { deliverablesDir, planJson } from "../../projects/layout.ts";
import { createProject } from "../../projects/open.ts";
import { readPlan, savePlan } from "../../projects/plan.ts";
import { startPlan } from "../../src/core/plan.ts";
import { tempDir } from "./temp-dir.ts";

const plan = (title: string) =>
  startPlan({ title, phases: [{ id: "1", title: "p", tasks: [{ id: "1.1", title: "t" }] }] });

test("a new plan takes the place of the current one, which is kept as far as it was worked through", async () => {
  const project = await createProject(await tempDir(), { name: "moons", goals: "count" });
  const by = { author: "ada", run: "run-0001-aaaaaa" };
  const path = await savePlan(project, plan("first"), by);
  expect(path).toBe(planJson(project.root));
  expect(await readPlan(project)).toMatchObject({ title: "first" });
  const worked = (await readFile(path, "utf8")).replace('"todo"', '"done"');
  await writeFile(path, worked);
  await savePlan(project, plan("second"), { author: "bob", run: "run-0002-bbbbbb" });
  expect(await readPlan(project)).toMatchObject({ title: "second" });
  const kept = await listDeliverables(project);
  expect(kept.map(({ file, author }) => [file, author])).toEqual([
    ["plan.json", "ada"],
    ["plan.v2.json", ""],
    ["plan.v3.json", "bob"],
  ]);
  expect(await readFile(join(deliverablesDir(project.root), "plan.v2.json"), "utf8")).toBe(worked);
});
