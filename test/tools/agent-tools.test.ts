import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { FaultError } from "../../src/core/fault.ts";
import type { Tool } from "../../src/core/tool.ts";
import { agentTools } from "../../src/tools/agent-tools.ts";
import { leadTools } from "../../src/tools/lead-tools.ts";
import { commandTools, runCommandTool } from "../../src/tools/run-command.ts";
import { openBackgroundCommands } from "../../src/workspace/background-commands.ts";
import { agentFiles, call, outputOf } from "./tool-rig.ts";

const names = (tools: readonly Tool[]): readonly string[] => tools.map(({ name }) => name);
const allow = (): undefined => undefined;

test("an agent reads, lists, searches, writes and edits, and runs commands only where that is wanted", async () => {
  const files = await agentFiles();
  const looking = ["read_file", "list_directory", "glob", "search_files"];
  const without = [...looking, "write_file", "edit_file", "multi_edit"];
  expect(names(agentTools(files, {}))).toEqual([...without, "update_plan"]);
  expect(names(agentTools(files, { runCommand: { allow } }))).toEqual([...without, "run_command", "update_plan"]);
  const background = openBackgroundCommands();
  const all = names(agentTools(files, { runCommand: { allow, background } }));
  expect(all.slice(without.length)).toEqual(["run_command", "command_output", "stop_command", "update_plan"]);
});

test("an agent that plans, and the lead, can change nothing", async () => {
  const files = await agentFiles();
  const planning = agentTools(files, { planningMode: true, runCommand: { allow } });
  const looking = ["read_file", "list_directory", "glob", "search_files"];
  expect(names(planning)).toEqual([...looking, "update_plan"]);
  expect(names(leadTools(files))).toEqual([...looking, "git_status", "git_diff"]);
  for (const { capability } of [...planning, ...leadTools(files)]) expect(capability).toMatch(/^(read|coordinate)$/);
});

test("every tool describes its input as an object, and its call in one short line, whatever the input", async () => {
  const files = await agentFiles();
  for (const tool of [...agentTools(files, { runCommand: { allow } }), ...leadTools(files)]) {
    expect(tool.inputSchema).toMatchObject({ type: "object" });
    const inputs = [undefined, null, {}, { path: "a\nb".repeat(500), query: "x\n".repeat(500), command: "\n\n" }];
    for (const input of inputs) {
      expect(tool.summary(input), tool.name).toMatch(/^[^\n]{1,180}$/);
    }
  }
  expect(agentTools(files, {})[0]?.summary({ path: "src/auth.ts" })).toBe("read src/auth.ts");
});

test("run_command works in the agent's directory and returns output and exit code", async () => {
  const files = await agentFiles({ "a.txt": "hello\n" });
  const tool = runCommandTool(files, { allow, env: { EXTRA: "extra" } });
  expect(await outputOf(tool, { command: 'cat a.txt; echo "$EXTRA" > b.txt; exit 2' })).toMatch(
    /^hello\n\[exit code 2 after \d\.\ds\]$/,
  );
  expect(await readFile(join(files.root, "b.txt"), "utf8")).toBe("extra\n");
  expect(await outputOf(tool, { command: "true" })).toMatch(/^\(no output\)\n\[exit code 0 after/);
});

test("run_command is stopped after its time, of which the model cannot ask for more", async () => {
  const tool = runCommandTool(await agentFiles(), { allow, timeoutSeconds: 0.2 });
  const command = "echo begun; sleep 30";
  expect(await outputOf(tool, { command, timeout_seconds: 30 })).toBe("begun\n[stopped after 0.2 s: it took too long]");
});

test("run_command shows the last line while it runs, and ends with the turn", async () => {
  const tool = runCommandTool(await agentFiles(), { allow });
  const controller = new AbortController();
  const shown: string[] = [];
  const running = tool.run(
    { command: "printf 'one\\ntwo\\n'; sleep 30" },
    {
      signal: controller.signal,
      progress(text) {
        shown.push(text);
        if (text === "two") controller.abort(new FaultError({ code: "cancelled", message: "Stopped by the user" }));
      },
    },
  );
  await expect(running).rejects.toThrow("Stopped by the user");
  expect(shown.at(-1)).toBe("two");
});

test("what a command needs is asked before it runs, and a refusal is told", async () => {
  const ask = { kind: "command", title: "Run a command?", detail: "rm -rf build" } as const;
  const tool = runCommandTool(await agentFiles(), {
    allow(command) {
      if (command.startsWith("sudo")) throw new FaultError({ code: "denied", message: "No sudo" });
      return command.startsWith("rm") ? ask : undefined;
    },
  });
  expect(await tool.approval({ command: "rm -rf build" })).toEqual(ask);
  expect(await tool.approval({ command: "ls" })).toBeUndefined();
  await expect(tool.approval({ command: "sudo ls" })).rejects.toThrow("No sudo");
  expect(await call(tool, { command: "" })).toMatchObject({ failed: true });
});

test("a command in the background is read as it goes on, stopped, and gone with everything it started", async () => {
  const files = await agentFiles();
  const background = openBackgroundCommands();
  onTestFinished(background.close);
  const [run, output, stop] = commandTools(files, { allow, background });
  if (!run || !output || !stop) throw new Error("A tool is missing");
  const loop =
    "(trap '' TERM; echo $BASHPID > child; exec sleep 300) & until [ -s child ]; do :; done; echo begun; wait";
  expect(await outputOf(run, { command: loop, background: true })).toContain("Started as command-1");
  expect(await outputOf(output, { name: "command-1", wait_seconds: 30 })).toBe("begun\n[still running]");
  expect(await outputOf(output, { name: "command-1", wait_seconds: 0 })).toBe("(no new output)\n[still running]");
  expect(await outputOf(stop, { name: "command-1" })).toContain("[Stopped]");
  const child = (await readFile(join(files.root, "child"), "utf8")).trim();
  expect(await readFile(`/proc/${child}/cmdline`, "utf8").catch(() => "")).toBe(""); // gone, or nobody has buried it yet
  await outputOf(run, { command: "echo done; exit 3", background: true });
  expect(await outputOf(output, { name: "command-2", wait_seconds: 30 })).toContain("done");
  expect((await call(output, { name: "command-9" })).output).toContain("There are command-1, command-2");
});

test("git in a workspace does not find the repository that the workspace lies in", async () => {
  const files = await agentFiles();
  const run = runCommandTool(files, { allow });
  await outputOf(run, { command: `git init -q ../../..` });
  expect(await outputOf(run, { command: "git rev-parse --show-toplevel" })).toContain("not a git repository");
});
