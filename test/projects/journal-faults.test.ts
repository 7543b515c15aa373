import { appendFile, mkdir, readdir, readFile, rename, rm, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal, readJournal } from "../../projects/journal.ts";
import type { Fault } from "../../src/core/fault.ts";
import { bundleChild, startChild } from "./child.ts";
import { Line, numbered, read, written } from "./numbered.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

test("cut off at any byte, a journal gives back every whole line, and appending goes on", async () => {
  const dir = await tempDir();
  const whole = await readFile(await written(dir, numbered(0, 30)));
  const ends = [...whole.keys()].filter((index) => whole[index] === 0x0a);
  const check = async (cut: number): Promise<void> => {
    const path = join(dir, `cut-${cut}.jsonl`);
    await writeFile(path, whole.subarray(0, cut));
    // A line is whole once its last brace is there; the first one is the header.
    const kept = Math.max(0, ends.filter((end) => end <= cut).length - 1);
    const atEnd = cut === 0 || ends.includes(cut) || ends.includes(cut - 1);
    const { lines, repaired } = await readJournal(path, "run", Line);
    expect(lines, `cut at ${cut}`).toEqual(numbered(0, kept));
    expect(repaired, `cut at ${cut}`).toBe(!atEnd);
    const journal = openJournal<Line>(path, "run");
    journal.append({ type: "line", n: kept });
    await journal.close();
    expect(await read(path), `appended after a cut at ${cut}`).toEqual(numbered(0, kept + 1));
  };
  const cuts = whole.keys();
  const worker = async (): Promise<void> => {
    for (const cut of cuts) await check(cut);
  };
  await Promise.all(Array.from({ length: 8 }, worker));
});

test("the torn end is kept beside the journal, and a writer cuts it off by itself", async () => {
  const dir = await tempDir();
  const path = await written(dir, numbered(0, 3));
  await appendFile(path, '{"type":"line","n":3,"pa');
  const journal = openJournal<Line>(path, "run");
  journal.append({ type: "line", n: 3 });
  await journal.close();
  expect(await readFile(`${path}.torn-1`, "utf8")).toBe('{"type":"line","n":3,"pa');

  await appendFile(path, "\0\0\0\0");
  expect(await readJournal(path, "run", Line)).toEqual({ lines: numbered(0, 4), repaired: true, skipped: 0 });
  expect(await readFile(`${path}.torn-2`, "utf8")).toBe("\0\0\0\0");
  expect((await readJournal(path, "run", Line)).repaired).toBe(false);
});

test("a journal that another program writes can be read without touching it", async () => {
  const dir = await tempDir();
  const path = await written(dir, numbered(0, 2));
  await appendFile(path, '{"type":"li');
  const before = await readFile(path, "utf8");
  const { lines, repaired } = await readJournal(path, "run", Line, { repair: false });
  expect({ lines, repaired }).toEqual({ lines: numbered(0, 2), repaired: true });
  expect(await readFile(path, "utf8")).toBe(before);
  expect(await readdir(dir)).toEqual(["journal.jsonl"]);
});

test("a flipped bit is never taken for what was written", async () => {
  const dir = await tempDir();
  const whole = await readFile(await written(dir, numbered(100, 130)));
  let random = 42;
  let refused = 0;
  for (let flip = 0; flip < 500; flip++) {
    random = (random * 1_103_515_245 + 12_345) % 2 ** 31;
    const bit = random % (whole.length * 8);
    const bytes = Buffer.from(whole);
    const path = join(dir, `flipped-${flip}.jsonl`);
    bytes.writeUInt8((bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)), bit >> 3);
    await writeFile(path, bytes);
    const result = await readJournal(path, "run", Line).catch(() => undefined);
    if (result === undefined) refused++;
    else expect(result.lines, `bit ${bit}`).toEqual(numbered(100, 100 + result.lines.length));
    if (result) expect(result.lines.length, `bit ${bit}`).toBeGreaterThanOrEqual(29);
  }
  expect(refused).toBeGreaterThan(400);
});

test("a write that fails loses nothing: the lines follow, in order, once the path is free again", async () => {
  const dir = await tempDir();
  const path = join(dir, "journal.jsonl");
  await mkdir(path);
  const journal = openJournal<Line>(path, "run");
  const seen: (Fault | undefined)[] = [];
  const unsubscribe = journal.subscribe((fault) => seen.push(fault));
  for (const line of numbered(0, 3)) journal.append(line);
  const fault = await faultOf(journal.flush());
  expect(fault).toMatchObject({ code: "disk", message: expect.stringContaining(path) });
  expect(journal.health()).toEqual(fault);
  await faultOf(journal.sync());

  await rm(path, { recursive: true });
  journal.append({ type: "line", n: 3 });
  await journal.flush();
  expect(journal.health()).toBeUndefined();
  expect(seen).toEqual([fault, undefined]);
  unsubscribe();
  await journal.close();
  expect(await read(path)).toEqual(numbered(0, 4));
});

test("a full disk is reported as such, and the session goes on when there is space", async () => {
  const path = join(await tempDir(), "journal.jsonl");
  await symlink("/dev/full", path);
  const journal = openJournal<Line>(path, "run");
  journal.append({ type: "line", n: 0 });
  expect((await faultOf(journal.flush())).message).toContain("no space is left");
  await rm(path);
  journal.append({ type: "line", n: 1 });
  await journal.close();
  expect(await read(path)).toEqual(numbered(0, 2));
});

test("a line that fits only in part is taken back whole", async () => {
  const dir = await tempDir();
  const script = await bundleChild(new URL("children/journal-writer.ts", import.meta.url), dir);
  const path = join(dir, "journal.jsonl");
  const child = startChild([script, path, "0", "700"], 'ulimit -f 8; exec "$@"');
  const printed: string[] = [];
  for await (const line of child.lines) printed.push(line);
  expect(printed.at(-1)).toContain("EFBIG");
  const saved = printed.length - 1;
  expect(saved).toBeGreaterThan(3);

  expect((await readFile(path, "utf8")).endsWith("}\n")).toBe(true);
  const journal = openJournal<Line>(path, "run");
  journal.append({ type: "line", n: saved });
  await journal.close();
  const { lines, repaired } = await readJournal(path, "run", Line);
  expect(lines.map(({ n }) => n)).toEqual(numbered(0, saved + 1).map(({ n }) => n));
  expect(repaired).toBe(false);
});

test("a journal that is deleted or changed under its writer is reported, and not begun anew in the middle", async () => {
  const dir = await tempDir();
  const path = join(dir, "journal.jsonl");
  const journal = openJournal<Line>(path, "run");
  journal.append({ type: "line", n: 0 });
  await journal.flush();

  await rename(path, join(dir, "elsewhere"));
  await rm(join(dir, "elsewhere"));
  journal.append({ type: "line", n: 1 });
  expect((await faultOf(journal.flush())).message).toContain("deleted or changed by someone else");
  await faultOf(journal.flush());
  expect(await readdir(dir)).toEqual([]);
  await faultOf(journal.close());

  const other = await written(dir, numbered(0, 2));
  const again = openJournal<Line>(other, "run");
  again.append({ type: "line", n: 2 });
  await again.flush();
  const before = await readFile(other);
  await appendFile(other, "a line of somebody else\n");
  again.append({ type: "line", n: 3 });
  await faultOf(again.flush());
  await truncate(other, before.length);
  await again.close();
  expect(await read(other)).toEqual(numbered(0, 4));
});

test("killed at any moment, a writer has kept every line that it reported", async () => {
  const dir = await tempDir();
  const script = await bundleChild(new URL("children/journal-writer.ts", import.meta.url), dir);
  const path = join(dir, "journal.jsonl");
  let next = 0;
  for (const reports of [1, 4, 9, 25, 60]) {
    const child = startChild([script, path, String(next)]);
    let reported = next - 1;
    let count = 0;
    for await (const line of child.lines) {
      reported = Number(line);
      if (++count === reports) child.process.kill("SIGKILL");
    }
    expect(await child.exit).toMatchObject({ signal: "SIGKILL" });
    const lines = await read(path);
    expect(lines.map(({ n }) => n)).toEqual(numbered(0, lines.length).map(({ n }) => n));
    expect(lines.length).toBeGreaterThan(reported);
    next = lines.length;
  }
});
