import { chmod, mkdir, readdir, readFile, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { takeSnapshot } from "../../src/workspace/snapshot.ts";
import { openRead, openWrite } from "../../src/workspace/safe-handle.ts";
import { faultOf, makePipe, tempDir, writeFiles } from "./temp-dir.ts";

const agents = [
  { id: "ada", number: 1 },
  { id: "bob", number: 2 },
];

test("each agent has a directory of its own, whose name does not say whose it is", async () => {
  const directory = join(await tempDir(), "run-7");
  const workspaces = await createRunWorkspaces({ directory, agents, contextPaths: [] });
  const [ada, bob] = [workspaces.filesOf("ada"), workspaces.filesOf("bob")];
  expect(ada.root).not.toBe(bob.root);
  for (const { root } of [ada, bob]) expect(basename(root)).toMatch(/^[0-9a-f]{8}$/);
  expect(ada.snapshots).toBe(bob.snapshots);
  expect(ada.grants).toEqual([
    { path: ada.root, permission: "write" },
    { path: ada.snapshots, permission: "read" },
  ]);
  expect(() => workspaces.filesOf("eve")).toThrow('No agent "eve"');
});

test("another run names the same agent's directory differently", async () => {
  const base = await tempDir();
  const one = await createRunWorkspaces({ directory: join(base, "one"), agents, contextPaths: [] });
  const two = await createRunWorkspaces({ directory: join(base, "two"), agents, contextPaths: [] });
  expect(basename(one.filesOf("ada").root)).not.toBe(basename(two.filesOf("ada").root));
});

test("a run that is opened again finds its files and snapshots", async () => {
  const options = { directory: join(await tempDir(), "run"), agents, contextPaths: [] };
  const first = await createRunWorkspaces(options);
  await writeFiles(first.filesOf("ada").root, { "a.txt": "one" });
  await first.snapshot("ada", "agent1.1");
  await writeFiles(options.directory, { ".partial-old/half.txt": "torn", ".partial-new/half.txt": "growing" });
  await utimes(join(options.directory, ".partial-old"), 0, 0);

  const again = await createRunWorkspaces(options);
  expect(JSON.stringify(again.filesOf("ada"))).toBe(JSON.stringify(first.filesOf("ada")));
  expect(await readFile(join(again.filesOf("ada").root, "a.txt"), "utf8")).toBe("one");
  expect(await again.snapshot("ada", "agent1.1")).toEqual({ path: "snapshots/agent1.1", files: ["a.txt"] });
  expect(await readdir(options.directory)).toEqual([".partial-new", "agents", "snapshots"]);
});

test("a snapshot stays as it was, whatever becomes of the workspace", async () => {
  const directory = join(await tempDir(), "run");
  const workspaces = await createRunWorkspaces({ directory, agents, contextPaths: [] });
  const { root, grants } = workspaces.filesOf("ada");
  await writeFiles(root, { "b.txt": "b", "a/x.txt": "one", "tool.sh": "#!/bin/sh" });
  await chmod(join(root, "tool.sh"), 0o755);
  const kept = await workspaces.snapshot("ada", "agent1.1");
  expect(kept).toEqual({ path: "snapshots/agent1.1", files: ["a/x.txt", "b.txt", "tool.sh"] });

  await writeFile(join(root, "a/x.txt"), "two");
  await writeFile(join(root, "new.txt"), "new");
  await rm(join(root, "b.txt"));
  const copy = join(directory, "snapshots/agent1.1");
  expect(await readFile(join(copy, "a/x.txt"), "utf8")).toBe("one");
  expect((await stat(join(copy, "a/x.txt"))).mode & 0o777).toBe(0o444);
  expect((await stat(join(copy, "tool.sh"))).mode & 0o777).toBe(0o555);
  for (const agent of ["ada", "bob"]) {
    const attempt = openWrite(join(copy, "a/x.txt"), workspaces.filesOf(agent).grants, { create: true });
    expect((await faultOf(attempt)).code).toBe("denied");
  }
  expect((await faultOf(openWrite(join(copy, "evil.txt"), grants, { create: true }))).code).toBe("denied");

  expect((await workspaces.snapshot("ada", "agent1.2")).files).toEqual(["a/x.txt", "new.txt", "tool.sh"]);
});

test("a label whose answer never came to be is taken again, without what lay there", async () => {
  const directory = join(await tempDir(), "run");
  const workspaces = await createRunWorkspaces({ directory, agents, contextPaths: [] });
  const { root } = workspaces.filesOf("ada");
  await writeFiles(root, { "old.txt": "old", "both.txt": "one" });
  await workspaces.snapshot("ada", "agent1.1");
  await rm(join(root, "old.txt"));
  await writeFiles(root, { "both.txt": "two" });
  expect(await workspaces.snapshot("ada", "agent1.1")).toEqual({ path: "snapshots/agent1.1", files: ["both.txt"] });
  expect(await readFile(join(directory, "snapshots/agent1.1/both.txt"), "utf8")).toBe("two");
  expect(await readdir(directory)).toEqual(["agents", "snapshots"]);
});

test("links, pipes, repositories, keys and installed packages are not in a snapshot", async () => {
  const base = await tempDir();
  await writeFiles(base, { "secret.txt": "SECRET" });
  const workspaces = await createRunWorkspaces({ directory: join(base, "run"), agents, contextPaths: [] });
  const { root } = workspaces.filesOf("bob");
  await writeFiles(root, { "a.txt": "a", ".git/HEAD": "x", "node_modules/x/index.js": "x", ".env": "KEY=1" });
  await symlink(join(base, "secret.txt"), join(root, "link.txt"));
  await symlink(base, join(root, "link-dir"));
  await mkdir(join(root, "empty"));
  makePipe(join(root, "pipe"));
  expect((await workspaces.snapshot("bob", "agent2.1")).files).toEqual(["a.txt"]);
  expect(await readdir(join(base, "run/snapshots/agent2.1"))).toEqual(["a.txt"]);
});

test("a workspace without files has no snapshot", async () => {
  const directory = join(await tempDir(), "run");
  const workspaces = await createRunWorkspaces({ directory, agents, contextPaths: [] });
  await mkdir(join(workspaces.filesOf("ada").root, "only/directories"), { recursive: true });
  expect(await workspaces.snapshot("ada", "agent1.1")).toEqual({ path: null, files: [] });
  expect(await readdir(join(directory, "snapshots"))).toEqual([]);
});

test("a label that is not the agent's is refused", async () => {
  const workspaces = await createRunWorkspaces({ directory: join(await tempDir(), "run"), agents, contextPaths: [] });
  for (const label of ["agent2.1", "agent11.1", "../x", "agent1.1/../../x", ""]) {
    expect((await faultOf(workspaces.snapshot("ada", label))).code, label).toBe("bug");
  }
});

test("a workspace beyond the limits is not kept, and leaves nothing half done", async () => {
  const base = await tempDir();
  await writeFiles(base, { "work/a.txt": "12345", "work/b.txt": "12345", "work/c.txt": "12345" });
  const options = { from: join(base, "work"), to: join(base, "kept"), partial: join(base, "partial") };
  const tooMany = await faultOf(takeSnapshot({ ...options, limits: { files: 2, bytes: 1000 } }));
  expect(tooMany).toMatchObject({ code: "disk", hint: expect.stringContaining("Delete") });
  const tooLarge = await faultOf(takeSnapshot({ ...options, limits: { files: 10, bytes: 14 } }));
  expect(tooLarge.code).toBe("disk");
  expect(await readdir(base)).toEqual(["work"]);
  expect(await takeSnapshot({ ...options, limits: { files: 3, bytes: 15 } })).toHaveLength(3);
});

test("an agent whose project holds the run sees the project, but neither another agent's directory nor our own files", async () => {
  const project = await tempDir();
  await writeFiles(project, { "a.txt": "a", ".massgen/sessions/1.jsonl": "SECRET" });
  const workspaces = await createRunWorkspaces({
    directory: join(project, ".massgen/massgen_logs/log_1"),
    agents,
    contextPaths: [{ path: project, permission: "write" }],
  });
  const [ada, bob] = [workspaces.filesOf("ada"), workspaces.filesOf("bob")];
  for (const { root } of [ada, bob]) await writeFiles(root, { "mine.txt": "mine" });
  await workspaces.snapshot("bob", "agent2.1");
  for (const path of [join(project, "a.txt"), join(ada.root, "mine.txt"), join(ada.snapshots, "agent2.1/mine.txt")]) {
    await (await openRead(path, ada.grants)).handle.close();
  }
  for (const path of [join(bob.root, "mine.txt"), join(project, ".massgen/sessions/1.jsonl")]) {
    expect((await faultOf(openRead(path, ada.grants))).code, path).toBe("denied");
    expect((await faultOf(openWrite(path, ada.grants, { create: true }))).code, path).toBe("denied");
  }
});

test("the user's files are never writable: of those to be changed each agent has a copy, and context paths must exist", async () => {
  const base = await tempDir();
  await writeFiles(base, { "project/a.txt": "a", "project/docs/b.txt": "b", "notes.md": "n" });
  const contextPaths = [
    { path: join(base, "project"), permission: "write" },
    { path: join(base, "project/docs"), permission: "read" },
    { path: join(base, "notes.md"), permission: "write" },
  ] as const;
  const workspaces = await createRunWorkspaces({ directory: join(base, "run"), agents, contextPaths });
  const { root, grants, copies } = workspaces.filesOf("ada");
  expect(copies).toEqual([
    { from: join(base, "project"), path: join(root, "project") },
    { from: join(base, "notes.md"), path: join(root, basename(base), "notes.md") },
  ]);
  for (const path of ["project/a.txt", "notes.md"]) {
    await (await openRead(join(base, path), grants)).handle.close();
    expect((await faultOf(openWrite(join(base, path), grants, { create: true }))).code).toBe("denied");
  }
  await (await openWrite(join(root, "project/a.txt"), grants, { create: false })).handle.close();
  expect((await faultOf(openWrite(join(root, "project/docs/b.txt"), grants, { create: false }))).code).toBe("denied");

  const missing = [{ path: join(base, "gone"), permission: "read" }] as const;
  const fault = await faultOf(createRunWorkspaces({ directory: join(base, "run"), agents, contextPaths: missing }));
  expect(fault.code).toBe("config");
  expect(fault.message).toContain(`${base}/gone`);
  expect(fault.hint).toContain("context_paths");
});
