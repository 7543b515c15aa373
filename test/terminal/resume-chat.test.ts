import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { massgen } from "../helpers/cli.ts";
import type { ModelScript } from "../helpers/model-server.ts";
import type { Terminal } from "../helpers/terminal.ts";
import { approve, goodModel, makeRepository, say, writeTeam } from "./chat-script.ts";
import { chatRig } from "./rig.ts";

const rig = chatRig();

const env = { TEST_KEY: "k" };
const open = (args: readonly string[], more: Readonly<Record<string, string>> = {}): Promise<Terminal> =>
  rig.open(args, { env: { ...env, ...more } });

const runDir = (): string => {
  const runs = join(rig.sandbox.cwd, "workspace", "projects", "work", "runs");
  return join(runs, readdirSync(runs).find((name) => name.startsWith("run-")) ?? "");
};
const events = (): { type: string; agent?: string }[] =>
  readFileSync(join(runDir(), "journal.jsonl"), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as { type: string });
const description = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(runDir(), "run_description.json"), "utf8")) as Record<string, unknown>;

/** Only ada answers until `open` is called. */
function gated(): { readonly script: ModelScript; readonly open: () => void } {
  let opened = (): void => {};
  const gate = new Promise<void>((resolve) => {
    opened = resolve;
  });
  return {
    script: async (request) => {
      const isAgent = request.tools.includes("new_answer") && !request.tools.includes("launch_run");
      if (isAgent && request.model !== "model-of-ada") await gate;
      return goodModel(request);
    },
    open: opened,
  };
}

/** A chat with a run under way in which one agent has answered, left with /quit. */
async function leftWithRun(): Promise<{ readonly args: readonly string[]; readonly release: () => void }> {
  makeRepository(rig.sandbox);
  const { script, open: release } = gated();
  const server = await rig.serve(script);
  const args = ["--config", writeTeam(rig.sandbox, "chatcompletion", server.baseUrl("chatcompletion"))];
  const chat = await open(args);
  await say(chat, "Add WebSocket support");
  await approve(chat);
  await chat.waitFor(/answered 1\.1/);
  chat.type("/quit");
  chat.press("enter");
  expect(await chat.exited).toMatchObject({ exitCode: 0 });
  expect(description()).toMatchObject({ status: "on hold", ended: null });
  return { args, release };
}

describe("a chat that was left with a run under way", () => {
  test("goes on with it: no answer is given twice, and the report comes", async () => {
    const { args, release } = await leftWithRun();
    expect((await massgen(["runs"], rig.sandbox)).out).toMatch(/run-0001-\w+ +work 1 +on hold .*WebSocket/);
    release();
    const second = await open([...args, "-c"]);
    await second.waitFor("ada won with 3 of 3 votes", { timeoutMs: 30_000 });
    expect(events().filter(({ type }) => type === "run_resumed")).toHaveLength(1);
    expect(events().filter(({ type, agent }) => type === "answer_submitted" && agent === "ada")).toHaveLength(1);
    const continued = events().filter(({ type }) => type === "execution_started");
    expect(continued.filter((event) => "continues" in event)).toMatchObject([{ agent: "bob" }, { agent: "cyd" }]);
    expect(description()).toMatchObject({ status: "answered", winner: "ada" });
  });

  test("does not take it up where somebody else made the folder: its journal says what may be read and written", async () => {
    const { args, release } = await leftWithRun();
    release();
    const home = join(rig.sandbox.cwd, "..", "other-home");
    mkdirSync(home);
    const second = await rig.start([...args, "-c"], { env: { ...env, HOME: home } });
    await second.waitFor("❯ No");
    second.press("enter");
    await second.waitFor(/Run run-0001-\w+ was not started by you in this folder/);
    expect(events().filter(({ type }) => type === "run_resumed")).toEqual([]);
  });

  test("hears of its result when massgen resume brought it to its end meanwhile", async () => {
    const { args, release } = await leftWithRun();
    release();
    const end = await massgen(["resume", "1", "--automation"], { ...rig.sandbox, env: { ...rig.sandbox.env, ...env } });
    expect(end.code, end.err).toBe(0);
    expect(end.out).toContain("WINNER: ada");
    expect(description()).toMatchObject({ status: "answered", winner: "ada" });
    expect((await massgen(["runs"], rig.sandbox)).out).toMatch(/work 1 +answered +ada/);
    const second = await open([...args, "-c"]);
    await second.waitFor("ada won with 3 of 3 votes", { timeoutMs: 30_000 });
    expect(events().filter(({ type }) => type === "run_resumed")).toHaveLength(1);
  });
});

describe("a session with a budget", () => {
  test("says on the card what is used up, and starts no run beyond it", async () => {
    makeRepository(rig.sandbox);
    const used = { input: 1000, output: 0 };
    const server = await rig.serve(async (request) => ({ ...(await goodModel(request)), usage: used }));
    const config = writeTeam(rig.sandbox, "chatcompletion", server.baseUrl("chatcompletion"));
    const priced = readFileSync(config, "utf8").replaceAll(
      "api_key:",
      "price: {input_per_million: 1000, output_per_million: 0}, api_key:",
    );
    writeFileSync(config, `${priced}orchestrator:\n  interactive_mode:\n    max_session_cost_usd: 0.5\n`);
    const chat = await open(["--config", config]);
    await say(chat, "Add WebSocket support");
    await chat.waitFor(/\$1\.00 of the \$0\.50 .*\n.*of this session are used up/);
    await approve(chat);
    await chat.waitFor("verifies the token");
    const results = server.requests.flatMap(({ messages }) => messages.filter(({ role }) => role === "tool"));
    expect(results.map(({ text }) => text).join("\n")).toContain(
      "No other run may start: this session has spent $1.00; orchestrator.interactive_mode.max_session_cost_usd is $0.50",
    );
    expect(server.requests.some(({ tools }) => tools.includes("new_answer"))).toBe(false);
  });
});
