import { appendFile, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openInputHistory } from "../../projects/input-history.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

const FILE = "input-history.jsonl";

async function linesOf(dir: string): Promise<readonly string[]> {
  return (await openInputHistory(dir)).lines;
}

test("lines are there in the next session, oldest first, also those of several lines", async () => {
  const dir = join(await tempDir(), "state", "massgen");
  const history = await openInputHistory(dir);
  expect(history.lines).toEqual([]);
  await expect(stat(dir)).rejects.toThrow();
  for (const line of ["one", "two\nlines\u2028and ünïcode", "  ", "", "three", "three"]) history.append(line);
  await history.flush();
  expect(await linesOf(dir)).toEqual(["one", "two\nlines\u2028and ünïcode", "three"]);
  expect((await stat(join(dir, FILE))).mode & 0o777).toBe(0o600);

  const next = await openInputHistory(dir);
  next.append("three");
  next.append("x".repeat(100_000));
  next.append("one");
  await next.flush();
  expect(await linesOf(dir)).toEqual(["one", "two\nlines\u2028and ünïcode", "three", "one"]);
});

test("the last 2,000 lines are kept, and the file does not grow for ever", async () => {
  const dir = await tempDir();
  const path = join(dir, FILE);
  await writeFile(path, Array.from({ length: 2600 }, (_, index) => `"old ${index}"\n`).join(""));
  expect(await linesOf(dir)).toHaveLength(2000);
  const history = await openInputHistory(dir);
  history.append("new");
  await history.flush();
  expect((await readFile(path, "utf8")).trimEnd().split("\n")).toHaveLength(2000);
  expect((await linesOf(dir)).slice(-2)).toEqual(["old 2599", "new"]);
});

test("sessions that run at the same time do not lose each other's lines, also while the file is cut back", async () => {
  const dir = await tempDir();
  await writeFile(join(dir, FILE), Array.from({ length: 2495 }, (_, index) => `"old ${index}"\n`).join(""));
  const histories = await Promise.all(Array.from({ length: 4 }, () => openInputHistory(dir)));
  for (const [who, history] of histories.entries()) for (let n = 0; n < 10; n++) history.append(`${who}:${n}`);
  await Promise.all(histories.map(({ flush }) => flush()));
  const lines = (await linesOf(dir)).filter((line) => !line.startsWith("old"));
  expect(lines).toHaveLength(40);
  expect(await readdir(dir)).toEqual([FILE]);
});

test("damaged lines are passed over, and a torn one does not swallow the next", async () => {
  const dir = await tempDir();
  await writeFile(join(dir, FILE), '"one"\nnot json\n{"an":"object"}\n\n"two"\n"to');
  const history = await openInputHistory(dir);
  expect(history.lines).toEqual(["one", "two"]);
  history.append("three");
  await history.flush();
  expect(await linesOf(dir)).toEqual(["one", "two", "three"]);
});

test("a history that cannot be saved disturbs nobody who does not ask", async () => {
  const dir = await tempDir();
  await mkdir(join(dir, "in-the-way"));
  await appendFile(join(dir, "file"), "");
  const history = await openInputHistory(join(dir, "missing"));
  await writeFile(join(dir, "missing"), "a file where the folder should be");
  history.append("lost");
  expect((await faultOf(history.flush())).code).toBe("disk");
  await history.flush();
  await mkdir(join(dir, "in-the-way", FILE));
  await faultOf(openInputHistory(join(dir, "in-the-way")));
});
