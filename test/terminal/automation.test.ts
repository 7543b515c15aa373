import { execFile } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { closedPort } from "../helpers/fault-server.ts";
import { massgen, makeSandbox, ROOT, type Sandbox, startMassgen } from "../helpers/cli.ts";

let sandbox: Sandbox;
beforeEach(() => {
  sandbox = makeSandbox();
});
afterEach(() => sandbox.remove());

const TEAM = join(ROOT, "configs", "offline", "simulated-team.yaml");
const fast = (text = ""): string => {
  const path = join(sandbox.cwd, "team.yaml");
  const agent = (id: string, extra = ""): string =>
    `  - id: ${id}\n    backend: {type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 0${extra}}\n`;
  writeFileSync(path, text || `agents:\n${agent("ada")}${agent("bob")}${agent("cyd")}`);
  return path;
};
const value = (out: string, name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(out)?.[1] ?? "";
const json = (path: string): Record<string, unknown> =>
  JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;

describe("--automation", () => {
  test("prints the documented lines in order and nothing else, and leaves the documented files", async () => {
    const { out, err, code } = await massgen(["--automation", "--config", fast(), "What is\na moon?"], sandbox);
    expect(code, err).toBe(0);
    expect(
      out
        .trimEnd()
        .split("\n")
        .map((line) => line.replace(/:.*/, "")),
    ).toEqual([
      "LOG_DIR",
      "STATUS",
      "QUESTION",
      "[Coordination in progress - monitor status.json for real-time updates]",
      "WINNER",
      "ANSWER_FILE",
      "DURATION",
      "ANSWER_PREVIEW",
      "COMPLETED",
    ]);
    expect(value(out, "QUESTION")).toBe("What is\\na moon?");
    expect(value(out, "COMPLETED")).toMatch(/^3 agents, \d+\.\ds total$/);
    const logDir = value(out, "LOG_DIR");
    expect(logDir).toMatch(/\/\.massgen\/massgen_logs\/log_\d{8}_\d{6}_\d{6}$/);
    expect(value(out, "STATUS")).toBe(join(logDir, "turn_1/attempt_1/status.json"));
    expect(readFileSync(value(out, "ANSWER_FILE"), "utf8")).not.toBe("");
    // Both documented paths show the same.
    expect(json(join(logDir, "status.json"))).toEqual(json(value(out, "STATUS")));
    expect(lstatSync(join(logDir, "massgen.log")).isSymbolicLink()).toBe(true);
    const winner = value(out, "WINNER");
    expect(readFileSync(join(logDir, "final", winner, "answer.txt"), "utf8")).toBe(
      readFileSync(value(out, "ANSWER_FILE"), "utf8"),
    );
    expect(json(join(logDir, "final_output", "manifest.json"))).toMatchObject({
      winner,
      winner_reason: expect.any(String),
    });
    expect(json(value(out, "STATUS"))).toMatchObject({
      is_complete: true,
      finish_reason: "completed",
      meta: { session_id: logDir.split("/").at(-1), question: "What is\na moon?" },
      coordination: { completion_percentage: 100 },
      results: { winner },
    });
    expect(readdirSync(join(logDir, "turn_1/attempt_1"))).toEqual(
      expect.arrayContaining(["coordination_table.txt", "metrics_summary.json", "ada", "bob", "cyd"]),
    );
  });

  test("adds OUTPUT_FILE and one JSON object when asked", async () => {
    const { out, code } = await massgen(
      ["--automation", "--json", "--output-file", "out/../answer.md", "--config", fast(), "Why?"],
      sandbox,
    );
    expect(code).toBe(0);
    const lines = out.trimEnd().split("\n");
    expect(lines.at(-2)).toBe(`OUTPUT_FILE: ${join(sandbox.cwd, "answer.md")}`);
    const result = JSON.parse(lines.at(-1) ?? "") as Record<string, unknown>;
    expect(result).toMatchObject({ winner: value(out, "WINNER"), exit_code: 0, error: null });
    expect(readFileSync(join(sandbox.cwd, "answer.md"), "utf8")).toBe(result["answer"]);
  });

  test("is interrupted by SIGINT with exit code 4, and keeps the answers that were there", async () => {
    const scenario = join(sandbox.cwd, "slow.yaml");
    writeFileSync(
      scenario,
      "agents:\n  ada:\n    - calls: [{name: new_answer, input: {content: the first answer}}]\n  bob:\n    - hang: true\n      repeat: forever\n",
    );
    const config = fast(
      `agents:\n  - {id: ada, backend: {type: simulated, model: simulated, scenario: slow.yaml, tokens_per_second: 0}}\n  - {id: bob, backend: {type: simulated, model: simulated, scenario: slow.yaml, tokens_per_second: 0}}\n`,
    );
    const run = startMassgen(["--automation", "--config", config, "Why?"], sandbox);
    const out = await run.saw(/Coordination in progress/);
    await appears(join(value(out, "LOG_DIR"), "turn_1/attempt_1/massgen.log"), /ada answered/);
    run.child.kill("SIGINT");
    const end = await run.finished;
    expect(end.code).toBe(4);
    expect(readFileSync(value(end.out, "ANSWER_FILE"), "utf8")).toBe("the first answer");
    expect(json(value(end.out, "STATUS"))).toMatchObject({ finish_reason: "cancelled", is_complete: true });
  });

  test("dies by SIGTERM, and its journal can be read", async () => {
    const config = fast("agents:\n  - {id: ada, backend: {type: simulated, model: simulated, latency_ms: 60000}}\n");
    const run = startMassgen(["--automation", "--config", config, "Why?"], sandbox);
    const out = await run.saw(/Coordination in progress/);
    run.child.kill("SIGTERM");
    expect(await run.finished).toMatchObject({ code: null, signal: "SIGTERM" });
    const journal = readFileSync(join(value(out, "LOG_DIR"), "turn_1/attempt_1/journal.jsonl"), "utf8");
    expect(
      journal
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line) as unknown)[1],
    ).toMatchObject({ type: "run_started" });
  });

  test("ends with 3 when the deadline fires, with the answer that there is", async () => {
    const scenario = join(sandbox.cwd, "half.yaml");
    writeFileSync(
      scenario,
      "agents:\n  ada:\n    - calls: [{name: new_answer, input: {content: the only answer}}]\n  bob:\n    - hang: true\n      repeat: forever\n",
    );
    const agents = ["ada", "bob"]
      .map(
        (id) =>
          `  - {id: ${id}, backend: {type: simulated, model: simulated, scenario: half.yaml, tokens_per_second: 0}}\n`,
      )
      .join("");
    const { out, code } = await massgen(
      ["--automation", "--orchestrator-timeout", "1", "--config", fast(`agents:\n${agents}`), "Why?"],
      sandbox,
    );
    expect(code).toBe(3);
    expect(value(out, "WINNER")).toBe("ada");
    expect(json(value(out, "STATUS"))).toMatchObject({ finish_reason: "timeout" });
  });

  test("ends with 2 and the cause on stderr when no agent has an answer", async () => {
    writeFileSync(
      join(sandbox.cwd, "bad.yaml"),
      'agents:\n  "*":\n    - error: {code: auth, message: the key is refused}\n      repeat: forever\n',
    );
    const { out, err, code } = await massgen(
      [
        "--automation",
        "--config",
        fast("agents:\n  - {id: ada, backend: {type: simulated, model: simulated, scenario: bad.yaml}}\n"),
        "Why?",
      ],
      sandbox,
    );
    expect(code).toBe(2);
    expect(err).toContain("the key is refused");
    expect(out).not.toContain("WINNER");
    expect(out).not.toContain("ANSWER_FILE");
  });

  test("two runs at once in one directory do not touch each other's files", async () => {
    const config = fast();
    const ends = await Promise.all(
      [1, 2, 3].map((n) => massgen(["--automation", "--config", config, `Question ${n}?`], sandbox)),
    );
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0]);
    const dirs = ends.map(({ out }) => value(out, "LOG_DIR"));
    expect(new Set(dirs).size).toBe(3);
    for (const [index, { out }] of ends.entries()) {
      expect(json(value(out, "STATUS"))).toMatchObject({
        is_complete: true,
        meta: { question: `Question ${index + 1}?` },
      });
    }
  });

  test("an agent can run massgen inside its run_command: a run of its own, in its own workspace", async () => {
    const inner = join(sandbox.cwd, "inner.yaml");
    writeFileSync(
      inner,
      "agents:\n  - {id: solo, backend: {type: simulated, model: simulated, tokens_per_second: 0}}\n",
    );
    writeFileSync(
      join(sandbox.cwd, "outer-scenario.yaml"),
      `agents:\n  ada:\n    - calls: [{name: run_command, input: {command: 'massgen --automation --config ${inner} "Inner question?"; echo code $? depth $MASSGEN_DEPTH'}}]\n`,
    );
    const config = fast(
      "sandbox: off\nagents:\n  - {id: ada, backend: {type: simulated, model: simulated, scenario: outer-scenario.yaml, tokens_per_second: 0, enable_mcp_command_line: true}}\n",
    );
    const { out, code, err } = await massgen(["--automation", "--config", config, "Outer question?"], sandbox);
    expect(code, err).toBe(0);
    const journal = readFileSync(join(value(out, "LOG_DIR"), "turn_1/attempt_1/journal.jsonl"), "utf8");
    const ran = journal
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as { type: string; name?: string; output?: string })
      .find(({ type, name }) => type === "tool_finished" && name === "run_command");
    expect(ran?.output).toContain("code 0 depth 1");
    expect(ran?.output).toMatch(/QUESTION: Inner question\?/);
    const innerDir = value(ran?.output ?? "", "LOG_DIR");
    expect(innerDir).toContain(".massgen/workspaces/");
    expect(json(join(innerDir, "status.json"))).toMatchObject({
      is_complete: true,
      meta: { question: "Inner question?" },
    });
    expect(json(value(out, "STATUS"))).toMatchObject({ is_complete: true, meta: { question: "Outer question?" } });
  });
});

describe("bad input", () => {
  const bad: readonly (readonly [string, () => readonly string[], RegExp, number])[] = [
    [
      "no such configuration",
      () => ["--automation", "--config", "nope.yaml", "Why?"],
      /There is no configuration "nope\.yaml"/,
      1,
    ],
    [
      "an example that does not exist",
      () => ["--automation", "--config", "@examples/basic/singel", "Why?"],
      /Did you mean @examples\/basic\/single/,
      1,
    ],
    ["broken YAML", () => ["--automation", "--config", fast("agents:\n  - id: [\n"), "Why?"], /team\.yaml:\d+:\d+/, 1],
    [
      "an unknown backend",
      () => ["--automation", "--config", fast("agents:\n  - id: a\n    backend: {type: opnai, model: x}\n"), "Why?"],
      /team\.yaml:3:\d+ +agents\[0\]\.backend\.type is "opnai"[^]*Did you mean "openai"/,
      1,
    ],
    [
      "a key that is not set",
      () => [
        "--automation",
        "--config",
        fast("agents:\n  - id: a\n    backend: {type: openai, model: gpt-5.5}\n"),
        "Why?",
      ],
      /team\.yaml:3:\d+ [^]*OPENAI_API_KEY is not set[^]*export OPENAI_API_KEY/,
      1,
    ],
    ["an empty question", () => ["--automation", "--config", fast(), "  "], /question is empty/, 1],
    ["no question", () => ["--automation", "--config", fast()], /There is no question/, 1],
    ["no terminal", () => [], /no terminal/, 1],
    ["an unknown option", () => ["--automatoin"], /--automation/, 1],
    [
      "a bad time",
      () => ["--automation", "--orchestrator-timeout", "soon", "Why?"],
      /--orchestrator-timeout is "soon"/,
      1,
    ],
    [
      "no earlier session",
      () => ["-r", "20260101-000000-000000-abcdef", "--project", "none"],
      /no (session|terminal)/i,
      1,
    ],
  ];
  test.each(bad)("%s: one message with a hint, and nothing is left behind", async (_name, args, message, code) => {
    const end = await massgen(args(), sandbox);
    expect(end.err).toMatch(message);
    expect(end.code).toBe(code);
    expect(end.out).toBe("");
    expect(end.err).not.toMatch(/^\s+at /m);
    expect(existsSync(join(sandbox.cwd, ".massgen"))).toBe(false);
    expect(existsSync(join(sandbox.cwd, "workspace"))).toBe(false);
  });

  test("a model server that refuses the connection: 2, with its address and what to do", async () => {
    const port = await closedPort();
    const config = fast(
      `agents:\n  - id: a\n    backend: {type: ollama, model: x, base_url: "http://127.0.0.1:${port}/v1", retry_base_ms: 1}\n`,
    );
    const end = await massgen(["--automation", "--config", config, "Why?"], sandbox);
    expect(end.code).toBe(2);
    expect(end.err).toContain(`127.0.0.1:${port}`);
    expect(end.err).toMatch(/running/);
  });

  // Whoever is root may write anywhere, so the folder is in the way instead of being read-only.
  test("a log folder that cannot be written: 1, before any model is asked", async () => {
    writeFileSync(join(sandbox.cwd, ".massgen"), "in the way");
    const end = await massgen(["--automation", "--config", fast(), "Why?"], sandbox);
    expect(end.code).toBe(1);
    expect(end.err).toMatch(/Cannot write the log folder/);
    expect(readFileSync(join(sandbox.cwd, ".massgen"), "utf8")).toBe("in the way");
  });

  test("the shipped examples run with --dry-run", async () => {
    const names = [
      "basic/single",
      "basic/three-agents",
      "basic/mixed-providers",
      "interactive/lead-and-team",
      "meta/massgen-runs-massgen",
    ];
    const ends = names.map(async (name) => {
      const end = await massgen(["--automation", "--dry-run", "--config", `@examples/${name}`, "Why?"], sandbox);
      expect(end.code, `${name}\n${end.err}`).toBe(0);
    });
    await Promise.all(ends);
    expect((await massgen(["--automation", "--config", TEAM, "Why?"], sandbox)).code).toBe(0);
  });
});

test("a pipe gets plain lines on stderr and only the answer on stdout", async () => {
  const end = await massgen(["--config", fast(), "Why?"], sandbox);
  expect(end.code).toBe(0);
  expect(end.err).toMatch(/ada answered \(agent1\.1\)/);
  expect(end.err).toMatch(/voted for/);
  expect(`${end.out}${end.err}`).not.toContain("\u001b");
  expect(end.out).toMatch(/[Ss]imulated/);
});

test("a program can run a task through the package's own API", async () => {
  const script = join(sandbox.cwd, "program.mjs");
  const index = JSON.stringify(join(ROOT, "dist", "index.js"));
  writeFileSync(
    script,
    `import { runTask } from ${index};
const { exitCode, winner, answerFile } = await runTask({ question: "Why?", config: ${JSON.stringify(fast())} });
console.log(JSON.stringify({ exitCode, winner, answerFile }));
await runTask({ question: "Why?", config: "nope.yaml" }).catch(({ fault }) => console.log(fault.code));
`,
  );
  const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: sandbox.cwd, env: sandbox.env });
  const [result = "", rejected] = stdout.trim().split("\n");
  expect(JSON.parse(result)).toMatchObject({ exitCode: 0, winner: expect.stringMatching(/ada|bob|cyd/) });
  expect(rejected).toBe("config");
});

test("a folder's own configuration is used once the folder is trusted", async () => {
  mkdirSync(join(sandbox.cwd, ".massgen"));
  const solo = "agents:\n  - {id: solo, backend: {type: simulated, model: simulated, tokens_per_second: 0}}\n";
  writeFileSync(join(sandbox.cwd, ".massgen", "config.yaml"), solo);
  const before = await massgen(["--automation", "--dry-run", "Why?"], sandbox);
  expect(before.out).toMatch(/COMPLETED: 3 agents/);
  expect((await massgen(["trust"], sandbox)).out).toContain(`Trusted, as it is now: ${sandbox.cwd}`);
  const after = await massgen(["--automation", "Why?"], sandbox);
  expect(after.out).toMatch(/COMPLETED: 1 agents/);
});

/** Resolves when the file matches. Looks again whenever the file system says that something changed. */
async function appears(path: string, pattern: RegExp): Promise<void> {
  const { watch } = await import("node:fs");
  const matches = (): boolean => existsSync(path) && pattern.test(readFileSync(path, "utf8"));
  if (matches()) return;
  await new Promise<void>((resolve) => {
    const watcher = watch(join(path, ".."), () => {
      if (!matches()) return;
      watcher.close();
      resolve();
    });
    if (matches()) {
      watcher.close();
      resolve();
    }
  });
}
