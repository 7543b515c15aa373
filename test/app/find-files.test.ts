import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createFileFinder } from "../../src/app/find-files.ts";

let root: string;
let time: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "massgen-find-"));
  time = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(...paths: readonly string[]): void {
  for (const path of paths) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), "");
  }
}

function open(): (query: string) => Promise<readonly string[]> {
  const grants = [{ path: root, permission: "read" as const }];
  const find = createFileFinder({ root, snapshots: root, grants }, () => time);
  return async (query) => {
    let found = await find(query);
    while (found.reading) found = await find(query);
    return found.paths;
  };
}

describe.each(["a git repository", "a plain directory"])("in %s", (kind) => {
  beforeEach(() => {
    if (kind === "a git repository") execFileSync("git", ["init", "-q"], { cwd: root });
    writeFileSync(join(root, ".gitignore"), "dist/\n*.log\n");
    write("src/auth.js", "src/routes/author.ts", "docs/über uns.md", "dist/main.js", "out.log", ".massgen/x.json");
  });

  test.each([
    ["auth.js", "src/auth.js"],
    ["sroau", "src/routes/author.ts"],
    ["SRC/ROU", "src/routes/"],
    ["über", "docs/über uns.md"],
  ])("%s finds %s first", async (query, path) => {
    expect((await open()(query))[0]).toBe(path);
  });

  test("without a word, what lies at the top comes first; nothing ignored or of our own is offered", async () => {
    const found = await open()("");
    expect(found.slice(0, 3)).toEqual([".gitignore", "docs/", "src/"]);
    expect(found.join(" ")).not.toMatch(/dist|log|massgen/);
    expect(await open()("outlog")).toEqual([]);
  });

  test("the exact directory finds what is ignored, and nothing outside", async () => {
    expect(await open()("dist/ma")).toEqual(["dist/main.js"]);
    expect(await open()("../")).toEqual([]);
    expect(await open()("nowhere/x")).toEqual([]);
  });

  test("a file that is made later is found once the list is old", async () => {
    const find = open();
    expect(await find("later")).toEqual([]);
    write("src/later.ts");
    time = 60_000;
    await expect.poll(() => find("later"), { timeout: 15_000 }).toEqual(["src/later.ts"]);
  });
});

test("a directory that is gone has no files", async () => {
  const find = open();
  rmSync(root, { recursive: true });
  expect(await find("x")).toEqual([]);
});
