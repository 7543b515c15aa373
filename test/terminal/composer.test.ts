import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makeSandbox, type Sandbox } from "../helpers/cli.ts";
import { type ModelServer, startModelServer } from "../helpers/model-server.ts";
import type { Terminal } from "../helpers/terminal.ts";
import { makeRepository, openChatTerminal, writeTeam } from "./chat-script.ts";

let sandbox: Sandbox;
let server: ModelServer;
let terminals: Terminal[];
beforeEach(async () => {
  sandbox = makeSandbox();
  makeRepository(sandbox);
  server = await startModelServer(({ messages }) => ({ text: `heard ${messages.length}` }));
  terminals = [];
});
afterEach(async () => {
  await Promise.all(terminals.map((terminal) => terminal.kill()));
  await server.close();
  sandbox.remove();
});

async function open(env: Readonly<Record<string, string>> = {}): Promise<Terminal> {
  const args = ["--config", writeTeam(sandbox, "chatcompletion", server.baseUrl("chatcompletion"))];
  const terminal = await openChatTerminal(sandbox, args, { env: { TEST_KEY: "sk-1", ...env } });
  terminals.push(terminal);
  await terminal.inputReady();
  await terminal.waitFor("? for help");
  return terminal;
}

function lastHeard(): string {
  return server.requests.at(-1)?.messages.at(-1)?.text ?? "";
}

test("@ lists the files of the directory; what is taken reaches the lead as it stands there", async () => {
  mkdirSync(join(sandbox.cwd, "node_modules"));
  writeFileSync(join(sandbox.cwd, "node_modules", "auth.js"), "");
  const terminal = await open();
  terminal.type("explain @auth");
  const screen = await terminal.waitFor("❯ src/auth.js");
  expect(screen).not.toContain("node_modules");
  terminal.press("tab");
  await terminal.waitFor("❯ explain @src/auth.js");
  terminal.type("please\r");
  await terminal.waitFor("heard 1");
  expect(lastHeard()).toBe("explain @src/auth.js please");
});

test("! runs a command, shows its output and tells the lead with the next message; Esc stops one", async () => {
  const terminal = await open();
  terminal.type("!grep -c verify src/auth.js; exit 3\r");
  await terminal.waitFor(/❯ !grep.*\n {2}│ 1\n {2}✖ exit code 3 after/);
  expect(server.requests).toHaveLength(0);
  terminal.type("!echo begun; sleep 100\r");
  await terminal.waitFor(/◐ ! echo begun; sleep 100 .*\n {2}│ begun/);
  terminal.press("escape");
  await terminal.waitFor(/│ begun\n {2}✖ stopped by the user after/);
  terminal.type("what failed?\r");
  await terminal.waitFor("heard");
  expect(lastHeard()).toMatch(
    /<user_command tool="shell" command="grep -c verify[^>]*" outcome="failed">\n1\n\[exit code 3/,
  );
  expect(lastHeard()).toMatch(/begun\n\[stopped by the user[^]*what failed\?$/);
});

test("# adds a note to CONTEXT.md, which the lead reads with the next message", async () => {
  const terminal = await open();
  terminal.type("# we use ws 8\r");
  await terminal.waitFor("noted in CONTEXT.md: we use ws 8");
  expect(server.requests).toHaveLength(0);
  terminal.type("go on\r");
  await terminal.waitFor("heard");
  expect(server.requests[0]?.system).toContain("- we use ws 8");
});
