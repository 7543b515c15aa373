import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import stringWidth from "string-width";
import { describe, expect, test } from "vitest";
import { cpuMsOf } from "../bench/child.ts";
import { processesWith } from "../faults/processes.ts";
import { massgen } from "../helpers/cli.ts";
import type { ModelScript } from "../helpers/model-server.ts";
import type { Terminal } from "../helpers/terminal.ts";
import { approve, goodModel, say, writeTeam } from "./chat-script.ts";
import { LAST_QUESTION, writeHistory } from "./long-history.ts";
import { chatRig, expectNothingErased } from "./rig.ts";

const rig = chatRig();
const env = { TEST_KEY: "k" };

async function teamOf(script: ModelScript, more = ""): Promise<readonly string[]> {
  const server = await rig.serve(script);
  const path = writeTeam(rig.sandbox, "chatcompletion", server.baseUrl("chatcompletion"));
  writeFileSync(path, `${readFileSync(path, "utf8")}${more}`);
  return ["--config", path];
}

test("a run of three agents at 80×24, with everything that can be opened meanwhile, clears nothing", async () => {
  const slow: ModelScript = async (request) => ({ ...(await goodModel(request)), chunks: 20, chunkDelayMs: 15 });
  const chat = await rig.open(await teamOf(slow), { env, cols: 80, rows: 24 });
  await say(chat, "Add WebSocket support");
  await approve(chat);
  await chat.waitFor("Run 1");
  for (const [line, title] of [
    ["/help", /^ {2}Commands and keys/m],
    ["/status", /^ {2}Status/m],
    ["/team", /^ {2}Team/m],
  ] as const) {
    await say(chat, line);
    await chat.waitFor(title);
    chat.press("escape");
    await chat.waitFor((screen) => !title.test(screen));
  }
  await chat.waitFor("ada won with 3 of 3 votes");
  await chat.waitFor("? for help");
  expectNothingErased(chat);
  expect(chat.scrollback().match(/✔ Run 1 · /g)).toHaveLength(1);
});

describe("when the terminal goes away in the middle of a run whose agents have commands running", () => {
  const LONG = "sleep 300";
  const busy: ModelScript = (request) =>
    request.tools.includes("run_command") && !request.tools.includes("launch_run")
      ? { calls: [{ name: "run_command", input: { command: `${LONG} & (setsid ${LONG} &) ; ${LONG}` } }] }
      : goodModel(request);

  test.each(["SIGHUP", "SIGKILL"])("by %s, nobody is left three seconds later", async (signal) => {
    const args = await teamOf(busy, "permissions: {allow: [run_command]}\n");
    const team = args[1] ?? "";
    const text = readFileSync(team, "utf8").replaceAll("api_key:", "enable_mcp_command_line: true, api_key:");
    writeFileSync(team, text);
    const chat = await rig.open(args, { env });
    await say(chat, "Add WebSocket support");
    await approve(chat);
    const ours = (): readonly { command: string }[] => processesWith(`HOME=${rig.sandbox.env["HOME"]}`);
    await until(() => ours().filter(({ command }) => command === LONG).length >= 3);
    const gone = performance.now();
    await chat.kill(signal);
    await until(() => ours().length === 0 || performance.now() - gone > 3000);
    expect(ours()).toEqual([]);
  });
});

/** Of processes nobody tells when they start and end. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(20);
}

test("who types at 120 words a minute while a question opens answers nothing and loses nothing", async () => {
  const chat = await rig.open(await teamOf(goodModel), { env });
  await say(chat, "Add WebSocket support");
  // Ten keys a second; every one of them would mean something to the card.
  const draft = "yes 1 and 2 or 3 no: eat any y, n, e";
  for (const [index, letter] of Array.from(draft).entries()) {
    chat.type(letter);
    await wait(100);
    if (index === 5) await chat.waitFor("Run approval");
  }
  await chat.waitFor(`❯ ${draft}`);
  expect(chat.screen()).toContain("Run approval");
  expect(chat.scrollback()).not.toMatch(/approved:|declined:/);
  chat.press("ctrl+u");
  await approve(chat);
  await chat.waitFor(/approved: Add WebSocket support/);
});

test("a session that has seen 404 agents opens for less than half a second of work more than an empty one", async () => {
  const config = join(rig.sandbox.cwd, "team.yaml");
  writeFileSync(config, "agents: [{id: ada, backend: {type: simulated, model: simulated}}]\n");
  await writeHistory(rig.sandbox.cwd, 101);
  await massgen(["trust"], rig.sandbox);
  // Of the processor: what else the machine does is not counted.
  const workMs = async (args: readonly string[], shown: string): Promise<number> => {
    const chat = await rig.start(["--config", config, ...args]);
    await chat.waitFor(() => chat.scrollback().includes(shown));
    const took = cpuMsOf(chat.pid);
    await chat.kill();
    return took;
  };
  const empty = await workMs([], "? for help");
  expect((await workMs(["-c"], LAST_QUESTION)) - empty).toBeLessThan(500);
});

describe("wide, joined and right-to-left letters at 60 columns", () => {
  const CELLS = ["日本語のテキスト", "👩‍👩‍👧‍👦 家族 🇩🇪", "שלום עולם", "naïve café"];
  const table = ["| Name | Value |", "| --- | --- |", ...CELLS.map((cell, index) => `| ${cell} | ${index} |`)].join(
    "\n",
  );

  const start = async (): Promise<Terminal> => {
    mkdirSync(join(rig.sandbox.cwd, ".git"));
    writeFileSync(join(rig.sandbox.cwd, ".git", "HEAD"), "ref: refs/heads/機能/結合\n");
    const script: ModelScript = ({ messages }) => ({ text: /table/.test(messages.at(-1)?.text ?? "") ? table : "ok" });
    return rig.open(await teamOf(script), { env, cols: 60, rows: 24 });
  };

  test("stand in a table whose columns line up, and in no line that is too long", async () => {
    const chat = await start();
    await say(chat, "a table");
    await chat.waitFor(/naïve café +│ 3/);
    await chat.waitFor("? for help");
    const lines = chat.screen().split("\n");
    const rows = lines.filter((line) => / │ (\d|Value)/.test(line));
    expect(rows).toHaveLength(1 + CELLS.length);
    expect(new Set(rows.map((line) => stringWidth(line.slice(0, line.indexOf("│"))))).size).toBe(1);
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(60);
    expectNothingErased(chat);
  });

  test("are typed and erased one by one, with the cursor behind them, and the status keeps its line", async () => {
    const chat = await start();
    const at = async (text: string, x: number): Promise<void> => {
      await chat.waitFor((screen) => screen.includes(`❯ ${text}`));
      await chat.waitFor(() => chat.cursor().x === 2 + x);
    };
    chat.type("日本");
    await at("日本", 4);
    chat.type("é");
    await at("日本é", 5);
    chat.press("backspace");
    chat.press("backspace");
    await at("日", 2);
    chat.type("שלום");
    await at("日שלום", 6);
    const status = chat.screen().split("\n").at(-1) ?? "";
    expect(status).toMatch(/^ {2}ask · .*enter sends$/);
  });
});
