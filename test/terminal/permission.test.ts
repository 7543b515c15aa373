import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeSandbox, massgen, type Sandbox } from "../helpers/cli.ts";
import { type ModelScript, type ModelServer, startModelServer } from "../helpers/model-server.ts";
import type { Terminal } from "../helpers/terminal.ts";
import { approve, goodModel, openChatTerminal, say, writeTeam } from "./chat-script.ts";

let sandbox: Sandbox;
let terminals: Terminal[];
let server: ModelServer;
beforeEach(() => {
  sandbox = makeSandbox();
  terminals = [];
});
afterEach(async () => {
  await Promise.all(terminals.map((terminal) => terminal.kill()));
  await server.close();
  sandbox.remove();
});

const env = { TEST_KEY: "k" };
const log = (): string => join(sandbox.cwd, "commands.log");
const done = (): readonly string[] => (existsSync(log()) ? readFileSync(log(), "utf8").trimEnd().split("\n") : []);

/** Each agent first wants to leave a line in a file outside of its workspace. */
const hasty: ModelScript = (request) => {
  const own = request.model.replace("model-of-", "");
  const isFirst = request.tools.includes("new_answer") && !request.messages.some(({ role }) => role === "tool");
  if (!request.tools.includes("run_command") || request.tools.includes("vote") || !isFirst) return goodModel(request);
  return { calls: [{ name: "run_command", input: { command: `echo ${own} >> ${log()}` } }] };
};

/** A team that has to ask for commands, which may then do what they like. */
async function askingTeam(): Promise<readonly string[]> {
  server = await startModelServer(hasty);
  const team = writeTeam(sandbox, "chatcompletion", server.baseUrl("chatcompletion"));
  const text = readFileSync(team, "utf8").replaceAll("api_key:", "enable_mcp_command_line: true, api_key:");
  writeFileSync(team, `${text}sandbox: off\npermissions:\n  mode: ask\n`);
  return ["--config", team];
}

async function open(args: readonly string[]): Promise<Terminal> {
  const terminal = await openChatTerminal(sandbox, args, { env, cols: 110, rows: 40 });
  terminals.push(terminal);
  await terminal.inputReady();
  return terminal;
}

const LISTENS = /y · a · n/;
const results = (): string =>
  server.requests
    .flatMap(({ messages }) => messages.filter(({ role }) => role === "tool").map(({ text }) => text))
    .join("\n");

describe("commands of agents that have to be asked for", () => {
  test("survive a kill at the question, run once after a yes, and not after a no, whose reason the agent reads", async () => {
    const args = await askingTeam();
    const first = await open(args);
    await first.waitFor("? for help");
    await say(first, "Add WebSocket support");
    await approve(first);
    await first.waitFor(/1 of 3/);
    expect(done()).toEqual([]);
    await first.kill("SIGKILL");

    const second = await open([...args, "-c"]);
    await second.waitFor(/1 of 3/);
    await second.waitFor(LISTENS);
    second.type("y");
    await second.waitFor(/1 of 2/);
    await second.waitFor(LISTENS);
    second.type("n");
    await second.waitFor("Why not?");
    second.type("leave it alone");
    await second.waitFor("? leave it alone");
    second.press("enter");
    await second.waitFor((screen) => LISTENS.test(screen) && !screen.includes("1 of"));
    second.type("y");
    await second.waitFor("ada won with 3 of 3 votes");
    expect(done()).toHaveLength(2);
    expect(new Set(done()).size).toBe(2);
    expect(results()).toContain("The user said no. Their reason: leave it alone");
  });

  test("are answered from the inbox, all that are listed at once", async () => {
    const chat = await open(await askingTeam());
    await chat.waitFor("? for help");
    await say(chat, "Add WebSocket support");
    await approve(chat);
    await chat.waitFor(/wants to run echo .* and 2 more · \/inbox/);
    await say(chat, "/inbox");
    await chat.waitFor("3 things wait for you");
    // What has only just come takes no key.
    await chat.waitFor(
      (screen) => screen.split("\n").filter((line) => /, run 1 .* [1-9]\d*s$/.test(line)).length === 3,
    );
    expect(done()).toEqual([]);
    chat.type("A");
    await chat.waitFor("A again approves all 3");
    expect(done()).toEqual([]);
    chat.type("A");
    await chat.waitFor("Nothing waits for you.");
    chat.press("escape");
    await chat.waitFor("ada won with 3 of 3 votes");
    expect(done().toSorted()).toEqual(["ada", "bob", "cyd"]);
  });

  test.runIf(process.platform === "linux")(
    "are all of them where there is no sandbox and the configuration wants one; a rule lets one through",
    async () => {
      const [, team = ""] = await askingTeam();
      const text = readFileSync(team, "utf8").replace(/sandbox: off[^]*/, "");
      const bin = join(sandbox.cwd, "bin");
      mkdirSync(bin);
      for (const name of ["sh", "cat"]) symlinkSync(join("/bin", name), join(bin, name));
      const run = (rules: string) => {
        writeFileSync(team, `${text}${rules}`);
        return massgen(["--automation", "--config", team, "Add it"], {
          ...sandbox,
          env: { ...sandbox.env, ...env, PATH: bin },
        });
      };
      const { code, err } = await run("");
      expect(code, err).toBe(0);
      expect(done()).toEqual([]);
      expect(err).toContain("There is no sandbox for commands of agents (bubblewrap (bwrap) is not installed)");
      expect(err).toContain("3 tool calls denied, since nobody could be asked");
      expect((await run("permissions: {allow: [run_command]}\n")).err).not.toContain("denied");
      expect(done()).toHaveLength(3);
    },
  );

  test("are denied where nobody can be asked; the output says so, and the run goes on", async () => {
    const args = await askingTeam();
    const { code, err, out } = await massgen(["--automation", "--json", ...args, "Add it"], {
      ...sandbox,
      env: { ...sandbox.env, ...env },
    });
    expect(code, err).toBe(0);
    expect(done()).toEqual([]);
    expect(err).toContain("3 tool calls denied, since nobody could be asked");
    expect(JSON.parse(out.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
      denied: expect.arrayContaining([{ agent: "ada", wanted: `run echo ada >> ${log()}` }]),
    });
    expect(results()).toContain("Nobody is there to be asked");
  });
});
