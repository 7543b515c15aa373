import { spawn } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTerminal } from "../helpers/terminal.ts";
import { makeSandbox, MASSGEN, massgen, startMassgen, type Sandbox } from "../helpers/cli.ts";
import { startModelServer } from "../helpers/model-server.ts";
import { say } from "./chat-script.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

/** As somebody's shell might be set up who shares everything. */
const SHARING = ["-c", 'umask 000; exec "$0" "$@"', process.execPath, MASSGEN];

function withoutUmask(args: readonly string[]): Promise<number | null> {
  const { cwd, env } = sandbox;
  const child = spawn("/bin/sh", [...SHARING, ...args], { cwd, env, stdio: "ignore" });
  return new Promise((resolve) => child.once("close", resolve));
}

/** What others than the user may look at or into, without what lies in directories that are closed to them. */
function openBelow(directory: string): readonly string[] {
  return readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    const isOpen = (lstatSync(path).mode & 0o077) !== 0 && !entry.isSymbolicLink();
    return [...(isOpen ? [path] : []), ...(isOpen && entry.isDirectory() ? openBelow(path) : [])];
  });
}

test.skipIf(process.platform === "win32")("state is the user's alone, whatever the umask", async () => {
  writeFileSync(join(sandbox.cwd, "AGENTS.md"), "Be brief.\n");
  expect(await withoutUmask(["trust"])).toBe(0);
  const team = "agents: [{id: ada, backend: {type: simulated, latency_ms: 0, tokens_per_second: 100000}}]\n";
  writeFileSync(join(sandbox.cwd, "team.yaml"), team);
  expect(await withoutUmask(["--automation", "--config", "team.yaml", "--debug", "Write a plan"])).toBe(0);
  const chat = await openTerminal({ command: "/bin/sh", args: [...SHARING, "--config", "team.yaml"], ...sandbox });
  try {
    await chat.waitFor("? for help");
    await say(chat, "hello");
    await chat.waitFor("I am the simulated lead");
    chat.press("ctrl+d");
    await chat.exited;
  } finally {
    await chat.kill();
  }
  const home = sandbox.env["HOME"] ?? "";
  const seen = [
    join(sandbox.cwd, ".massgen", "massgen_logs"),
    join(sandbox.cwd, ".massgen", "workspaces"),
    join(home, ".config", "massgen", "trust.json"),
  ];
  expect(seen.filter((path) => !existsSync(path))).toEqual([]);
  expect(openBelow(home)).toEqual([]);
  expect(openBelow(join(sandbox.cwd, ".massgen")).map((path) => relative(sandbox.cwd, path))).toEqual([]);
  // What people read and edit is theirs to share; the conversation beside it is not.
  const project = join(sandbox.cwd, "workspace", "projects", "work");
  expect(readdirSync(join(project, "sessions"))).toHaveLength(1);
  expect(
    openBelow(project)
      .map((path) => relative(project, path))
      .filter((path) => /^(sessions|runs)/.test(path)),
  ).toEqual([]);
  // Also file by file: a folder that is copied elsewhere is open soon.
  const logs = join(sandbox.cwd, ".massgen", "massgen_logs");
  const files = readdirSync(logs, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes("workspace"))
    .map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(10);
  expect(files.filter((path) => (lstatSync(path).mode & 0o077) !== 0)).toEqual([]);
});

type Seen = { readonly pid: string; readonly parent: string; readonly command: string; readonly environment: string };

function processes(): readonly Seen[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const parent = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ")[1] ?? "";
        const [command, environment] = [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].map((file) =>
          readFileSync(file, "utf8").replaceAll("\0", "\n"),
        );
        return [{ pid, parent, command: command ?? "", environment: environment ?? "" }];
      } catch {
        return []; // gone, or somebody else's
      }
    });
}

function below(pid: string, all: readonly Seen[]): readonly Seen[] {
  return all.filter(({ parent }) => parent === pid).flatMap((one) => [one, ...below(one.pid, all)]);
}

async function until<Value>(look: () => Value | undefined): Promise<Value> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test.skipIf(process.platform !== "linux")(
  "no process that is started gets a key, by its words or its environment",
  async () => {
    const keys = ["mg-Zx9k3mVQ8wLr5nT2", "mg-4f9a8b7c6d5e4f3a", "mg-q9W8e7R6t5Y4u3I2"];
    const server = await startModelServer(({ tools, messages }) => {
      if (!tools.includes("run_command") || messages.some(({ role }) => role === "tool"))
        return tools.includes("new_answer")
          ? { calls: [{ name: "new_answer", input: { content: "done" } }] }
          : { text: "done" };
      return {
        calls: [
          { name: "run_command", input: { command: "sleep 31 & env > seen; until [ -e go ]; do sleep 0.1; done" } },
        ],
      };
    });
    try {
      const home = sandbox.env["HOME"] ?? "";
      mkdirSync(join(home, ".config", "massgen"), { recursive: true });
      writeFileSync(join(home, ".config", "massgen", ".env"), `OPENAI_API_KEY=${keys[1]}\n`, { mode: 0o600 });
      const backend = `{type: chatcompletion, model: m, base_url: "${server.baseUrl("chatcompletion")}", api_key_env: TEAM_KEY, enable_mcp_command_line: true}`;
      writeFileSync(
        join(sandbox.cwd, "team.yaml"),
        `agents:\n  - {id: ada, backend: ${backend}}\npermissions: {allow: [run_command]}\n`,
      );
      const env = { ...sandbox.env, TEAM_KEY: keys[0] ?? "", GITHUB_TOKEN: keys[2] ?? "" };
      const run = startMassgen(["--automation", "--config", "team.yaml", "Do it."], { cwd: sandbox.cwd, env });
      const agents = join(sandbox.cwd, ".massgen", "workspaces");
      const seen = await until(() => {
        if (run.child.exitCode !== null) throw new Error("It ended before the command ran");
        if (!existsSync(agents)) return undefined;
        return readdirSync(agents, { withFileTypes: true, recursive: true }).find(({ name }) => name === "seen");
      });
      const all = processes();
      const own = all.find(({ pid }) => pid === String(run.child.pid));
      const started = below(String(run.child.pid), all);
      writeFileSync(join(seen.parentPath, "go"), "");
      expect((await run.finished).code).toBe(0);

      expect(started.some(({ command }) => command.includes("sleep"))).toBe(true);
      for (const key of keys) {
        expect(own?.command).not.toContain(key);
        for (const { command, environment } of started) expect(`${command}\n${environment}`).not.toContain(key);
        expect(readFileSync(join(seen.parentPath, "seen"), "utf8")).not.toContain(key);
      }
      expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${keys[0]}`);
    } finally {
      await server.close();
    }
  },
);

test("a key on the command line of nobody: there is no option that takes one", async () => {
  const { out } = await massgen(["--help"], sandbox);
  expect(out).not.toMatch(/--[\w-]*(key|token|secret|password)/i);
});
