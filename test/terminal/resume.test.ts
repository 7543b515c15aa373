import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { whenJournalHas } from "../faults/watch-journal.ts";
import { type Finished, makeSandbox, massgen, type Sandbox, startMassgen } from "../helpers/cli.ts";
import { type ModelServer, startModelServer } from "../helpers/model-server.ts";

let sandbox: Sandbox;
let server: ModelServer | undefined;
beforeEach(() => {
  sandbox = makeSandbox();
  server = undefined;
});
afterEach(async () => {
  await server?.close();
  sandbox.remove();
});

const value = (out: string, name: string): string => new RegExp(`^${name}: (.*)$`, "m").exec(out)?.[1] ?? "";
const journalOf = (logDir: string): string => join(logDir, "turn_1/attempt_1/journal.jsonl");
const eventsOf = (logDir: string): { type: string; agent?: string; callId?: string; output?: string }[] =>
  readFileSync(journalOf(logDir), "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as { type: string });
const count = (logDir: string, type: string): number => eventsOf(logDir).filter((event) => event.type === type).length;

/** Agents that take a moment for every reply. */
function team(ids: readonly string[] = ["ada", "bob"], latencyMs = 120): string {
  const path = join(sandbox.cwd, "team.yaml");
  const agents = ids.map(
    (id) =>
      `  - {id: ${id}, backend: {type: simulated, model: simulated, tokens_per_second: 100000, latency_ms: ${latencyMs}}}\n`,
  );
  writeFileSync(path, `agents:\n${agents.join("")}`);
  return path;
}

/** Starts a run and ends it with the signal once its journal has so many events. Resolves with its log folder. */
async function interrupted(args: readonly string[], events: number, signal: NodeJS.Signals = "SIGKILL") {
  const run = startMassgen(["--automation", ...args], sandbox);
  const logDir = value(await run.saw(/^QUESTION: /m), "LOG_DIR");
  const stop = whenJournalHas(journalOf(logDir), events, () => run.child.kill(signal));
  const end = await run.finished;
  stop();
  return { logDir, end };
}

const resume = (args: readonly string[], where: Pick<Sandbox, "cwd" | "env"> = sandbox): Promise<Finished> =>
  massgen(["resume", ...args, "--automation"], where);

describe("massgen resume", () => {
  test("goes on with a killed run in its own log folder, and says so when it is over", async () => {
    const { logDir } = await interrupted(["--config", team(), "Why?"], 6);
    const before = readFileSync(journalOf(logDir), "utf8");
    const list = await massgen(["runs"], sandbox);
    expect(list.out).toMatch(/log_\S+ +– +on hold +– +\$0 +today \d\d:\d\d +Why\?/);
    expect(list.out).toContain(`massgen resume ${logDir.split("/").at(-1)}`);

    const end = await resume(["latest"]);
    expect(end.code, end.err).toBe(0);
    expect(end.out.split("\n").map((line) => line.replace(/:.*/, ""))).toEqual([
      "LOG_DIR",
      "STATUS",
      "QUESTION",
      "[Coordination in progress - monitor status.json for real-time updates]",
      "WINNER",
      "ANSWER_FILE",
      "DURATION",
      "ANSWER_PREVIEW",
      "COMPLETED",
      "",
    ]);
    expect(value(end.out, "LOG_DIR")).toBe(logDir);
    expect(value(end.out, "QUESTION")).toBe("Why?");
    const after = readFileSync(journalOf(logDir), "utf8");
    expect(after.startsWith(before.slice(0, before.lastIndexOf("\n") + 1))).toBe(true);
    expect(count(logDir, "run_resumed")).toBe(1);

    const again = await resume(["latest"]);
    expect(again.code).toBe(1);
    expect(again.out).toBe("");
    expect(again.err).toMatch(/is over: answered by (ada|bob)\n +The answer is in .*answer\.txt/);
    const rows = JSON.parse((await massgen(["runs", "--json"], sandbox)).out) as unknown[];
    expect(rows).toMatchObject([
      {
        id: logDir.split("/").at(-1),
        number: null,
        project: null,
        title: "Why?",
        status: "answered",
        pid: null,
        winner: value(end.out, "WINNER"),
        cost_usd: 0,
        log_dir: logDir,
      },
    ]);
  });

  test("refuses a run that another program drives, by its process, and shows it as running", async () => {
    const run = startMassgen(["--automation", "--config", team(["ada"], 60_000), "Why?"], sandbox);
    const logDir = value(await run.saw(/^QUESTION: /m), "LOG_DIR");
    const end = await resume([logDir]);
    expect(end.code).toBe(1);
    expect(end.err).toContain(`is under way in another program (process ${run.child.pid})`);
    const rows = JSON.parse((await massgen(["runs", "--json"], sandbox)).out) as unknown[];
    expect(rows).toMatchObject([{ status: "running", pid: run.child.pid }]);
    run.child.kill("SIGTERM");
    await run.finished;
    expect(count(logDir, "run_resumed")).toBe(0);
  });

  test.each([
    ["SIGTERM", 4],
    ["SIGINT", 5],
  ] as const)("goes on with a run that %s ended", async (signal, events) => {
    const { logDir } = await interrupted(["--config", team(), "Why?"], events, signal);
    const end = await resume([logDir.split("/").at(-1) ?? ""]);
    expect(end.code, end.err).toBe(0);
    expect(count(logDir, "run_resumed")).toBe(1);
    expect(eventsOf(logDir).at(-1)).toMatchObject({ type: "run_ended", outcome: "answered" });
    expect(readFileSync(value(end.out, "ANSWER_FILE"), "utf8")).not.toBe("");
  });

  test("is found from another directory by the path of its log folder, and writes where it wrote", async () => {
    const { logDir } = await interrupted(["--config", team(), "Why?"], 4);
    const elsewhere = join(sandbox.cwd, "..", "elsewhere");
    mkdirSync(elsewhere);
    const end = await resume([logDir], { ...sandbox, cwd: elsewhere });
    expect(end.code, end.err).toBe(0);
    expect(value(end.out, "LOG_DIR")).toBe(logDir);
    expect((await massgen(["runs"], { ...sandbox, cwd: elsewhere })).out).toBe("There are no runs here yet.\n");
  });

  test("remembers --dry-run", async () => {
    const config = join(sandbox.cwd, "real.yaml");
    writeFileSync(config, "agents:\n  - {id: ada, backend: {type: openai, model: gpt-5.5}}\n");
    const { logDir } = await interrupted(["--dry-run", "--config", config, "Why?"], 2);
    const end = await resume(["latest"]);
    expect(end.code, end.err).toBe(0);
    expect(end.err).toContain("Dry run");
    expect(value(end.out, "LOG_DIR")).toBe(logDir);
  });

  test("remembers the model of the command line", async () => {
    const { logDir } = await interrupted(["--backend", "simulated", "--model", "simulated", "Why?"], 2);
    const end = await resume(["latest"]);
    expect(end.code, end.err).toBe(0);
    expect(value(end.out, "LOG_DIR")).toBe(logDir);
    expect(value(end.out, "WINNER")).toBe("agent1");
  });

  test("tells an agent that its command was cut off, and does not run it again", async () => {
    server = await startModelServer(({ messages, tools }) => {
      if (messages.some(({ role }) => role === "tool")) {
        return tools.includes("new_answer")
          ? { calls: [{ name: "new_answer", input: { content: "It is there." } }] }
          : { text: "It is there." };
      }
      return { calls: [{ name: "run_command", input: { command: "echo $$ > started; sleep 300" } }] };
    });
    const config = join(sandbox.cwd, "one.yaml");
    writeFileSync(
      config,
      `agents:\n  - {id: ada, backend: {type: chatcompletion, model: m, base_url: "${server.baseUrl("chatcompletion")}", enable_mcp_command_line: true}}\npermissions: {allow: [run_command]}\n`,
    );
    const { logDir } = await interrupted(["--config", config, "Is it there?"], 5);
    expect(eventsOf(logDir).at(-1)).toMatchObject({ type: "tool_started" });
    const asked = server.requests.length;
    const end = await resume(["latest"]);
    expect(end.code, end.err).toBe(0);
    expect(end.err).toMatch(
      /ada was interrupted at: run echo \$\$ > started; sleep 300\. It is not done again by itself/,
    );
    const told = server.requests[asked]?.messages.map(({ text }) => text) ?? [];
    expect(told.at(-1)).toContain("Interrupted before completion; outcome unknown. Do not assume it ran.");
    expect(count(logDir, "tool_started")).toBe(1);
    expect(eventsOf(logDir).filter(({ type }) => type === "execution_started")).toMatchObject([{}, { continues: 1 }]);
  });

  test("completes a run that was killed between its last event and its answer file", async () => {
    const config = team();
    const { out } = await massgen(["--automation", "--config", config, "Why?"], sandbox);
    const [logDir, answerFile] = [value(out, "LOG_DIR"), value(out, "ANSWER_FILE")];
    const [answer, events] = [readFileSync(answerFile, "utf8"), eventsOf(logDir).length];
    rmSync(join(logDir, "turn_1/attempt_1/final"), { recursive: true });
    rmSync(join(logDir, "turn_1/attempt_1/status.json"));
    const end = await resume(["latest"]);
    expect(end.code, end.err).toBe(0);
    expect(value(end.out, "WINNER")).toBe(value(out, "WINNER"));
    expect(readFileSync(value(end.out, "ANSWER_FILE"), "utf8")).toBe(answer);
    expect(eventsOf(logDir)).toHaveLength(events);
    expect(JSON.parse(readFileSync(value(end.out, "STATUS"), "utf8"))).toMatchObject({ is_complete: true });
  });

  test("shows the answer alone on stdout without --automation", async () => {
    await interrupted(["--config", team(), "Why?"], 4);
    const end = await massgen(["resume", "latest"], sandbox);
    expect(end.code, end.err).toBe(0);
    expect(end.out).not.toContain("LOG_DIR");
    expect(end.err).toMatch(/goes on where it was interrupted/);
  });
});

describe("a run that cannot go on says why, and stays as it is", () => {
  test("its configuration is gone: another one can be named", async () => {
    const config = team();
    const { logDir } = await interrupted(["--config", config, "Why?"], 4);
    const before = readFileSync(journalOf(logDir), "utf8");
    renameSync(config, join(sandbox.cwd, "moved.yaml"));
    const end = await resume(["latest"]);
    expect(end.code).toBe(1);
    expect(end.err).toContain(`is not there any more: ${config}`);
    expect(readFileSync(journalOf(logDir), "utf8")).toBe(before);
    expect((await resume(["latest", "--config", "moved.yaml"])).code).toBe(0);
  });

  test("its configuration has lost an agent", async () => {
    const { logDir } = await interrupted(["--config", team(), "Why?"], 4);
    const before = readFileSync(journalOf(logDir), "utf8");
    team(["ada"]);
    const end = await resume(["latest"]);
    expect(end.code).toBe(1);
    expect(end.err).toMatch(/needs agent "bob"/);
    expect(readFileSync(journalOf(logDir), "utf8")).toBe(before);
  });

  test("somebody else left it in the folder: its configuration is used only once the user says so", async () => {
    const { logDir } = await interrupted(["--config", team(), "Why?"], 4);
    const home = join(sandbox.cwd, "..", "another-home");
    mkdirSync(home);
    const other = { ...sandbox, env: { ...sandbox.env, HOME: home } };
    const end = await resume([logDir], other);
    expect(end.code).toBe(1);
    expect(end.err).toMatch(/was not started by you.*\n.*--config FILE, or trust this folder: massgen trust/);
    expect((await resume([logDir, "--config", "team.yaml"], other)).code).toBe(0);
  });

  test.each([
    [["nope"], /There is no run "nope" here\n.*the newest is log_/],
    [["7"], /There is no run "7" here/],
    [["./nowhere"], /There is no run at .*nowhere/],
    [["latest", "--project", "none"], /There are no runs in project none/],
  ])("%j is no run", async (args, message) => {
    await interrupted(["--config", team(), "Why?"], 2);
    const end = await resume(args);
    expect(end.code).toBe(1);
    expect(end.out).toBe("");
    expect(end.err).toMatch(message);
  });

  test("there are none", async () => {
    const end = await resume(["latest"]);
    expect(end.code).toBe(1);
    expect(end.err).toMatch(/There are no runs in /);
  });
});
