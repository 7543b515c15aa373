import { readdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { closedPaths, NO_RULES, parseRule, type Permissions } from "../../src/core/permissions.ts";
import { TOOL_NAMES } from "../../src/core/tool-names.ts";
import type { Tool } from "../../src/core/tool.ts";
import { agentTools } from "../../src/tools/agent-tools.ts";
import { leadTools } from "../../src/tools/lead-tools.ts";
import { openBackgroundCommands } from "../../src/workspace/background-commands.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { tempDir, writeFiles } from "../workspace/temp-dir.ts";
import { agentFiles, failureOf, outputOf } from "./tool-rig.ts";

const deny = (...texts: string[]): Permissions => ({
  ...NO_RULES,
  deny: texts.flatMap((text) => parseRule(text) ?? []),
});
const named = (tools: readonly Tool[], name: string): Tool => {
  const tool = tools.find((one) => one.name === name);
  if (tool) return tool;
  throw new Error(`No tool ${name}`);
};

test("what a rule closes is neither read, found, copied nor changed, under whatever name", async () => {
  const base = await tempDir();
  const project = join(base, "project");
  await writeFiles(project, { "a.txt": "one KEY\n", "secrets/key.txt": "KEY\n", "migrations/1.sql": "KEY\n" });
  await symlink("secrets/key.txt", join(project, "link.txt"));
  const permissions = deny("read(secrets/)", "write(migrations/**)");
  const workspaces = await createRunWorkspaces({
    directory: join(base, "run"),
    agents: [{ id: "ada", number: 1 }],
    contextPaths: [{ path: project, permission: "write" }],
    rules: closedPaths(permissions),
  });
  const files = workspaces.filesOf("ada");
  const copy = join(files.root, "project");
  expect(await readdir(copy)).toEqual(["a.txt", "link.txt", "migrations"]);
  const tools = agentTools(files, { permissions });
  for (const path of ["secrets/key.txt", "Secrets/KEY.txt", "link.txt"]) {
    await failureOf(named(tools, "read_file"), { path: join(project, path) });
  }
  const original = { ...files, copies: [] };
  for (const path of ["secrets/key.txt", "link.txt"]) {
    const fault = await failureOf(named(agentTools(original, { permissions }), "read_file"), {
      path: join(project, path),
    });
    expect(fault).toContain("a rule of the user's permissions closes it");
  }
  const found = await outputOf(named(agentTools(original, { permissions }), "search_files"), {
    query: "KEY",
    path: project,
  });
  expect(found).toContain("a.txt:1");
  expect(found).not.toContain("secrets");
  const sql = { path: "project/migrations/1.sql" };
  expect(await outputOf(named(tools, "read_file"), sql)).toContain("KEY");
  expect(await failureOf(named(tools, "write_file"), { ...sql, content: "x" })).toContain("closes it");
  await writeFiles(copy, { "migrations/1.sql": "changed by a command\n", "a.txt": "two\n" });
  expect((await workspaces.snapshot("ada", "agent1.1")).changes).toEqual(["M a.txt"]);
});

test("every tool is one that a rule can name, with what it can do", async () => {
  const files = await agentFiles();
  const runCommand = { allow: () => undefined, background: openBackgroundCommands() };
  for (const { name, capability } of [...agentTools(files, { runCommand, webFetch: {} }), ...leadTools(files)]) {
    expect([name, TOOL_NAMES[name]]).toEqual([name, capability]);
  }
});

test("a command that is not permitted has no effect, and the agent is told why", async () => {
  const files = await agentFiles();
  const runCommand = { allow: () => undefined };
  const allowed: Permissions = {
    ...NO_RULES,
    mode: "ask",
    allow: [parseRule("run_command(echo)")].flatMap((rule) => rule ?? []),
  };
  const run = named(agentTools(files, { permissions: allowed, runCommand }), "run_command");
  for (const command of [
    "touch canary",
    "echo x > canary",
    "echo $(touch canary)",
    "echo x; touch canary",
    "A=1 echo x",
    "echo x & touch canary",
  ]) {
    expect(await failureOf(run, { command }), command).toContain("Not permitted");
  }
  expect(await readdir(files.root)).toEqual([]);
  expect(await outputOf(run, { command: "echo 'a; touch canary' && echo b" })).toMatch(/^a; touch canary\nb\n/);
  const tools = agentTools(files, { permissions: deny("run_command", "write"), runCommand }).map(({ name }) => name);
  expect(tools).not.toContain("run_command");
  expect(tools).not.toContain("write_file");
  const plan = agentTools(files, { permissions: { ...NO_RULES, mode: "plan" }, runCommand });
  expect(plan.map(({ name }) => name)).toEqual(["read_file", "list_directory", "glob", "search_files", "update_plan"]);
});
