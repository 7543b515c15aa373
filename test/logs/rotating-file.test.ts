import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openRotatingFile } from "../../src/logs/rotating-file.ts";
import { tempDir } from "../workspace/temp-dir.ts";

test("a log goes on where it was, and takes twice its size at most", async () => {
  const path = join(await tempDir(), "some.log");
  const faults: unknown[] = [];
  for (const line of ["one\n", "two\n", "three\n", "a line that alone is longer than the file may be\n", "four\n"]) {
    const file = openRotatingFile(() => path, { maxBytes: 12, onFailure: (error) => faults.push(error) });
    file.write(line);
    await file.settle();
    if (line === "two\n") expect(await readFile(path, "utf8")).toBe("one\ntwo\n");
    if (line === "three\n") expect(await readFile(`${path}.1`, "utf8")).toBe("one\ntwo\n");
  }
  expect(await readFile(path, "utf8")).toBe("four\n");
  expect(await readFile(`${path}.1`, "utf8")).toMatch(/^a line/);
  expect(faults).toEqual([]);
});

test("a disk that refuses is told of, and nothing throws", async () => {
  const faults: unknown[] = [];
  const place = join(await tempDir(), "no-folder");
  await writeFile(place, "a file");
  const file = openRotatingFile(() => join(place, "some.log"), {
    maxBytes: 12,
    onFailure: (error) => faults.push(error),
  });
  file.write("x");
  await file.settle();
  expect(faults).toHaveLength(1);
});
