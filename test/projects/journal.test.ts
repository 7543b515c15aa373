import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openJournal, readJournal } from "../../projects/journal.ts";
import { ChatRecord } from "../../src/core/chat/events.ts";
import { RunRecord } from "../../src/core/run/events.ts";
import { Line, numbered, read, written } from "./numbered.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

test("what was appended comes back in order, and the file is plain JSON, line by line", async () => {
  const path = join(await tempDir(), "deep", "er", "journal.jsonl");
  const journal = openJournal<ChatRecord>(path, "chat");
  journal.append({ type: "user_said", text: 'a "quoted"\nline, ünïcode 🦊, \ud800 and ,"crc":1}', seq: 0, at: 5 });
  journal.append({ type: "session_resumed", seq: 1, at: 6 });
  await journal.close();

  const texts = (await readFile(path, "utf8")).trimEnd().split("\n");
  expect(JSON.parse(texts[0] ?? "")).toMatchObject({ massgen: "chat", version: 1 });
  expect(texts.slice(1).map((text) => JSON.parse(text) as unknown)).toMatchObject([
    { type: "user_said", seq: 0, crc: expect.any(Number) },
    { type: "session_resumed", seq: 1, crc: expect.any(Number) },
  ]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const { lines, repaired, skipped } = await readJournal(path, "chat", ChatRecord);
  expect(lines).toMatchObject([{ text: 'a "quoted"\nline, ünïcode 🦊, \ud800 and ,"crc":1}' }, { seq: 1 }]);
  expect({ repaired, skipped }).toEqual({ repaired: false, skipped: 0 });
});

test("a journal to which nothing is appended leaves no trace", async () => {
  const dir = await tempDir();
  const journal = openJournal<Line>(join(dir, "runs", "journal.jsonl"), "run");
  await journal.flush();
  await journal.sync();
  await journal.close();
  expect(await readdir(dir)).toEqual([]);
  expect(() => journal.append({ type: "line", n: 1 })).toThrow("closed journal");
});

test("after a flush every line is on disk, also those that were appended while others were being written", async () => {
  const path = join(await tempDir(), "journal.jsonl");
  const journal = openJournal<Line>(path, "run");
  const flushes: Promise<void>[] = [];
  for (const line of numbered(0, 200)) {
    journal.append(line);
    if (line.n % 7 === 0) flushes.push(journal.flush());
    if (line.n % 50 === 0) await journal.flush();
    await new Promise(setImmediate); // lets the write begin, but not end
  }
  await Promise.all(flushes);
  await journal.flush();
  expect(await read(path)).toEqual(numbered(0, 200));
  await journal.close();
});

test("a damaged line in the middle is refused with its place, and not skipped", async () => {
  const path = await written(await tempDir(), numbered(0, 5));
  const texts = (await readFile(path, "utf8")).split("\n");
  texts[3] = (texts[3] ?? "").replace('"n":2', '"n":7');
  await writeFile(path, texts.join("\n"));
  const fault = await faultOf(readJournal(path, "run", Line));
  expect(fault).toMatchObject({ code: "disk", message: `${path}:4 is damaged` });

  texts.splice(3, 1);
  await writeFile(path, texts.join("\n"));
  expect(await read(path)).toEqual([0, 1, 3, 4].map((n) => ({ type: "line", n })));
});

test("events of a newer massgen are skipped and counted; known ones that do not fit are refused", async () => {
  const path = join(await tempDir(), "journal.jsonl");
  const journal = openJournal<object>(path, "run");
  journal.append({ type: "line", n: 0 });
  journal.append({ type: "line_of_the_future", n: [] });
  journal.append({ type: "line", n: 1, added: "later" });
  await journal.flush();
  expect(await readJournal(path, "run", Line)).toEqual({ lines: numbered(0, 2), repaired: false, skipped: 1 });

  journal.append({ type: "line", n: "two" });
  await journal.close();
  expect((await faultOf(readJournal(path, "run", Line))).message).toContain(`${path}:5 does not fit`);
});

test("records of a run and of a chat with an unknown type are skipped too", async () => {
  const dir = await tempDir();
  for (const [kind, schema] of [
    ["run", RunRecord],
    ["chat", ChatRecord],
  ] as const) {
    const path = join(dir, `${kind}.jsonl`);
    const journal = openJournal<object>(path, kind);
    journal.append({ type: "not_invented_yet", seq: 0, at: 1 });
    await journal.close();
    expect(await readJournal<unknown>(path, kind, schema)).toEqual({ lines: [], repaired: false, skipped: 1 });
  }
});

test("a file that is not this kind of journal is refused and left as it is", async () => {
  const dir = await tempDir();
  const path = await written(dir, numbered(0, 1));
  expect((await faultOf(readJournal(path, "chat", Line))).message).toContain("is the journal of a run, not of a chat");
  expect((await faultOf(readJournal(join(dir, "none"), "run", Line))).message).toContain("does not exist");

  const newer = join(dir, "newer.jsonl");
  await writeFile(newer, '{"massgen":"run","version":2,"created":"2030-01-01T00:00:00.000Z"}\n{"type":"line"}\n');
  expect(await faultOf(readJournal(newer, "run", Line))).toMatchObject({
    message: expect.stringContaining("newer massgen"),
    hint: expect.stringContaining("Update massgen"),
  });

  for (const text of ["dear diary", "dear diary\n", '{"a":1}\n{"b":2}\n']) {
    const other = join(dir, "other.txt");
    await writeFile(other, text);
    expect((await faultOf(readJournal(other, "run", Line))).message).toContain(`${other}:1 is not the first line`);
    const journal = openJournal<Line>(other, "run");
    journal.append({ type: "line", n: 0 });
    await faultOf(journal.close());
    expect(await readFile(other, "utf8")).toBe(text);
  }
});

test("10,000 records are read whole", async () => {
  const path = join(await tempDir(), "journal.jsonl");
  const journal = openJournal<RunRecord>(path, "run");
  for (let seq = 0; seq < 10_000; seq++) {
    const text = "An answer of some length, as models give them. ".repeat(8);
    journal.append({
      type: "model_replied",
      agent: "ada",
      execution: 1,
      text,
      reasoning: "",
      calls: [],
      usage: { input: 2000, cachedInput: 1000, output: 300, reasoning: 0 },
      costUsd: 0.01,
      latencyMs: 1800,
      firstTokenMs: 300,
      seq,
      at: 1_790_000_000_000 + seq,
    });
  }
  await journal.close();
  expect((await readJournal(path, "run", RunRecord)).lines).toHaveLength(10_000);
});
