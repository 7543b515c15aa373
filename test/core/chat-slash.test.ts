import { expect, test } from "vitest";
import { parseSlash, slashCommands } from "../../src/core/chat/slash.ts";

test("/run and /single propose a run with the line as it was typed", () => {
  expect(parseSlash("/run  Fix the login\nand its tests ")).toEqual({
    kind: "command",
    command: {
      do: "call",
      text: "/run  Fix the login\nand its tests",
      tool: "launch_run",
      input: { task: "Fix the login\nand its tests", agent_mode: "multi" },
    },
  });
  expect(parseSlash("/single check it")).toMatchObject({
    command: { input: { task: "check it", agent_mode: "single", refinement: false } },
  });
});

test.each([
  ["/?", "help"],
  ["/HELP", "help"],
  ["/q", "quit"],
  ["/exit", "quit"],
  ["/sessions", "resume"],
  ["/continue", "resume"],
  ["/usage", "cost"],
  ["/models", "team"],
  ["/ps", "runs"],
  ["/doctor", "status"],
  ["/approvals", "permissions"],
  ["/settings", "status"],
  ["/keys", "help"],
  ["/budget", "cost"],
  ["/plan", "plan"],
])("%s is %s", (line, action) => {
  expect(parseSlash(line)).toEqual({ kind: "screen", action, arg: "" });
});

test("what follows a screen command is its argument", () => {
  expect(parseSlash("/stop 2")).toEqual({ kind: "screen", action: "stop", arg: "2" });
});

test("/project opens the named project, and alone asks where this one stands", () => {
  expect(parseSlash("/project gRPC migration")).toMatchObject({
    command: { do: "call", tool: "open_project", input: { name: "gRPC migration" } },
  });
  expect(parseSlash("/project")).toMatchObject({ kind: "command", command: { do: "say" } });
});

test("a command without what it needs says how it is used", () => {
  expect(parseSlash("/run ")).toEqual({ kind: "incomplete", name: "run", usage: "/run <task>" });
});

test.each([
  ["/rnu fix it", "run"],
  ["/hlep", "help"],
  ["/reusme", "resume"],
  ["/proj", "project"],
  ["/xyzzy", undefined],
])("%s is unknown; meant was perhaps %s", (line, didYouMean) => {
  expect(parseSlash(line)).toMatchObject({ kind: "unknown", didYouMean });
});

test.each(["/etc/hosts is wrong", "/", "// a comment", "/ run", "/tmp/x"])("%s is text to say", (line) => {
  expect(parseSlash(line)).toBeUndefined();
});

test("no name and no alias stands for two commands", () => {
  const names = slashCommands.flatMap(({ name, aliases }) => [name, ...aliases]);
  expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
});

test.each([
  ["/review", { do: "say", text: "Review my uncommitted changes (git diff)." }],
  ["/review src/auth.js", { do: "say", text: "Review src/auth.js." }],
  ["/init", { do: "say", text: expect.stringContaining("CONTEXT.md") as string }],
  ["/side what?", { do: "ask_aside", question: "what?" }],
  ["/plan the move", { do: "call", input: { task: "the move", purpose: "planning", planning_mode: true } }],
])("%s", (line, command) => {
  expect(parseSlash(line)).toMatchObject({ kind: "command", command });
});
