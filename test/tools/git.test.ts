import { execFileSync } from "node:child_process";
import { chmod, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AgentFiles } from "../../src/core/workspace.ts";
import { gitDiffTool } from "../../src/tools/git-diff.ts";
import { gitStatusTool } from "../../src/tools/git-status.ts";
import { tempDir, writeFiles } from "../workspace/temp-dir.ts";
import { failureOf, outputOf } from "./tool-rig.ts";

const IDENTITY = ["-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgSign=false"];

function git(directory: string, ...args: readonly string[]): void {
  execFileSync("git", [...IDENTITY, ...args], { cwd: directory, stdio: "ignore" });
}

async function repository(files: Readonly<Record<string, string>>): Promise<AgentFiles> {
  const root = await tempDir();
  git(root, "init", "--initial-branch=main");
  await writeFiles(root, files);
  git(root, "add", "--all");
  git(root, "commit", "--allow-empty", "-m", "first");
  return { root, snapshots: join(root, "none"), grants: [{ path: root, permission: "read" }] };
}

test("git_status names the branch and what changed", async () => {
  const files = await repository({ "a.txt": "one\n", "ä.txt": "x\n" });
  expect(await outputOf(gitStatusTool(files), {})).toBe("branch main\nnothing changed");
  await writeFiles(files.root, { "a.txt": "two\n", "ä.txt": "y\n", "new.txt": "n" });
  expect(await outputOf(gitStatusTool(files), {})).toBe("branch main\n M a.txt\n M ä.txt\n?? new.txt");
});

test("git_diff shows changes since the last commit, or what is staged", async () => {
  const files = await repository({ "a.txt": "one\n", "b.txt": "b\n" });
  const tool = gitDiffTool(files);
  expect(await outputOf(tool, {})).toContain("No difference");
  await writeFiles(files.root, { "a.txt": "two\n", "b.txt": "c\n" });
  git(files.root, "add", "b.txt");
  expect(await outputOf(tool, {})).toMatch(/-one\n\+two[^]*-b\n\+c/);
  expect(await outputOf(tool, { path: "a.txt" })).not.toContain("b.txt");
  expect(await outputOf(tool, { staged: true })).not.toContain("a.txt");
  await rm(join(files.root, "a.txt"));
  expect(await outputOf(tool, { path: "a.txt" })).toContain("deleted file");
});

test("a repository without a commit has a diff of what is staged", async () => {
  const root = await tempDir();
  git(root, "init", "--initial-branch=main");
  await writeFiles(root, { "a.txt": "one\n" });
  git(root, "add", "a.txt");
  const files: AgentFiles = { root, snapshots: root, grants: [{ path: root, permission: "read" }] };
  expect(await outputOf(gitDiffTool(files), { staged: true })).toContain("+one");
  expect(await outputOf(gitDiffTool(files), {})).toContain("No difference");
  expect(await outputOf(gitStatusTool(files), {})).toContain("A  a.txt");
});

test("outside a repository it is said that there is none", async () => {
  const root = await tempDir();
  const files: AgentFiles = { root, snapshots: root, grants: [{ path: root, permission: "read" }] };
  for (const tool of [gitStatusTool(files), gitDiffTool(files)]) {
    expect(await failureOf(tool, {})).toBe(
      `${root} is not in a git repository\nThere is no history to look at. Read the files instead.`,
    );
  }
});

test("nothing outside the directory, no keys and none of our own files are shown", async () => {
  const files = await repository({ "pkg/a.txt": "a\n", "pkg/.env": "KEY=old\n", "other/b.txt": "b\n" });
  await writeFiles(files.root, { "pkg/a.txt": "c\n", "pkg/.env": "KEY=new\n", "other/b.txt": "d\n" });
  await writeFiles(files.root, { "pkg/.massgen/logs/x": "x", "pkg/.env.local": "KEY=1" });
  const root = join(files.root, "pkg");
  const inner: AgentFiles = { root, snapshots: root, grants: [{ path: root, permission: "read" }] };
  expect(await outputOf(gitStatusTool(inner), {})).toBe("branch main\n M a.txt");
  const diff = await outputOf(gitDiffTool(inner), {});
  expect(diff).toContain("+c");
  expect(diff).not.toMatch(/KEY|other/);
  expect(await failureOf(gitDiffTool(inner), { path: "../other" })).toContain("outside the places");
  expect(await failureOf(gitDiffTool(inner), { path: ".env" })).toContain("protected");
  expect(await outputOf(gitDiffTool(inner), { path: ":(top)other" })).toContain("No difference");
});

test("no program that the repository's configuration names is run", async () => {
  const files = await repository({ "a.txt": "one\n", ".gitattributes": "*.txt filter=evil diff=evil\n" });
  const trap = join(await tempDir(), "trap.sh");
  const canary = `${trap}.ran`;
  await writeFile(trap, `#!/bin/sh\necho "$0 $@" >> '${canary}'\ncat\n`);
  await chmod(trap, 0o755);
  const settings = [
    "core.fsmonitor",
    "core.pager",
    "core.sshCommand",
    "diff.external",
    "diff.evil.command",
    "diff.evil.textconv",
    "filter.evil.clean",
    "filter.evil.process",
  ];
  for (const setting of settings) git(files.root, "config", setting, trap);
  git(files.root, "config", "filter.evil.required", "true");
  const hooks = join(files.root, ".git/hooks");
  await mkdir(hooks, { recursive: true });
  for (const hook of ["post-index-change", "fsmonitor-watchman", "pre-commit"]) {
    await writeFile(join(hooks, hook), await readFile(trap), { mode: 0o755 });
  }
  await writeFiles(files.root, { "a.txt": "two\n" });
  expect(await outputOf(gitStatusTool(files), {})).toContain("M a.txt");
  expect(await outputOf(gitDiffTool(files), {})).toContain("+two");
  await expect(readFile(canary, "utf8")).rejects.toThrow("ENOENT");
});
