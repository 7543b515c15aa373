import { execFile } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, expect, test } from "vitest";
import { massgen, MASSGEN } from "../helpers/cli.ts";
import { openTerminal } from "../helpers/terminal.ts";
import { say } from "./chat-script.ts";
import { chatRig } from "./rig.ts";

const rig = chatRig();
const args = ["--config", "team.yaml"];
beforeEach(() => {
  const backend = "backend: {type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 0}";
  writeFileSync(join(rig.sandbox.cwd, "team.yaml"), `agents: [{id: ada, ${backend}}]\n`);
});

type Ended = { readonly code: number; readonly out: string; readonly err: string };

/** With something on its standard input. */
function piped(input: string, ...flags: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MASSGEN, ...args, ...flags], rig.sandbox, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err }),
    );
    child.stdin?.end(input);
  });
}

test("-p adds what is piped in to the question, and prints the answer alone", async () => {
  const { code, out, err } = await piped("the limiter leaks\n", "-p", "What about this line?");
  expect(code, err).toBe(0);
  expect(out).not.toContain("\u001b");
  const logs = join(rig.sandbox.cwd, ".massgen", "massgen_logs");
  const status = readFileSync(join(logs, readdirSync(logs)[0] ?? "", "status.json"), "utf8");
  expect(status).toContain(JSON.stringify("What about this line?\n\nthe limiter leaks"));
  expect((await piped("", "-p")).err).toContain("There is no question");
});

test("-p shows no live screen in a terminal either", async () => {
  const { cwd, env } = rig.sandbox;
  const terminal = await openTerminal({
    command: "sh",
    args: ["-c", `${process.execPath} ${MASSGEN} ${args.join(" ")} -p "What is a moon?" </dev/null; echo the end`],
    cwd,
    env,
  });
  await terminal.exited;
  expect(terminal.scrollback()).toContain("the end");
  expect(terminal.raw()).not.toMatch(/\u001b\[\?25l|\u001b\[\d*A/);
});

test("--max-budget-usd limits what all runs of a chat may cost, and is refused when it is no amount", async () => {
  const chat = await rig.open([...args, "--max-budget-usd", "0.5"]);
  await say(chat, "/run Compare two caches");
  await chat.waitFor("stops at $0.50");
  await chat.kill();
  const wrong = await massgen([...args, "--max-budget-usd", "much", "Why?"], rig.sandbox);
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('--max-budget-usd is "much"') as string });
});

test("--no-color and --screen-reader are what NO_COLOR and --plain are", async () => {
  const chat = await rig.open([...args, "--no-color"]);
  await say(chat, "Hello there");
  await chat.waitFor("I am the simulated lead");
  expect(chat.raw()).not.toMatch(/\u001b\[(?:[\d;]*;)?(?:3[0-8]|9[0-7])[\d;]*m/);
  const lines = await rig.start([...args, "--screen-reader"]);
  await lines.waitFor("Type a message and Enter.");
  expect(lines.raw()).not.toContain("\u001b");
});
