import { join } from "node:path";
import { expect, test } from "vitest";
import { closedPaths, NO_RULES, parseRule } from "../../src/core/permissions.ts";
import { searchFilesTool } from "../../src/tools/search-files.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { openRead } from "../../src/workspace/safe-handle.ts";
import { outputOf } from "../tools/tool-rig.ts";
import { faultOf, tempDir, writeFiles } from "./temp-dir.ts";

async function answered(deny: readonly string[], ask: readonly string[] = []) {
  const base = await tempDir();
  const project = join(base, "my [old] project");
  await writeFiles(project, { "readme.md": "hello\n" });
  const of = (texts: readonly string[]) => texts.flatMap((text) => parseRule(text) ?? []);
  const workspaces = await createRunWorkspaces({
    directory: join(base, "run"),
    agents: [
      { id: "ada", number: 1 },
      { id: "bob", number: 2 },
    ],
    contextPaths: [{ path: project, permission: "write" }],
    rules: closedPaths({ ...NO_RULES, deny: of(deny), ask: of(ask) }),
  });
  const made = {
    "secrets/prod/keys": "CANARY 1",
    "secrets/readme": "fine",
    "docs/secrets/prod/keys": "not at the root",
    "id.pem": "CANARY 2",
  };
  const { root } = workspaces.filesOf("ada");
  // As a command of the agent might: its tools would refuse.
  await writeFiles(root, made);
  await writeFiles(join(root, "my [old] project"), made);
  const { files } = await workspaces.snapshot("ada", "agent1.1");
  const bob = workspaces.filesOf("bob");
  const read = async (path: string): Promise<string> => {
    const { handle } = await openRead(join(bob.snapshots, "agent1.1", path), bob.grants);
    try {
      return await handle.readFile("utf8");
    } finally {
      await handle.close();
    }
  };
  return { bob, read, files };
}

const PLACES = ["", "my [old] project/"];

test("what a rule with several parts closes is closed in answers of others, in their directories and their copies", async () => {
  const { bob, read, files } = await answered(["read(secrets/**/keys)", "read(*.pem)"]);
  for (const place of PLACES) {
    expect(files).toContain(`${place}secrets/readme`);
    expect((await faultOf(read(`${place}secrets/prod/keys`))).code).toBe("denied");
    expect((await faultOf(read(`${place}id.pem`))).code).toBe("denied");
    expect(await read(`${place}secrets/readme`)).toBe("fine");
    expect(await read(`${place}docs/secrets/prod/keys`)).toBe("not at the root");
  }
  const within = join(bob.snapshots, "agent1.1");
  expect(await outputOf(searchFilesTool(bob), { query: "CANARY", path: within })).not.toContain("CANARY 1");
});

test.each(["read(/secrets/prod/)", "read(secrets/prod/keys)", "read(**/prod/keys)"])("so does %s", async (rule) => {
  const { read } = await answered([rule]);
  for (const place of PLACES) expect((await faultOf(read(`${place}secrets/prod/keys`))).code).toBe("denied");
});

test("a rule that makes an exception makes it there, too, and one that asks closes until then", async () => {
  const { read } = await answered(["read(secrets/**)", "read(!secrets/readme)"], ["read(docs/**)"]);
  for (const place of PLACES) {
    expect((await faultOf(read(`${place}secrets/prod/keys`))).code).toBe("denied");
    expect(await read(`${place}secrets/readme`)).toBe("fine");
    expect((await faultOf(read(`${place}docs/secrets/prod/keys`))).code).toBe("denied");
  }
});
