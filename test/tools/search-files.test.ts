import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { findProgram } from "../../src/workspace/find-program.ts";
import { searchFilesTool } from "../../src/tools/search-files.ts";
import { agentFiles, call, failureOf, outputOf } from "./tool-rig.ts";

const FILES = {
  ".gitignore": "ignored/\n",
  "src/login.ts": "export function login() {\n  return checkPassword();\n}\n",
  "src/user.ts": "import { login } from './login.ts';\nconst Login = login;\r\n",
  "src/deep/note.md": "Please login (now).\n",
  "docs/LOGIN.md": "nothing here\n",
  "ignored/login.ts": "login\n",
  "-n": "dash login\n",
  "ä ö.txt": "umlaut login\n",
};

// Where ripgrep is installed, both ways must find the same.
const path = process.env["PATH"] ?? "";
const ways =
  (await findProgram("rg", path)) === undefined
    ? [["without ripgrep", ""]]
    : [
        ["without ripgrep", ""],
        ["with ripgrep", path],
      ];

describe.each(ways)("search_files %s", (_, searchPath) => {
  test("finds names and lines, in order", async () => {
    const tool = searchFilesTool(await agentFiles(FILES), searchPath);
    expect(await outputOf(tool, { query: "login" })).toBe(
      [
        "2 file names match:",
        "docs/LOGIN.md",
        "src/login.ts",
        "",
        "6 matching lines:",
        "-n:1: dash login",
        "src/deep/note.md:1: Please login (now).",
        "src/login.ts:1: export function login() {",
        "src/user.ts:1: import { login } from './login.ts';",
        "src/user.ts:2: const Login = login;",
        "ä ö.txt:1: umlaut login",
      ].join("\n"),
    );
  });

  test("a query with a capital letter means it", async () => {
    const tool = searchFilesTool(await agentFiles(FILES), searchPath);
    expect(await outputOf(tool, { query: "Login" })).toBe("1 matching line:\nsrc/user.ts:2: const Login = login;");
  });

  test("a query is plain text, unless it is said to be a regular expression", async () => {
    const tool = searchFilesTool(await agentFiles(FILES), searchPath);
    expect(await outputOf(tool, { query: "login()" })).toContain("1 matching line:\nsrc/login.ts:1:");
    expect(await outputOf(tool, { query: String.raw`login\(\)|\(now\)`, regex: true })).toContain("2 matching lines:");
    expect(await outputOf(tool, { query: "login;$", regex: true })).toContain("src/user.ts:2:");
    expect(await outputOf(tool, { query: "log(?!in)", regex: true })).toBe("Nothing matches in 7 files.");
    expect(await outputOf(tool, { query: "-e" })).toBe("Nothing matches in 7 files.");
    expect(await failureOf(tool, { query: "login(", regex: true })).toContain("Correct the regular expression");
  });

  test("can be narrowed to a directory, a file or a pattern", async () => {
    const tool = searchFilesTool(await agentFiles(FILES), searchPath);
    expect(await outputOf(tool, { query: "login", path: "src/deep" })).toBe(
      "1 matching line:\nsrc/deep/note.md:1: Please login (now).",
    );
    expect(await outputOf(tool, { query: "return", path: "src/login.ts" })).toBe(
      "1 matching line:\nsrc/login.ts:2: return checkPassword();",
    );
    expect(await outputOf(tool, { query: "login", glob: "*.md" })).toContain("1 matching line:\nsrc/deep/note.md:1:");
    expect(await outputOf(tool, { query: "now", glob: "src/**/*.ts" })).toBe("Nothing matches in 2 files.");
    expect(await outputOf(tool, { query: "login", path: "ignored" })).toContain("ignored/login.ts:1: login");
  });

  test("many matches are cut off, and long lines clipped", async () => {
    const files = await agentFiles({ "many.txt": "match\n".repeat(500), "wide.txt": `match${"x".repeat(5000)}` });
    const output = await outputOf(searchFilesTool(files, searchPath), { query: "match" });
    const lines = output.split("\n");
    expect(lines[0]).toBe("more than 200 matching lines:");
    expect(lines).toHaveLength(202);
    expect(lines.at(-1)).toContain("more left out");
    const wide = await outputOf(searchFilesTool(files, searchPath), { query: "match", path: "wide.txt" });
    expect(wide.length).toBeLessThan(400);
  });

  test("binary, huge and secret files are passed over", async () => {
    const files = await agentFiles({ ".env": "KEY=findme", "a.txt": "findme" });
    await writeFile(join(files.root, "x.bin"), Buffer.from("findme\0\n"));
    await writeFile(join(files.root, "huge.txt"), Buffer.alloc(2 * 1024 * 1024, "findme\n"));
    expect(await outputOf(searchFilesTool(files, searchPath), { query: "findme" })).toBe(
      "1 matching line:\na.txt:1: findme",
    );
  });

  test("stays inside the grants", async () => {
    const tool = searchFilesTool(await agentFiles(FILES), searchPath);
    expect(await failureOf(tool, { query: "root", path: "/etc" })).toContain("outside the places");
    expect(await failureOf(tool, { query: "SECRET", path: "../../.." })).toContain("outside the places");
    expect(await failureOf(tool, { query: "x", path: "gone" })).toContain("does not exist");
  });

  test("stops when it is interrupted", async () => {
    const tool = searchFilesTool(await agentFiles(FILES), searchPath);
    const signal = AbortSignal.abort(new Error("stop it"));
    await expect(call(tool, { query: "login" }, signal)).rejects.toThrow("stop it");
  });
});

test("an expression that would take years is given up after two seconds", async () => {
  const tool = searchFilesTool(await agentFiles({ "a.txt": `${"a".repeat(50)}b` }), "");
  expect(await failureOf(tool, { query: "^(a+)+$", regex: true })).toContain("took longer than 2 s");
});
