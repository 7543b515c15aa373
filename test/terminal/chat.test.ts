import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ANSWER, approve, goodModel, makeRepository, say, writeTeam } from "./chat-script.ts";
import { chatRig } from "./rig.ts";

const rig = chatRig();

const project = (): string => join(rig.sandbox.cwd, "workspace", "projects", "work");
const eventsOf = (path: string): { type: string; agent?: string }[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as { type: string });
const filesBelow = (root: string): string[] =>
  readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
const runJournal = (): string => {
  const [run] = readdirSync(join(project(), "runs")).filter((name) => name.startsWith("run-"));
  return join(project(), "runs", run ?? "", "journal.jsonl");
};

describe.each(["openai", "chatcompletion", "claude", "gemini"] as const)("over the wire of %s", (type) => {
  test("a question, a run with approval and votes, and coming back the next day", async () => {
    makeRepository(rig.sandbox);
    const server = await rig.serve(goodModel);
    const args = ["--config", writeTeam(rig.sandbox, type, server.baseUrl(type))];
    const env = { TEST_KEY: "sk-secret-0123456789abcdef" };
    const first = await rig.open(args, { env });
    await say(first, "What does the auth module do?");
    await first.waitFor("verifies the token");
    expect(first.screen()).toContain("read src/auth.js");
    expect(first.screen()).not.toContain("**");

    await say(first, "Add WebSocket support to the API server");
    await approve(first);
    await first.waitFor("ada won with 3 of 3 votes");
    expect(first.scrollback()).toMatch(/✔ Run 1 · Add WebSocket support .*ada won 3 of 3/);
    expect(readFileSync(join(project(), "deliverables", "websocket.md"), "utf8")).toBe(ANSWER);
    expect(readFileSync(join(project(), "CONTEXT.md"), "utf8")).toContain("WebSocket support: done in run 1.");
    first.type("/quit");
    first.press("enter");
    expect(await first.exited).toMatchObject({ exitCode: 0 });

    const second = await rig.open([...args, "-c"], { env });
    await second.waitFor("WebSocket support is done, says CONTEXT.md. Deliverable: websocket.md");
    expect(second.scrollback()).toContain("ada won with 3 of 3 votes");

    // The key was sent to the provider and is nowhere else.
    expect(JSON.stringify(server.requests[0]?.headers)).toContain(env.TEST_KEY);
    const kept = [rig.sandbox.cwd, rig.sandbox.env["HOME"] ?? ""].flatMap((root) => filesBelow(root));
    expect(kept.length).toBeGreaterThan(10);
    expect(kept.filter((path) => readFileSync(path).includes(env.TEST_KEY))).toEqual([]);
    // No screen was ever cleared: what the user had in the terminal is still there.
    expect(first.raw()).not.toMatch(/\u001b\[[23]J/);
  });
});

const SIMULATED =
  "agents:\n" +
  ["ada", "bob", "cyd"]
    .map((id) => `  - {id: ${id}, backend: {type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 0}}\n`)
    .join("");

describe("the simulated team", () => {
  test.each([
    [100, 30],
    [60, 20],
  ])("does steps 1 to 3 at %i×%i, labelled as simulated", async (cols, rows) => {
    makeRepository(rig.sandbox);
    const first = await rig.open([], { cols, rows });
    expect(first.screen()).toMatch(/simulated\s+team answers/);
    await say(first, "What does the auth module do?");
    await first.waitFor(/answered directly/);
    expect(first.scrollback()).toContain("src/auth.js");
    await say(first, "Add WebSocket support");
    await approve(first);
    await first.waitFor(/Shall I|would do next|next/i, { timeoutMs: 30_000 });
    await first.waitFor((screen) => !screen.includes("esc to stop"), { timeoutMs: 30_000 });
    expect(first.scrollback()).toMatch(/won \d of 3/);
    expect(readdirSync(join(project(), "deliverables")).length).toBeGreaterThan(1);
    first.press("ctrl+d");
    await first.exited;
    const second = await rig.open(["-c"], { cols, rows });
    await second.waitFor(/run 1/i);
  });

  test("the same chat goes on over two days without a word about the first one being lost", async () => {
    makeRepository(rig.sandbox);
    const first = await rig.open([]);
    await say(first, "Start a new project: migrate the user service to gRPC");
    await first.waitFor(/▸ project .*grpc/i);
    first.type("/quit\r");
    await first.exited;
    const second = await rig.open([]);
    await say(second, "Continue the gRPC migration");
    await second.waitFor(/grpc/i);
    await second.waitFor(/Where things stand|stands|CONTEXT/i);
    expect(readdirSync(join(rig.sandbox.cwd, "workspace", "projects")).some((name) => name.includes("grpc"))).toBe(
      true,
    );
  });
});

describe("a chat that is killed in the middle of a run", () => {
  test("goes on with the run from its journal, and pays for no finished answer twice", async () => {
    makeRepository(rig.sandbox);
    let open1: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      open1 = resolve;
    });
    let killed = false;
    const server = await rig.serve(async (request) => {
      const isAgent = request.tools.includes("new_answer") && !request.tools.includes("launch_run");
      if (isAgent && request.model !== "model-of-ada" && !killed) await gate;
      return goodModel(request);
    });
    const args = ["--config", writeTeam(rig.sandbox, "chatcompletion", server.baseUrl("chatcompletion"))];
    const env = { TEST_KEY: "k" };
    const first = await rig.open(args, { env });
    await say(first, "Add WebSocket support");
    await approve(first);
    await first.waitFor(/answered 1\.1/);
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    killed = true;
    open1();
    const answersBefore = server.requests.filter(
      ({ model, tools }) =>
        model === "model-of-ada" &&
        tools.includes("new_answer") &&
        !tools.includes("vote") &&
        !tools.includes("launch_run"),
    ).length;
    expect(answersBefore).toBe(1);

    const second = await rig.open([...args, "-c"], { env });
    await second.waitFor("ada won with 3 of 3 votes", { timeoutMs: 30_000 });
    const events = eventsOf(runJournal());
    expect(events.filter(({ type }) => type === "run_resumed")).toHaveLength(1);
    expect(events.filter(({ type, agent }) => type === "answer_submitted" && agent === "ada")).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ type: "run_ended", outcome: "answered" });
    const first1 = server.requests.filter(
      ({ model, tools }) =>
        model === "model-of-ada" &&
        tools.includes("new_answer") &&
        !tools.includes("vote") &&
        !tools.includes("launch_run"),
    );
    expect(first1).toHaveLength(1);
  });

  test("shows the same approval again when it was killed at the question", async () => {
    makeRepository(rig.sandbox);
    const config = join(rig.sandbox.cwd, "sim.yaml");
    writeFileSync(config, SIMULATED);
    const first = await rig.open(["--config", config]);
    await say(first, "Add WebSocket support");
    await first.waitFor("Run approval");
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await rig.open(["--config", config, "-c"]);
    await approve(second);
    await second.waitFor(/✔ Run 1/, { timeoutMs: 30_000 });
  });
});

describe("leaving", () => {
  test("ctrl+c asks once, a second one quits, and the terminal is as it was", async () => {
    const terminal = await rig.open([]);
    terminal.press("ctrl+c");
    await terminal.waitFor(/ctrl\+c again to quit/i);
    terminal.press("ctrl+c");
    expect(await terminal.exited).toMatchObject({ exitCode: 0 });
    const last = (bytes: string): number => terminal.raw().lastIndexOf(bytes);
    expect(last("\u001b[?25h")).toBeGreaterThan(last("\u001b[?25l"));
    expect(last("\u001b[?2004l")).toBeGreaterThan(last("\u001b[?2004h"));
  });

  test("a chat in which nothing was said leaves nothing on disk", async () => {
    const terminal = await rig.open([]);
    terminal.press("ctrl+d");
    await terminal.exited;
    expect(readdirSync(rig.sandbox.cwd)).toEqual([]);
  });
});

test("a terminal of one column shows no error and can be left", async () => {
  const terminal = await rig.start([], { cols: 1, rows: 5 });
  await terminal.inputReady();
  terminal.press("ctrl+d");
  expect(await terminal.exited).toMatchObject({ exitCode: 0 });
});
