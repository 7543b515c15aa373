import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { makeSandbox, MASSGEN, type Sandbox } from "../helpers/cli.ts";
import { openTerminal } from "../helpers/terminal.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
  const backend = "{type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 0}";
  writeFileSync(join(sandbox.cwd, "team.yaml"), `agents:\n  - {id: ada, backend: ${backend}}\n`);
});
afterEach(() => sandbox.remove());

const RUN = '--automation --config team.yaml "Why?"';

/** Runs a line of a shell in which `massgen` is the program, and which leaves its exit code in the file `code`. */
async function shell(line: string): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const { cwd, env } = sandbox;
  const script = `massgen() { ${process.execPath} ${MASSGEN} "$@"; }\n${line}`;
  const child = spawn("bash", ["-c", script], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  await once(child, "close");
  return { code: Number(readFileSync(join(cwd, "code"), "utf8")), out, err };
}

const STACK = /^\s+at |node:/m;

describe.runIf(process.platform === "linux")("where nothing can be written", () => {
  test.each([
    ["a run", RUN],
    ["a run without --automation", '--config team.yaml "Why?"'],
    ["the version", "--version"],
    ["a list", "examples"],
  ])("%s whose output is lost because the disk is full does not end with 0", async (_name, args) => {
    const { code, err } = await shell(`massgen ${args} >/dev/full; echo $? >code`);
    expect(code).toBe(2);
    expect(err).toMatch(/✖ The output could not be written: .*no space left/i);
    expect(err).not.toMatch(STACK);
  });

  test.each([
    ["nobody hears the warnings", `massgen ${RUN} 2>/dev/full; echo $? >code`, /^COMPLETED: 1 agents/m],
    ["there is no stderr", `massgen ${RUN} 2>&-; echo $? >code`, /^COMPLETED: 1 agents/m],
    ["there is no stdout", `massgen ${RUN} >&-; echo $? >code`, /^$/],
    ["the reader has gone", `massgen ${RUN} | head -1; echo \${PIPESTATUS[0]} >code`, /^LOG_DIR: .*\n$/],
  ])("a paid run goes on to its answer when %s", async (_name, line, said) => {
    const { code, out, err } = await shell(line);
    expect(code, err).toBe(0);
    expect(out).toMatch(said);
    expect(err).not.toMatch(STACK);
    const [log = ""] = readdirSync(join(sandbox.cwd, ".massgen", "massgen_logs"));
    const status = readFileSync(join(sandbox.cwd, ".massgen", "massgen_logs", log, "status.json"), "utf8");
    expect(JSON.parse(status)).toMatchObject({ is_complete: true, results: { winner: "ada" } });
  });
});

describe("what comes in", () => {
  test("a question from a pipe is answered; none, or a chat without a keyboard, says what to do", async () => {
    const asked = await shell(`echo "Why is it?" | massgen - --config team.yaml; echo $? >code`);
    expect(asked).toMatchObject({ code: 0, out: expect.stringContaining("Why is it?") as string });
    expect(await shell("massgen - --config team.yaml </dev/null; echo $? >code")).toMatchObject({
      code: 1,
      err: expect.stringMatching(/question is empty\n.*Ask one/) as string,
    });
    const { cwd, env } = sandbox;
    const line = `${process.execPath} ${MASSGEN} </dev/null; echo "code $?"; read line`;
    const terminal = await openTerminal({ command: "sh", args: ["-c", line], cwd, env });
    expect(await terminal.waitFor("code 1")).toMatch(/There is no terminal for the chat\n.*Ask one question instead/);
    await terminal.kill();
  });
});

test("a large answer to a slow reader arrives whole", async () => {
  const question = `What is ${"long ".repeat(120_000)}?`;
  const run = spawn(process.execPath, [MASSGEN, "--automation", "--json", "--config", "team.yaml", "-"], {
    cwd: sandbox.cwd,
    env: sandbox.env,
    stdio: ["pipe", "pipe", "ignore"],
  });
  run.stdin.end(question);
  let out = "";
  for await (const text of run.stdout.setEncoding("utf8")) {
    out += text as string;
    if (out.length < 1_000_000) await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(/^QUESTION: (.*)$/m.exec(out)?.[1]).toBe(question);
  expect(JSON.parse(out.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({ question, exit_code: 0 });
});
