import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { massgen, makeSandbox, type Sandbox } from "../helpers/cli.ts";
import type { Terminal } from "../helpers/terminal.ts";
import { approve, openChatTerminal, say } from "./chat-script.ts";

let sandbox: Sandbox;
const terminals: Terminal[] = [];
beforeEach(() => {
  sandbox = makeSandbox();
  mkdirSync(join(sandbox.cwd, "app"));
  writeFileSync(join(sandbox.cwd, "app/a.txt"), "one\ntwo\nthree\n");
  writeFileSync(join(sandbox.cwd, "scenario.yaml"), SCENARIO);
  writeFileSync(join(sandbox.cwd, "team.yaml"), TEAM);
});
afterEach(async () => {
  await Promise.all(terminals.splice(0).map((terminal) => terminal.kill()));
  sandbox.remove();
});

/** Its copy of app/ lies in its workspace under that name. */
const SCENARIO = `agents:
  ada:
    - calls:
        - {name: edit_file, input: {path: app/a.txt, old_text: three, new_text: THREE}}
        - {name: write_file, input: {path: app/new.txt, content: "made\\n"}}
    - calls: [{name: new_answer, input: {content: done}}]
    - {text: "I changed a.txt.", repeat: forever}
`;
const TEAM = `agents:
  - {id: ada, backend: {type: simulated, model: simulated, scenario: scenario.yaml, tokens_per_second: 0, latency_ms: 0}}
orchestrator:
  context_paths: [{path: app, permission: write}]
`;
const text = (name: string): string => readFileSync(join(sandbox.cwd, "app", name), "utf8");
const run = (...args: string[]) => massgen(args, sandbox);

test("a headless run changes what it may write, says so, and massgen undo takes it back", async () => {
  const done = await run("--automation", "--json", "--config", "team.yaml", "Change it");
  expect(done.code, done.err).toBe(0);
  expect(done.err).toContain("Changed 2 files of yours: M a.txt, A new.txt. To take it back: massgen undo");
  expect(JSON.parse(done.out.trimEnd().split("\n").at(-1) ?? "")).toMatchObject({
    changes: { applied: true, files: ["M a.txt", "A new.txt"] },
  });
  expect(text("a.txt")).toBe("one\ntwo\nTHREE\n");
  expect((await run("diff")).out).toContain("-three\n+THREE\n");
  expect(await run("apply")).toMatchObject({ code: 1, err: expect.stringContaining("in your files already") });

  writeFileSync(join(sandbox.cwd, "app/a.txt"), "ONE\ntwo\nTHREE\n");
  expect(await run("undo")).toMatchObject({ code: 0, out: "M a.txt\nA new.txt\n" });
  expect(text("a.txt")).toBe("ONE\ntwo\nthree\n");
  expect(readdirSync(join(sandbox.cwd, "app"))).toEqual(["a.txt"]);

  writeFileSync(join(sandbox.cwd, "app/a.txt"), "one\ntwo\nmine\n");
  const refused = await run("apply");
  expect(refused).toMatchObject({ code: 2, out: "" });
  expect(refused.err).toContain("a.txt: both sides changed the same lines");
  expect(refused.err).toContain("-mine");
  expect(text("a.txt")).toBe("one\ntwo\nmine\n");
  expect(readdirSync(join(sandbox.cwd, "app"))).toEqual(["a.txt"]);
});

test("a run that came along with a folder changes nothing", async () => {
  await run("--automation", "--config", "team.yaml", "Change it");
  await run("undo");
  const elsewhere = join(sandbox.cwd, "..", "cloned");
  renameSync(sandbox.cwd, elsewhere);
  mkdirSync(sandbox.cwd);
  const stranger = await massgen(["apply"], { ...sandbox, cwd: elsewhere });
  expect(stranger).toMatchObject({ code: 1, err: expect.stringContaining("not started by you in this folder") });
});

test("in the chat the user looks at the changes, applies them, and takes them back", async () => {
  const terminal = await openChatTerminal(sandbox, ["--config", "team.yaml"], {});
  terminals.push(terminal);
  await terminal.inputReady();
  await say(terminal, "/diff");
  await terminal.waitFor("No run of this project is over yet");
  await say(terminal, "/single change it");
  await approve(terminal);
  await terminal.waitFor("would change 2 files of yours: M a.txt, A new.txt");
  expect(text("a.txt")).toBe("one\ntwo\nthree\n");
  await say(terminal, "/diff");
  await terminal.waitFor("Run 1 changes 2 files");
  expect(terminal.screen()).toMatch(/-three\n\s+\+THREE/);
  await say(terminal, "/apply");
  await terminal.waitFor("Run 1: 2 files changed · /undo 1 takes it back");
  expect(text("a.txt")).toBe("one\ntwo\nTHREE\n");
  await say(terminal, "/undo 1");
  await terminal.waitFor("Run 1: 2 files as before");
  expect(text("a.txt")).toBe("one\ntwo\nthree\n");
  expect(readdirSync(join(sandbox.cwd, "app"))).toEqual(["a.txt"]);
});
