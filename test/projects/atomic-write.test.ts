import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sweepTemp, tempName, writeAtomic } from "../../projects/atomic-write.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

test("readers see whole versions only, while four writers replace the file", async () => {
  const dir = await tempDir();
  const path = join(dir, "status.json");
  const version = (writer: number, n: number): string =>
    JSON.stringify({ writer, n, pad: "x".repeat((n * 997) % 20_000) });
  await writeAtomic(path, version(0, 0));
  const writing = new AbortController();
  let reads = 0;
  const reader = async (): Promise<void> => {
    while (!writing.signal.aborted) {
      const { n, pad } = JSON.parse(await readFile(path, "utf8")) as { n: number; pad: string };
      expect(pad).toHaveLength((n * 997) % 20_000);
      reads++;
    }
  };
  const writer = async (id: number): Promise<void> => {
    for (let n = 1; n <= 60; n++) await writeAtomic(path, version(id, n));
  };
  const readers = Promise.all([reader(), reader(), reader()]);
  await Promise.all([1, 2, 3, 4].map(writer));
  writing.abort();
  await readers;
  expect(reads).toBeGreaterThan(50);
  expect(await readdir(dir)).toEqual(["status.json"]);
});

test("the same content is not written again", async () => {
  const path = join(await tempDir(), "plan.md");
  expect(await writeAtomic(path, "one", { durable: true })).toBe(true);
  const { ino } = await stat(path);
  expect(await writeAtomic(path, Buffer.from("one"))).toBe(false);
  expect((await stat(path)).ino).toBe(ino);
  expect(await writeAtomic(path, "two")).toBe(true);
  expect(await readFile(path, "utf8")).toBe("two");
});

test("a file keeps its mode, and a new one gets the mode that is asked for", async () => {
  const dir = await tempDir();
  const path = join(dir, "keys");
  await writeAtomic(path, "a", { mode: 0o600 });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await chmod(path, 0o640);
  await writeAtomic(path, "b", { mode: 0o600 });
  expect((await stat(path)).mode & 0o777).toBe(0o640);
});

test("a link is replaced and what it leads to stays untouched", async () => {
  const dir = await tempDir();
  await writeFile(join(dir, "precious"), "mine");
  await symlink(join(dir, "precious"), join(dir, "CONTEXT.md"));
  await writeAtomic(join(dir, "CONTEXT.md"), "new");
  expect(await readFile(join(dir, "precious"), "utf8")).toBe("mine");
  expect(await readFile(join(dir, "CONTEXT.md"), "utf8")).toBe("new");
});

test("a failed write says what and where, and leaves nothing behind", async () => {
  const dir = await tempDir();
  await mkdir(join(dir, "taken", "by-a-folder"), { recursive: true });
  const fault = await faultOf(writeAtomic(join(dir, "taken"), "x"));
  expect(fault).toMatchObject({ code: "disk", message: expect.stringContaining(`Cannot write ${join(dir, "taken")}`) });
  expect((await faultOf(writeAtomic(join(dir, "gone", "x"), "x"))).message).toContain("does not exist");
  expect(await readdir(dir)).toEqual(["taken"]);
});

test("a very long name can be written too", async () => {
  const path = join(await tempDir(), `${"ü".repeat(120)}.md`);
  await writeAtomic(path, "x");
  expect(await readFile(path, "utf8")).toBe("x");
});

test("what dead writers left is swept after an hour, and nothing else", async () => {
  const dir = await tempDir();
  const old = new Date(Date.now() - 2 * 3_600_000);
  const mine = tempName(join(dir, "a.json"));
  const names = [".a.json.999999999.0123456789ab.tmp", ".b.json.999999999.0123456789ab.tmp", ".notes.tmp", "c.tmp"];
  for (const path of [mine, ...names.map((name) => join(dir, name))]) await writeFile(path, "");
  for (const path of [mine, ...names.map((name) => join(dir, name))]) {
    if (!path.includes(".b.json")) await utimes(path, old, old);
  }
  expect(await sweepTemp(dir)).toBe(1);
  expect((await readdir(dir)).length).toBe(4);
  expect(await readdir(dir)).not.toContain(names[0]);
  expect(await sweepTemp(join(dir, "missing"))).toBe(0);
});
