import { mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  contextMdPath,
  massgenLogs,
  projectRoot,
  projectsRoot,
  runJournal,
  scratchRoot,
  sessionDir,
  sessionLock,
  slug,
  userStateDir,
} from "../../projects/layout.ts";
import { createProject, ensureProject, findProject, listProjects, openProject } from "../../projects/open.ts";
import { FaultError } from "../../src/core/fault.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

test.each([
  ["gRPC Migration", "grpc-migration"],
  ["  Ünïcode & Größe! ", "ünïcode-größe"],
  ["用户服务 迁移", "用户服务-迁移"],
  ["v1.2_final", "v1.2_final"],
  ["a - _ - b", "a-b"],
  ["../../etc/passwd", "etc-passwd"],
  ["..", "project"],
  [".", "project"],
  ["", "project"],
  ["🦊🦊", "project"],
  [".hidden", "hidden"],
  ["name\nwith\u202enewline\u0000", "name-with-newline"],
  ["CON", "project-con"],
  ["nul.txt", "project-nul.txt"],
])("a project called %j lives in the folder %j", (name, folder) => {
  expect(slug(name)).toBe(folder);
  expect(slug(slug(name))).toBe(folder);
});

test("a folder's name is never too long for any file system", () => {
  expect(slug("x".repeat(300))).toHaveLength(64);
  expect(Buffer.byteLength(slug("語".repeat(300)))).toBeLessThanOrEqual(180);
  expect(slug("語".repeat(300))).not.toContain("\ufffd");
});

test("paths are where the documentation says, and no id leads out of its folder", () => {
  expect(projectRoot("/w", "gRPC Migration")).toBe("/w/workspace/projects/grpc-migration");
  expect(scratchRoot("/w")).toBe("/w/workspace/scratch");
  expect(massgenLogs("/w")).toBe("/w/.massgen/massgen_logs");
  expect(runJournal("/p", "run-0001-abcdef")).toBe("/p/runs/run-0001-abcdef/journal.jsonl");
  expect(sessionLock("/p", "s1")).toBe("/p/sessions/s1/lock");
  for (const id of ["..", ".", "", "a/b", "../x", "a\\b", "a\nb", ".hidden"]) {
    expect(() => sessionDir("/p", id), id).toThrow(FaultError);
  }
  expect(userStateDir({ XDG_STATE_HOME: "/state", HOME: "/home/u" })).toBe("/state/massgen");
  expect(userStateDir({ XDG_STATE_HOME: "not/absolute", HOME: "/home/u" })).toBe("/home/u/.local/state/massgen");
  expect(userStateDir({})).toMatch(/^\/.*\.local\/state\/massgen$/);
});

test("opening a project that is not there makes nothing on disk", async () => {
  const cwd = await tempDir();
  const project = await openProject(cwd, "My Service");
  expect(project).toEqual({ name: "my-service", root: join(cwd, "workspace/projects/my-service"), cwd });
  expect(await readdir(cwd)).toEqual([]);
  expect(await listProjects(cwd)).toEqual([]);
});

test("a project is made with what a person needs to find in it, once", async () => {
  const cwd = await tempDir();
  const project = await createProject(cwd, { name: "gRPC migration", goals: "No downtime." });
  expect((await readdir(project.root)).sort()).toEqual([".gitignore", "CONTEXT.md", "deliverables", "filepaths.json"]);
  expect(await readFile(contextMdPath(project.root), "utf8")).toBe(
    "# grpc-migration\n\n## Goals\n\nNo downtime.\n\n## Decisions\n\n## Constraints\n\n## State\n\n## Open questions\n",
  );
  expect(await readFile(join(project.root, ".gitignore"), "utf8")).toMatch(/^\/sessions\/\n\/runs\/\n/);

  await writeFile(contextMdPath(project.root), "mine");
  await ensureProject(project, "other goals");
  await openProject(cwd, "grpc-migration", { create: true });
  expect(await readFile(contextMdPath(project.root), "utf8")).toBe("mine");
  const fault = await faultOf(createProject(cwd, { name: "GRPC-migration", goals: "" }));
  expect(fault).toMatchObject({
    code: "usage",
    message: expect.stringContaining('a project "grpc-migration" already'),
  });
});

test("of two programs that create the same project, one is told that there is one", async () => {
  const cwd = await tempDir();
  const results = await Promise.allSettled([1, 2, 3].map(() => createProject(cwd, { name: "same", goals: "" })));
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"]);
});

test("a project may also be any folder", async () => {
  const cwd = await tempDir();
  const elsewhere = await tempDir();
  expect(await openProject(cwd, "./docs/plans")).toMatchObject({ name: "plans", root: join(cwd, "docs/plans") });
  const project = await openProject(cwd, elsewhere, { create: true });
  expect(project.root).toBe(elsewhere);
  expect((await stat(contextMdPath(elsewhere))).isFile()).toBe(true);
});

test("what stands in the way of a project is named", async () => {
  const cwd = await tempDir();
  await writeFile(join(cwd, "notes"), "");
  expect((await faultOf(openProject(cwd, "./notes"))).message).toContain(`${join(cwd, "notes")} is a file`);
  await writeFile(join(cwd, "workspace"), "a file");
  expect(await faultOf(openProject(cwd, "x", { create: true }))).toMatchObject({
    code: "disk",
    message: expect.stringContaining("a file is where a folder should be"),
  });
  await faultOf(openProject(cwd, "x"));
  await faultOf(createProject(cwd, { name: "x", goals: "" }));
  await faultOf(listProjects(cwd));

  const other = await tempDir();
  await symlink(join(other, "nowhere"), join(other, "workspace"));
  await faultOf(createProject(other, { name: "x", goals: "" }));
});

test("projects are listed by name; files and hidden folders among them are not", async () => {
  const cwd = await tempDir();
  for (const name of ["zeta", "alpha"]) await createProject(cwd, { name, goals: "" });
  await mkdir(join(projectsRoot(cwd), ".git"));
  await writeFile(join(projectsRoot(cwd), "README.md"), "");
  expect((await listProjects(cwd)).map(({ name }) => name)).toEqual(["alpha", "zeta"]);
});

test("a project is found by the words that a user has for it, and only when they are clear", async () => {
  const cwd = await tempDir();
  for (const name of ["grpc-migration", "websocket-support", "billing-api", "billing-reports"]) {
    await createProject(cwd, { name, goals: "" });
  }
  const found = async (words: string): Promise<string | undefined> => (await findProject(cwd, words))?.name;
  expect(await found("gRPC migration")).toBe("grpc-migration");
  expect(await found("Continue the gRPC migration.")).toBe("grpc-migration");
  expect(await found("migrate the user service to gRPC")).toBe("grpc-migration");
  expect(await found("grpc")).toBe("grpc-migration");
  expect(await found("web sockets support, websockets")).toBe("websocket-support");
  expect(await found("the billing reports")).toBe("billing-reports");
  expect(await found("billing")).toBeUndefined();
  expect(await found("auth migration")).toBeUndefined();
  expect(await found("")).toBeUndefined();
  expect(await findProject(await tempDir(), "grpc")).toBeUndefined();
});
