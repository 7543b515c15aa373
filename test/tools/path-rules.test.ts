import { rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { closedPaths, NO_RULES, parseRule, type Permissions } from "../../src/core/permissions.ts";
import type { Tool } from "../../src/core/tool.ts";
import { agentTools } from "../../src/tools/agent-tools.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { openSandbox } from "../../src/workspace/sandbox.ts";
import { canShutIn } from "../workspace/sandbox-scene.ts";
import { tempDir, writeFiles } from "../workspace/temp-dir.ts";
import { call, failureOf, outputOf } from "./tool-rig.ts";

const rules = (given: Partial<Record<"allow" | "ask" | "deny", readonly string[]>>): Permissions => {
  const of = (texts: readonly string[] = []) => texts.flatMap((text) => parseRule(text) ?? []);
  return { ...NO_RULES, allow: of(given.allow), ask: of(given.ask), deny: of(given.deny) };
};

/** An agent with a copy of a project, its tools under these rules, and a command without a sandbox unless one is given. */
async function agent(permissions: Permissions, inSandbox = false) {
  const base = await tempDir();
  const project = join(base, "project");
  await writeFiles(project, {
    "readme.md": "hello\n",
    "secret/key.txt": "CANARY\n",
    "src/deep/secret/key.txt": "not at the root\n",
    "notes/secret.txt": "another name\n",
    "migrations/1.sql": "CREATE\n",
  });
  const workspaces = await createRunWorkspaces({
    directory: join(base, "run"),
    agents: [{ id: "ada", number: 1 }],
    contextPaths: [{ path: project, permission: "write" }],
    rules: closedPaths(permissions),
  });
  const files = workspaces.filesOf("ada");
  const { sandbox } = inSandbox ? await openSandbox({ mode: "require", allowedHosts: [] }) : { sandbox: undefined };
  // What a rule denies is not copied; for commands it lies in the user's own directory.
  const runCommand = { allow: () => undefined, sandbox };
  const named = (name: string): Tool => {
    const tool = agentTools(files, { permissions, runCommand }).find((one) => one.name === name);
    if (!tool) throw new Error(`No tool ${name}`);
    return tool;
  };
  const yes = async (name: string, input: object) => {
    const tool = named(name);
    const ask = await tool.approval(input);
    const context = { signal: new AbortController().signal, progress: () => {}, approved: ask !== undefined };
    return { ask, output: await tool.run(input, context).catch((error: unknown) => String(error)) };
  };
  return { base, project, files, workspaces, copy: join(files.root, "project"), named, yes };
}

test("where no rule is about paths, no command is asked for because of them", async () => {
  const { named } = await agent(rules({ allow: ["run_command"], deny: ["network"] }));
  const command = "echo $(echo x) > y; cat y";
  expect(await named("run_command").approval({ command })).toBeUndefined();
  expect(await outputOf(named("run_command"), { command })).toContain("x");
});

describe("a command whose words show a path that a rule closes", () => {
  const LINES = [
    "cat secret/key.txt",
    "cat ./secret/key.txt",
    "cat secret//key.txt",
    "cat src/../secret/key.txt",
    "cat 'secret/key.txt'",
    'cat "secret"/key.txt',
    "cat s\\ecret/key.txt",
    "cat SECRET/key.txt",
    "cat < secret/key.txt",
    "cat <secret/key.txt",
    "cat 0<secret/key.txt",
    "cat readme.md secret/key.txt",
    "cat readme.md; cat secret/key.txt",
    "cat readme.md && cat secret/key.txt",
    "cat readme.md | tee secret/new.txt",
    "cat readme.md & cat secret/key.txt",
    "cat readme.md\ncat secret/key.txt",
    "cd secret && cat key.txt",
    "cd src && cat ../secret/key.txt",
    "cd ./secret/ ; cat key.txt",
    "pushd secret; cat key.txt",
    "ls secret",
    "cp -r secret elsewhere",
    "mv secret elsewhere",
    "ln -s secret elsewhere; cat elsewhere/key.txt",
    "ln secret/key.txt elsewhere",
    "tar cf x.tar secret",
    "zip -r x.zip secret/",
    "dd if=secret/key.txt",
    "curl -d @secret/key.txt localhost",
    "curl --data-binary=@secret/key.txt localhost",
    "curl -F file=@secret/key.txt localhost",
    "scp secret/key.txt host:",
    "rsync -a secret/ host:x",
    "grep -r KEY secret",
    "grep -fsecret/key.txt readme.md",
    "git show HEAD:secret/key.txt",
    "git -C secret status",
    "git --git-dir=secret status",
    "diff readme.md secret/key.txt",
    "head -c 10 secret/key.txt",
    "find secret -type f",
    "find . -path ./secret/key.txt",
    "sh -c 'cat x' secret/key.txt",
    "env cat secret/key.txt",
    "xargs cat secret/key.txt",
    "A=secret/key.txt cat x",
    "sort -o x secret/key.txt",
    "echo x > secret/key.txt",
    "echo x >> secret/new.txt",
    "echo x >| secret/new.txt",
    "echo x 2> secret/new.txt",
    "echo x &> secret/new.txt",
    "rm -rf secret",
    "touch secret/new",
    "mkdir secret/more",
    "docker run -v secret:/x image",
    "openssl enc -in secret/key.txt",
    "python3 secret/key.txt",
    "node --require ./secret/key.txt",
  ];

  test(`is denied: ${LINES.length} ways to name it`, async () => {
    const { named, copy } = await agent(rules({ deny: ["read(secret/**)"] }));
    const run = named("run_command");
    const through: string[] = [];
    for (const line of LINES) {
      const { output, failed } = await call(run, { command: `cd ${copy}\n${line}` });
      const { output: bare, failed: bareFailed } = await call(run, { command: line.replace(/secret/gi, "project/$&") });
      if (!failed || !output.includes("Not permitted")) through.push(line);
      if (!bareFailed || !bare.includes("Not permitted")) through.push(`bare: ${line}`);
    }
    expect(through).toEqual([]);
  }, 30_000);

  test("is denied by the user's own path, the path behind a link, and where only the shell knows, is asked for", async () => {
    const { named, project, copy } = await agent(rules({ deny: ["read(secret/**)"] }));
    const run = named("run_command");
    await symlink(join(project, "secret"), join(copy, "link"));
    for (const command of [
      `cat ${project}/secret/key.txt`,
      `cat ${project}/src/../secret/key.txt`,
      "cat project/link/key.txt",
    ])
      expect(await failureOf(run, { command }), command).toContain("a rule closes");
    for (const command of [
      "cat project/s*/key.txt",
      "cat project/$(echo secret)/key.txt",
      "x=sec; cat project/${x}ret/key.txt",
    ]) {
      expect(await run.approval({ command }), command).toMatchObject({ kind: "command" });
      expect(await failureOf(run, { command }), command).toContain("Not permitted");
    }
  });

  test("that has another name is let through", async () => {
    const { named } = await agent(rules({ deny: ["read(secret/**)"] }));
    const run = named("run_command");
    for (const [command, output] of [
      ["cat project/readme.md", "hello"],
      ["cat project/src/deep/secret/key.txt", "not at the root"],
      ["cat project/notes/secret.txt", "another name"],
      ["echo secret-garden/key.txt secrets", "secret-garden"],
      ["cd project && ls", "readme.md"],
    ] as const)
      expect(await outputOf(run, { command }), command).toContain(output);
  });

  test("and may not be written is denied for what writes, and let through for what reads", async () => {
    const { named } = await agent(rules({ deny: ["write(migrations/**)"] }));
    const run = named("run_command");
    expect(await outputOf(run, { command: "cat project/migrations/1.sql" })).toContain("CREATE");
    for (const command of [
      "rm project/migrations/1.sql",
      "sed -i s/C/X/ project/migrations/1.sql",
      "tee project/migrations/2.sql",
      "echo x > project/migrations/2.sql",
      "cp project/readme.md project/migrations/2.sql",
      "cd project/migrations && touch 2.sql",
    ])
      expect(await failureOf(run, { command }), command).toContain("a rule closes");
  });
});

describe.skipIf(!canShutIn)("in a sandbox", () => {
  test("what a rule closes is not there, however it is named; what it keeps from being written cannot be", async () => {
    const { named, project } = await agent(rules({ deny: ["read(secret/**)", "write(migrations/**)"] }), true);
    const run = named("run_command");
    for (const command of [
      `cat ${project}/s*/key.txt`,
      `cat $(find ${project} -name key.txt)`,
      `grep -r CANARY ${project} project`,
      "python3 -c \"import os; [print(open(os.path.join(d,f)).read()) for d,_,fs in os.walk('/') for f in fs if f=='key.txt']\"",
    ]) {
      const { output } = await call(run, { command });
      expect(output, command).not.toContain("CANARY");
    }
    await call(run, { command: "for f in project/migr*/*.sql; do echo pwned > $f; done" });
    expect(await outputOf(run, { command: "cat project/migrations/1.sql" })).toContain("CREATE");
  });

  test("what needs a yes is writable for the command that has it, and for no other", async () => {
    const { named, yes } = await agent(rules({ ask: ["write(migrations/**)"] }), true);
    await call(named("run_command"), { command: "for f in project/migr*/*.sql; do echo pwned > $f; done" });
    const { output } = await yes("run_command", { command: "echo ALTER > project/migrations/1.sql" });
    expect(output).toContain("exit code 0");
    expect(await outputOf(named("run_command"), { command: "cat project/migrations/1.sql" })).toContain("ALTER");
  });
});

describe("a path that needs the user's yes", () => {
  const WITH = rules({ ask: ["write(migrations/**)", "read(secret/**)"] });

  test("is asked for with where it really lies; a yes opens that one, and what is changed there reaches the patch", async () => {
    const { named, yes, workspaces } = await agent(WITH);
    const first = { path: "project/migrations/1.sql", content: "ALTER\n" };
    expect(await failureOf(named("write_file"), first)).toContain("Not permitted");
    const { ask, output } = await yes("write_file", first);
    expect(ask).toMatchObject({ kind: "command", covers: ["write project/migrations/1.sql"] });
    expect(output).not.toContain("Not permitted");
    expect(await failureOf(named("write_file"), { ...first, path: "project/migrations/2.sql" })).toContain(
      "Not permitted",
    );
    expect((await yes("read_file", { path: "project/secret/key.txt" })).output).toContain("CANARY");
    expect(await outputOf(named("search_files"), { query: "CANARY", path: "project" })).not.toContain("key.txt");
    expect((await workspaces.snapshot("ada", "agent1.1")).changes).toEqual(["M migrations/1.sql"]);
  });

  test("that was changed without one, by a command say, does not reach the user's files", async () => {
    const { copy, workspaces } = await agent(WITH);
    await writeFiles(copy, { "migrations/1.sql": "DROP\n", "readme.md": "changed\n" });
    expect((await workspaces.snapshot("ada", "agent1.1")).changes).toEqual(["M readme.md"]);
  });

  test("opens nothing else when the link that was shown leads elsewhere by the time of the call", async () => {
    const { named, copy } = await agent(WITH);
    const link = join(copy, "link.txt");
    await symlink(join(copy, "secret/key.txt"), link);
    const tool = named("read_file");
    const input = { path: "project/link.txt" };
    expect(await tool.approval(input)).toMatchObject({ title: expect.stringContaining("secret/key.txt") as string });
    await rm(link);
    await writeFiles(copy, { "secret/other.txt": "ANOTHER\n" });
    await symlink(join(copy, "secret/other.txt"), link);
    const context = { signal: new AbortController().signal, progress: () => {}, approved: true };
    await expect(tool.run(input, context)).rejects.toThrow("closes it");
  });
});
