import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Grant } from "../../src/core/workspace.ts";
import { pinByHandle } from "../../src/workspace/pin.ts";
import { openRead, openWrite, replaceContent } from "../../src/workspace/safe-handle.ts";
import { tempDir, writeFiles } from "./temp-dir.ts";

/** Swaps `real` and `link` (a link to somewhere else) under the name `at` as fast as it can. */
const ATTACKER = `
const { renameSync } = require("node:fs");
const [at, real, link] = process.argv.slice(1);
process.stdout.write("ready\\n");
for (;;) {
  renameSync(real, at); renameSync(at, real);
  renameSync(link, at); renameSync(at, link);
}`;

async function attack(at: string, real: string, link: string): Promise<void> {
  const attacker = spawn(process.execPath, ["-e", ATTACKER, at, real, link], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(async () => {
    attacker.kill("SIGKILL");
    if (attacker.exitCode === null && attacker.signalCode === null) await once(attacker, "exit");
  });
  await once(attacker.stdout, "data");
}

/** Milliseconds of each race; `npm run attacks` runs them for a minute. */
const RACE_MS = Number(process.env["ATTACK_SECONDS"] ?? 0.5) * 1000;

/** Repeats for `ms`, and counts how often it worked. Refusals are what is expected of most tries. */
async function countSuccesses(ms: number, attempt: () => Promise<void>): Promise<number> {
  const until = performance.now() + ms;
  let successes = 0;
  while (performance.now() < until) {
    await attempt().then(
      () => successes++,
      () => undefined,
    );
  }
  return successes;
}

test.runIf(process.platform === "linux").each([
  ["directory", "at/file.txt"],
  ["file", "at"],
])(
  "a %s that flips between itself and a link to the outside never lets a read or write escape",
  async (kind, name) => {
    const base = await tempDir();
    await writeFiles(base, {
      "outside/file.txt": "SECRET",
      "work/real/file.txt": "inside",
      "work/real-file": "inside",
    });
    const work = join(base, "work");
    const isDirectory = kind === "directory";
    await symlink(isDirectory ? "../outside" : "../outside/file.txt", join(work, "link"));
    await attack(join(work, "at"), join(work, isDirectory ? "real" : "real-file"), join(work, "link"));
    const grants: readonly Grant[] = [{ path: work, permission: "write" }];

    const seen = new Set<string>();
    const reads = await countSuccesses(RACE_MS, async () => {
      const { handle } = await openRead(join(work, name), grants, pinByHandle);
      try {
        seen.add(await handle.readFile("utf8"));
      } finally {
        await handle.close();
      }
    });
    const writes = await countSuccesses(RACE_MS, async () => {
      const file = await openWrite(join(work, name), grants, { create: true }, pinByHandle);
      try {
        await replaceContent(file, Buffer.from("written"));
      } finally {
        await file.handle.close();
      }
    });

    expect([reads > 0, writes > 0], "the race was run").toEqual([true, true]);
    expect([...seen].filter((text) => text !== "inside" && text !== "")).toEqual([]);
    expect(await readFile(join(base, "outside/file.txt"), "utf8")).toBe("SECRET");
    expect(await readdir(join(base, "outside"))).toEqual(["file.txt"]);
  },
  2 * RACE_MS + 30_000,
);
