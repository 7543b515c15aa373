import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { createFileCopier } from "../../src/workspace/copy-file.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { tempDir } from "./temp-dir.ts";

test.each([
  ["empty", Buffer.alloc(0)],
  ["small", Buffer.from("a\0b")],
  ["large", Buffer.alloc(700_000, "x")],
])("%s files are copied with their mode, and the copy is a file of its own", async (_, content) => {
  const base = await tempDir();
  const [from, to] = [join(base, "from"), join(base, "to")];
  await writeFile(from, content);
  await chmod(from, 0o777);
  const stats = await createFileCopier()(from, to);
  const real = await lstat(to, { bigint: true });
  expect([stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs]).toEqual([
    real.ino,
    real.size,
    real.mtimeNs,
    real.ctimeNs,
  ]);
  expect(Number(real.mode & 0o777n)).toBe(0o777);
  await writeFile(to, "changed");
  expect(await readFile(from)).toEqual(content);
});

test("files of another disk are copied among those that share their content", async () => {
  const base = await tempDir();
  const elsewhere = existsSync("/dev/shm") ? await mkdtemp("/dev/shm/massgen-test-") : await tempDir();
  onTestFinished(() => rm(elsewhere, { recursive: true, force: true }));
  const copy = createFileCopier();
  for (const [index, directory] of [base, elsewhere, base].entries()) {
    await writeFile(join(directory, `from-${index}`), `${index}`);
    await copy(join(directory, `from-${index}`), join(base, `to-${index}`));
    expect(await readFile(join(base, `to-${index}`), "utf8")).toBe(`${index}`);
  }
});

test("nothing is written over, and no link is followed", async () => {
  const base = await tempDir();
  await writeFile(join(base, "a"), "a");
  await writeFile(join(base, "b"), "b");
  await symlink("a", join(base, "link"));
  const copy = createFileCopier();
  expect(() => copy(join(base, "a"), join(base, "b"))).toThrow("EEXIST");
  expect(() => copy(join(base, "link"), join(base, "c"))).toThrow();
  expect(await readFile(join(base, "b"), "utf8")).toBe("b");
});

test("a copy of many files lets the program do something else meanwhile", async () => {
  const base = await tempDir();
  const project = join(base, "project");
  for (let folder = 0; folder < 20; folder++) {
    await mkdir(join(project, `d${folder}`), { recursive: true });
    for (let file = 0; file < 100; file++) await writeFile(join(project, `d${folder}`, `f${file}`), `${file}\n`);
  }
  let turns = 0;
  const ticking = setInterval(() => (turns += 1), 1);
  const workspaces = await createRunWorkspaces({
    directory: join(base, "run"),
    agents: [{ id: "ada", number: 1 }],
    contextPaths: [{ path: project, permission: "write" }],
  });
  clearInterval(ticking);
  expect(turns).toBeGreaterThan(3);
  const { root } = workspaces.filesOf("ada");
  expect(await readdir(join(root, "project", "d19"))).toHaveLength(100);
  expect((await stat(join(root, "project", "d7", "f3"))).size).toBe(2);
  await writeFile(join(root, "project", "d7", "f3"), "x\n");
  expect((await workspaces.snapshot("ada", "agent1.1")).changes).toEqual(["M d7/f3"]);
});
