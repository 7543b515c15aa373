import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Entry } from "../../src/core/patch.ts";
import type { AgentFiles, Grant } from "../../src/core/workspace.ts";
import { agentTools } from "../../src/tools/agent-tools.ts";
import { applyPatch } from "../../src/workspace/apply-patch.ts";
import { pinByHandle } from "../../src/workspace/pin.ts";
import { openRead, openWrite, replaceContent } from "../../src/workspace/safe-handle.ts";
import { takeSnapshot } from "../../src/workspace/snapshot.ts";
import { openRunBlobs } from "../../src/workspace/working-copies.ts";
import { call } from "../tools/tool-rig.ts";
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

/** What else goes through a directory that flips; resolves with what it has seen, and rejects when it was refused. */
type Errand = (place: { readonly base: string; readonly work: string; readonly files: AgentFiles }) => Promise<string>;

const tool =
  (name: string, input: object): Errand =>
  async ({ files }) => {
    const used = agentTools(files, {}).find((one) => one.name === name);
    const { output, failed } = used ? await call(used, input) : { output: "no such tool", failed: true };
    if (failed) throw new Error(output);
    return output;
  };

const ERRANDS: Readonly<Record<string, Errand>> = {
  "a search": tool("search_files", { query: "e", path: "." }),
  "a list": tool("list_directory", { path: "at" }),
  "a write": tool("write_file", { path: "at/file.txt", content: "inside" }),
  "a snapshot": async ({ base, work }) => {
    const to = join(base, "snapshot");
    await takeSnapshot({ from: work, to, partial: join(base, "partial") });
    return readFile(join(to, "at/file.txt"), "utf8");
  },
  "a patch": async ({ base, work }) => {
    const blobs = openRunBlobs(join(base, "run"));
    const file = async (text: string): Promise<Entry> => {
      const content = Buffer.from(text);
      return { kind: "file", sha256: await blobs.put(content), bytes: content.length, mode: 0o644 };
    };
    const changes = [
      { path: "at/file.txt", before: await file("inside"), after: await file("inside") },
      { path: `at/new-${performance.now()}.txt`, before: null, after: await file("new") },
    ];
    const parts = [{ root: work, changes, leftOut: [] }];
    const { kind } = await applyPatch(
      { parts },
      { label: "x", at: 1 },
      { blobs, record: join(base, "run/applied.json") },
    );
    if (kind !== "done") throw new Error(kind);
    return "inside";
  },
};

test.runIf(process.platform === "linux").each(Object.entries(ERRANDS))(
  "%s in a directory that flips between itself and a link to the outside never leaves it",
  async (_name, errand) => {
    const base = await tempDir();
    const work = join(base, "work");
    await writeFiles(base, { "outside/file.txt": "SECRET", "outside/SECRET.txt": "", "work/real/file.txt": "inside" });
    await mkdir(join(base, "run"));
    await symlink("../outside", join(work, "link"));
    await attack(join(work, "at"), join(work, "real"), join(work, "link"));
    const files: AgentFiles = {
      root: work,
      snapshots: join(base, "none"),
      grants: [{ path: work, permission: "write" }],
    };
    const seen = new Set<string>();
    const done = await countSuccesses(RACE_MS, async () => void seen.add(await errand({ base, work, files })));
    expect(done, "the race was run").toBeGreaterThan(0);
    expect([...seen].filter((text) => text.includes("SECRET"))).toEqual([]);
    expect(await readFile(join(base, "outside/file.txt"), "utf8")).toBe("SECRET");
    expect(await readdir(join(base, "outside"))).toEqual(["SECRET.txt", "file.txt"]);
  },
  RACE_MS + 30_000,
);
