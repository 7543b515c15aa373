import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readOrigin, writeOrigin } from "../../src/app/run-origin.ts";

let base: string;
let env: Record<string, string>;
let journal: string;
beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "massgen-origin-"));
  env = { HOME: join(base, "home") };
  mkdirSync(join(base, "run"));
  journal = join(base, "run", "journal.jsonl");
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

describe("how a run found its team", () => {
  test("is read again as it was written", async () => {
    const origin = {
      config: "/home/me/team.yaml",
      dryRun: true,
      quick: { model: "gpt-5.5", systemMessage: "Be brief." },
    };
    await writeOrigin(journal, origin, env);
    expect(await readOrigin(journal, env)).toEqual({ origin, own: true });
    expect(statSync(join(base, "run", "run.json")).mode & 0o077).toBe(0);
  });

  test("is not taken for the user's own when somebody else wrote it, when it was changed, or copied elsewhere", async () => {
    await writeOrigin(journal, { config: null, dryRun: false }, { HOME: join(base, "somebody-else") });
    expect(await readOrigin(journal, env)).toMatchObject({ own: false });

    await writeOrigin(journal, { config: "/mine.yaml", dryRun: false }, env);
    cpSync(join(base, "run"), join(base, "copy"), { recursive: true });
    expect(await readOrigin(join(base, "copy", "journal.jsonl"), env)).toMatchObject({ own: false });

    const file = join(base, "run", "run.json");
    writeFileSync(file, readFileSync(file, "utf8").replace("/mine.yaml", "/evil.yaml"));
    expect(await readOrigin(journal, env)).toMatchObject({ origin: { config: "/evil.yaml" }, own: false });
  });

  test("holds no password of a server", async () => {
    const quick = { model: "m", baseUrl: "https://me:hunter2@models.example/v1" };
    await writeOrigin(journal, { config: null, dryRun: false, quick }, env);
    expect(readFileSync(join(base, "run", "run.json"), "utf8")).not.toContain("hunter2");
    expect(await readOrigin(journal, env)).toMatchObject({
      own: true,
      origin: { quick: { baseUrl: "https://models.example/v1" } },
    });
  });

  test("two programs that start at once agree on what is their own", async () => {
    const dirs = Array.from({ length: 8 }, (_, index) => join(base, `run-${index}`));
    dirs.forEach((dir) => mkdirSync(dir));
    const journals = dirs.map((dir) => join(dir, "journal.jsonl"));
    await Promise.all(journals.map((path) => writeOrigin(path, { config: null, dryRun: false }, env)));
    const read = await Promise.all(journals.map((path) => readOrigin(path, env)));
    expect(read.every((one) => one?.own)).toBe(true);
  });

  test("is undefined when it was never written, or is broken", async () => {
    expect(await readOrigin(journal, env)).toBeUndefined();
    writeFileSync(join(base, "run", "run.json"), "{");
    expect(await readOrigin(journal, env)).toBeUndefined();
  });
});
