import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { createLogPlace, logPlace } from "../../src/logs/layout.ts";
import { timestamp } from "../../src/logs/timestamp.ts";
import { tempDir } from "./logged-run.ts";

const AT = new Date(2026, 10, 21, 14, 30, 22, 7).getTime();

test("a log folder is named after the local time in microseconds, and offers its current attempt", async () => {
  const place = await createLogPlace(join(await tempDir(), "massgen_logs"), AT);
  expect(place.sessionId).toMatch(/^log_20261121_143022_007\d{3}$/);
  expect(basename(place.root)).toBe(place.sessionId);
  expect(place.attempt).toBe(join(place.root, "turn_1", "attempt_1"));
  expect((await stat(place.attempt)).isDirectory()).toBe(true);
  expect(logPlace(place.root)).toEqual(place);
  await writeFile(join(place.attempt, "status.json"), "{}");
  expect(await readFile(join(place.root, "status.json"), "utf8")).toBe("{}");
});

test("fifty runs that start in the same millisecond have fifty folders", async () => {
  const root = join(await tempDir(), "massgen_logs");
  const places = await Promise.all(Array.from({ length: 50 }, () => createLogPlace(root, AT)));
  expect(new Set(places.map(({ root }) => root)).size).toBe(50);
  expect(await readdir(root)).toHaveLength(50);
});

test("what the user wrote into .massgen/.gitignore stays, and there is one where there was none", async () => {
  const dir = await tempDir();
  await createLogPlace(join(dir, "new", "massgen_logs"), AT);
  expect(await readFile(join(dir, "new", ".gitignore"), "utf8")).toBe("*\n");
  await mkdir(join(dir, "old"));
  await writeFile(join(dir, "old", ".gitignore"), "*\n!config.yaml\n");
  await createLogPlace(join(dir, "old", "massgen_logs"), AT);
  expect(await readFile(join(dir, "old", ".gitignore"), "utf8")).toBe("*\n!config.yaml\n");
});

test("where nothing can be written, the error names the folder and what to do", async () => {
  const dir = await tempDir();
  await writeFile(join(dir, "file"), "");
  const wrong = createLogPlace(join(dir, "file", "massgen_logs"), AT);
  await expect(wrong).rejects.toMatchObject({
    fault: {
      code: "config",
      message: expect.stringContaining(join(dir, "file")) as string,
      hint: expect.any(String) as string,
    },
  });
});

test("a timestamp fills every part with zeros", () => {
  expect(timestamp(new Date(2026, 0, 2, 3, 4, 5, 6).getTime(), 7)).toBe("20260102_030405_006007");
});
