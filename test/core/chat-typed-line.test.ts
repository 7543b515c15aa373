import { expect, test } from "vitest";
import { parseMark } from "../../src/core/chat/typed-line.ts";

test.each([
  ["!npm test", "npm test"],
  [" ! ls\npwd ", "ls\npwd"],
])("%j runs a command", (line, command) => {
  expect(parseMark(line)).toMatchObject({
    kind: "shell",
    command: { tool: "shell", text: line.trim(), input: { command } },
  });
});

test("# and a blank is a note", () => {
  expect(parseMark("#  we use ws 8 ")).toMatchObject({
    kind: "note",
    command: { tool: "note", input: { text: "we use ws 8" } },
  });
});

test.each(["!", "! ", "#12 is broken", "#", "# Plan\n\nFirst …", "say !ls", "", "/run x"])(
  "%j is none of them",
  (line) => {
    expect(parseMark(line)).toBeUndefined();
  },
);
