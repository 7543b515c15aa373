import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { applyPatch } from "diff";
import { expect, test } from "vitest";
import { readContext, undoContext, updateContext } from "../../projects/context-md.ts";
import { contextHistoryPath, contextMdPath } from "../../projects/layout.ts";
import { createProject, openProject, type Project } from "../../projects/open.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

async function projectWith(text?: string): Promise<Project> {
  const project = await createProject(await tempDir(), { name: "p", goals: "Move to gRPC." });
  if (text !== undefined) await writeFile(contextMdPath(project.root), text);
  return project;
}

const textOf = async (project: Project): Promise<string> => (await readContext(project)).text;

test("an entry is added at the end of its section, and the change comes back as a diff", async () => {
  const project = await projectWith();
  const before = await textOf(project);
  const diff = await updateContext(project, { section: "decisions", text: "- use grpc-js\n", mode: "append" });
  expect(diff).toContain("+- use grpc-js");
  expect(applyPatch(before, diff)).toBe(await textOf(project));
  await updateContext(project, { section: "## Decisions", text: "- one package, users.v1", mode: "append" });
  expect(await textOf(project)).toContain(
    "## Goals\n\nMove to gRPC.\n\n## Decisions\n\n- use grpc-js\n- one package, users.v1\n\n## Constraints\n",
  );
});

test("adding the same again changes nothing", async () => {
  const project = await projectWith();
  const edit = { section: "State", text: "Phase 1 is done.", mode: "append" } as const;
  expect(await updateContext(project, edit)).not.toBe("");
  const after = await textOf(project);
  expect(await updateContext(project, edit)).toBe("");
  expect(await updateContext(project, { ...edit, text: " \n" })).toBe("");
  expect(await textOf(project)).toBe(after);
});

test("nothing that a person wrote is lost by adding", async () => {
  const mine =
    "My own notes\n\n# Title\n\n## State\n\ntext\n\n### Detail\n\n```\n## Goals\n```\n\nlast\n\n## Zoo\n\n\n- z\n";
  const project = await projectWith(mine);
  await updateContext(project, { section: "State", text: "added", mode: "append" });
  await updateContext(project, { section: "Goals", text: "a goal", mode: "append" });
  const text = await textOf(project);
  const lines = text.split("\n");
  for (const line of mine.split("\n")) expect(lines).toContain(line);
  expect(text).toContain("```\n\nlast\n\nadded\n\n## Zoo");
  expect(text.endsWith("- z\n\n## Goals\n\na goal\n")).toBe(true);
});

test("what a replacement takes out is kept in the history", async () => {
  const project = await projectWith(
    "# p\n\n## State\n\nPhase 1.\n\n### Left\n\n- much\n\n## Open questions\n\n- one?\n",
  );
  const diff = await updateContext(project, { section: "STATE", text: "Phase 2.", mode: "replace" });
  expect(diff).toContain("-Phase 1.");
  expect(await textOf(project)).toBe("# p\n\n## State\n\nPhase 2.\n\n## Open questions\n\n- one?\n");
  const history = await readFile(contextHistoryPath(project.root), "utf8");
  expect(history).toMatch(/^## STATE, replaced 2\S+\n\nPhase 1\.\n\n### Left\n\n- much\n\n$/);
  expect(await updateContext(project, { section: "State", text: "Phase 2.", mode: "replace" })).toBe("");
  await updateContext(project, { section: "State", text: "", mode: "replace" });
  expect(await textOf(project)).toBe("# p\n\n## State\n\n## Open questions\n\n- one?\n");
  expect(await readFile(contextHistoryPath(project.root), "utf8")).toContain("Phase 2.");
});

test("line ends of another system stay as they are", async () => {
  const project = await projectWith("# p\r\n\r\n## State\r\n\r\none\r\n");
  await updateContext(project, { section: "State", text: "two\nthree", mode: "append" });
  expect(await textOf(project)).toBe("# p\r\n\r\n## State\r\n\r\none\r\n\r\ntwo\r\nthree\r\n");
});

test("the first change makes the project", async () => {
  const cwd = await tempDir();
  const project = await openProject(cwd, "fresh");
  expect(await textOf(project)).toBe("");
  await updateContext(project, { section: "State", text: "begun", mode: "append" });
  expect(await textOf(project)).toContain("## State\n\nbegun\n");
});

test("the last change can be taken back once, and not after a person edited the file", async () => {
  const project = await projectWith();
  const before = await textOf(project);
  await faultOf(undoContext(project));
  await updateContext(project, { section: "State", text: "wrong", mode: "append" });
  expect(await undoContext(project)).toContain("-wrong");
  expect(await textOf(project)).toBe(before);
  expect((await faultOf(undoContext(project))).message).toContain("No change");

  await updateContext(project, { section: "State", text: "wrong", mode: "append" });
  await writeFile(contextMdPath(project.root), `${await textOf(project)}by hand\n`);
  expect(await faultOf(undoContext(project))).toMatchObject({ code: "denied" });
  expect(await textOf(project)).toContain("by hand");
});

test("twenty programs that add at once all find their entry there", async () => {
  const project = await projectWith();
  const entries = Array.from({ length: 20 }, (_, index) => `- entry ${index};`);
  await Promise.all(entries.map((text) => updateContext(project, { section: "State", text, mode: "append" })));
  const text = await textOf(project);
  for (const entry of entries) expect(text.split(entry)).toHaveLength(2);
});

test("a long file is shown with every heading, with the start and the end of what is cut, within the budget", async () => {
  const long = Array.from({ length: 2000 }, (_, index) => `- decision ${index} ünïcode`).join("\n");
  const project = await projectWith(`# p\n\n## Goals\n\nshort goal\n\n## Decisions\n\n${long}\n\n## State\n\nhere\n`);
  const { text, shown } = await readContext(project);
  expect(text).toContain("- decision 1000 ");
  expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(16 * 1024);
  expect(Buffer.byteLength(shown)).toBeGreaterThan(14 * 1024);
  for (const part of [
    "## Goals\n\nshort goal",
    "- decision 0 ",
    "- decision 1999 ",
    "## State\n\nhere",
    "lines left out",
  ]) {
    expect(shown).toContain(part);
  }
  const tiny = await readContext(project, 300);
  expect(Buffer.byteLength(tiny.shown)).toBeLessThanOrEqual(300);
  expect((await readContext(await projectWith("x".repeat(50_000)))).shown.length).toBeLessThanOrEqual(16 * 1024);
});

test("an edit without a section, and a folder in place of the file, are refused", async () => {
  const project = await projectWith();
  for (const section of ["", " ## ", "a\nb"]) {
    expect((await faultOf(updateContext(project, { section, text: "x", mode: "append" }))).code).toBe("usage");
  }
  await rm(contextMdPath(project.root));
  const broken = { ...project, root: join(project.root, "filepaths.json") };
  expect((await faultOf(updateContext(broken, { section: "State", text: "x", mode: "append" }))).code).toBe("disk");
});
