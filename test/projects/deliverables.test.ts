import { readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { listDeliverables, readDeliverable, saveDeliverable } from "../../projects/deliverables.ts";
import { deliverablesDir, deliverablesIndex } from "../../projects/layout.ts";
import { openProject, type Project } from "../../projects/open.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

const newProject = async (): Promise<Project> => openProject(await tempDir(), "p");
const plan = (content: string): { name: string; content: string; author: string } => ({
  name: "plan.md",
  content,
  author: "ada",
});

test("a name that exists gets a new version, and the old one stays", async () => {
  const project = await newProject();
  const first = await saveDeliverable(project, { ...plan("one"), run: "run-0001-abcdef" });
  expect(first).toMatchObject({ name: "plan.md", file: "plan.md", version: 1, author: "ada", run: "run-0001-abcdef" });
  const second = await saveDeliverable(project, plan("two"));
  expect(second).toMatchObject({ name: "plan.md", file: "plan.v2.md", version: 2, run: null, verified_by: null });
  expect(await listDeliverables(project)).toEqual([first, second]);
  expect((await readDeliverable(project, "plan.md")).content).toBe("two");
  expect((await readDeliverable(project, "plan.v2.md")).content).toBe("two");
  expect(await readFile(join(deliverablesDir(project.root), "plan.md"), "utf8")).toBe("one");
  expect(JSON.parse(await readFile(deliverablesIndex(project.root), "utf8"))).toEqual([first, second]);
});

test("the same content again makes no version; that it was verified is noted", async () => {
  const project = await newProject();
  const first = await saveDeliverable(project, plan("one"));
  expect(await saveDeliverable(project, { ...plan("one"), author: "bob" })).toEqual(first);
  const verified = await saveDeliverable(project, { ...plan("one"), verifiedBy: "run-0002-abcdef" });
  expect(verified).toEqual({ ...first, verified_by: "run-0002-abcdef" });
  expect(await listDeliverables(project)).toEqual([verified]);
  await saveDeliverable(project, plan("two"));
  expect(await saveDeliverable(project, plan("one"))).toMatchObject({ version: 3, file: "plan.v3.md" });
});

test.each([
  ["../../etc/passwd", "etc-passwd.md"],
  ["/abs/olute.txt", "abs-olute.txt"],
  ["a b/c:d.md", "a-b-c-d.md"],
  ["plan", "plan.md"],
  ["plan.v7.md", "plan.md"],
  ["index.json", "index-deliverable.json"],
  ["Context-History.md", "Context-History-deliverable.md"],
  ["Überblick.md", "Überblick.md"],
  ["x\u0000\n\u202ey.md", "x-y.md"],
  [`${"n".repeat(400)}.md`, `${"n".repeat(120)}.md`],
])("the name %j becomes %j, inside the folder", async (name, file) => {
  const project = await newProject();
  expect(await saveDeliverable(project, { name, content: "x", author: "lead" })).toMatchObject({ file });
  expect((await readDeliverable(project, name)).content).toBe("x");
  expect(await readdir(deliverablesDir(project.root))).toEqual([file, "index.json"].sort());
});

test("a name without a letter is refused, and one that is not there is answered with those that are", async () => {
  const project = await newProject();
  for (const name of ["", "..", "///", "🦊"]) {
    expect((await faultOf(saveDeliverable(project, { name, content: "x", author: "lead" }))).code).toBe("usage");
  }
  expect((await faultOf(readDeliverable(project, "plan.md"))).hint).toBe("It has none yet.");
  await saveDeliverable(project, plan("one"));
  expect((await faultOf(readDeliverable(project, "other.md"))).hint).toBe("It has: plan.md.");
});

test("files that a person puts there are listed, readable and never overwritten", async () => {
  const project = await newProject();
  await saveDeliverable(project, plan("one"));
  await writeFile(join(deliverablesDir(project.root), "plan.v2.md"), "by hand");
  await writeFile(join(deliverablesDir(project.root), "notes.txt"), "mine");
  expect((await listDeliverables(project)).map(({ file, author }) => [file, author])).toEqual([
    ["plan.md", "ada"],
    ["notes.txt", ""],
    ["plan.v2.md", ""],
  ]);
  expect((await readDeliverable(project, "notes.txt")).content).toBe("mine");
  expect(await saveDeliverable(project, plan("three"))).toMatchObject({ file: "plan.v3.md" });
  expect(await readFile(join(deliverablesDir(project.root), "plan.v2.md"), "utf8")).toBe("by hand");
});

test("a broken index costs no file and no version", async () => {
  const project = await newProject();
  await saveDeliverable(project, plan("one"));
  await saveDeliverable(project, plan("two"));
  await writeFile(deliverablesIndex(project.root), '[{"name":"pla');
  expect((await listDeliverables(project)).map(({ file, version }) => [file, version])).toEqual([
    ["plan.md", 1],
    ["plan.v2.md", 2],
  ]);
  expect(await saveDeliverable(project, plan("three"))).toMatchObject({ file: "plan.v3.md" });
  expect(await listDeliverables(project)).toHaveLength(3);
  const names = await readdir(deliverablesDir(project.root));
  expect(names.filter((name) => name.startsWith("index.json.broken-"))).toHaveLength(1);
});

test("an index or a link that leads out of the folder is not followed", async () => {
  const project = await newProject();
  const entry = await saveDeliverable(project, plan("one"));
  await writeFile(join(project.root, "secret"), "s3cret");
  await writeFile(
    deliverablesIndex(project.root),
    JSON.stringify([{ ...entry, file: "../secret", name: "out.md" }, entry]),
  );
  expect(await listDeliverables(project)).toEqual([entry]);
  await faultOf(readDeliverable(project, "out.md"));
  await symlink(join(project.root, "secret"), join(deliverablesDir(project.root), "linked.md"));
  await writeFile(
    deliverablesIndex(project.root),
    JSON.stringify([{ ...entry, file: "linked.md", name: "linked.md" }]),
  );
  expect((await faultOf(readDeliverable(project, "linked.md"))).message).toContain("symbolic link");
});

test("twelve saves at once give twelve versions", async () => {
  const project = await newProject();
  await Promise.all(Array.from({ length: 12 }, (_, index) => saveDeliverable(project, plan(`content ${index}`))));
  const versions = (await listDeliverables(project)).map(({ version }) => version);
  expect(versions).toEqual(Array.from({ length: 12 }, (_, index) => index + 1));
});
