import { readFileSync } from "node:fs";
import { readFile, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { expect, test } from "vitest";
import { startTask } from "../../src/app/run-task.ts";
import { StatusJson, statusSchema } from "../../src/core/run/status-schema.ts";
import { tempDir } from "./logged-run.ts";

const RUNS = 50;

/** A thread that does nothing but read the status of every run below a folder, by both paths. */
const READER = `
const { readdirSync, readFileSync } = require("node:fs");
const { parentPort, workerData } = require("node:worker_threads");
const seen = new Set();
const { folder, stop } = workerData;
let reads = 0, torn = 0;
function look() {
  // Read before looking, so that the last look sees everything there is.
  const last = Atomics.load(stop, 0) === 1;
  let names = [];
  try { names = readdirSync(folder); } catch {}
  for (const name of names) {
    for (const path of ["status.json", "turn_1/attempt_1/status.json"]) {
      let text;
      try { text = readFileSync(folder + "/" + name + "/" + path, "utf8"); } catch { continue; }
      reads += 1;
      try { JSON.parse(text); } catch { torn += 1; }
      seen.add(text);
    }
  }
  if (last) parentPort.postMessage({ reads, torn, texts: [...seen] });
  else setImmediate(look);
}
look();
`;

test(
  "whoever reads status.json during fifty runs sees it whole and as its schema says, by both paths",
  { timeout: 90_000 },
  async () => {
    const cwd = await tempDir();
    const config = join(cwd, "team.yaml");
    const agent = (id: string): string =>
      `  - id: ${id}\n    backend: {type: simulated, model: simulated, tokens_per_second: 0, latency_ms: 5}\n`;
    await writeFile(config, `agents:\n${agent("ada")}${agent("bob")}`);
    const stop = new Int32Array(new SharedArrayBuffer(4));
    const folder = join(cwd, ".massgen", "massgen_logs");
    const reader = new Worker(READER, { eval: true, workerData: { folder, stop } });
    const result = new Promise<{ reads: number; torn: number; texts: string[] }>((resolve, reject) => {
      reader.once("message", resolve);
      reader.once("error", reject);
    });

    const env = { HOME: cwd, PATH: process.env["PATH"] };
    const start = async (index: number): Promise<void> => {
      const task = await startTask({ question: `Question ${index}`, cwd, env, configRef: config, dryRun: false });
      const { exitCode } = await task.done;
      expect(exitCode).toBe(0);
      const [root, attempt] = [join(task.logs.root, "status.json"), join(task.logs.attempt, "status.json")];
      expect(await realpath(root)).toBe(await realpath(attempt));
      expect(await readFile(root, "utf8")).toBe(await readFile(attempt, "utf8"));
    };
    for (let first = 0; first < RUNS; first += 10) {
      await Promise.all(Array.from({ length: 10 }, (_, offset) => start(first + offset)));
    }
    Atomics.store(stop, 0, 1);
    const { reads, torn, texts } = await result;
    await reader.terminate();

    expect(torn).toBe(0);
    expect(reads).toBeGreaterThan(RUNS * 2);
    const seen = texts.map((text) => StatusJson.parse(JSON.parse(text)));
    expect(new Set(seen.map(({ meta }) => meta.session_id)).size).toBe(RUNS);
    expect(seen.filter(({ is_complete }) => is_complete).length).toBeGreaterThanOrEqual(RUNS);
    expect(seen.some(({ is_complete }) => !is_complete)).toBe(true);
  },
);

test("the schema that is shipped is that of the code", () => {
  const shipped: unknown = JSON.parse(
    readFileSync(new URL("../../configs/status.schema.json", import.meta.url), "utf8"),
  );
  expect(shipped).toEqual(JSON.parse(JSON.stringify(statusSchema())));
});
