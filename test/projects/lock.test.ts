import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { acquireLock, withLock } from "../../projects/lock.ts";
import { bundleChild, startChild } from "./child.ts";
import { faultOf, tempDir } from "./temp-dir.ts";

type Content = { pid: number; starttime: string; boot_id: string; host: string; nonce: string };

/** What a lock of this very process looks like, with changes. */
async function forge(path: string, changes: Partial<Content>): Promise<void> {
  const lock = await acquireLock(path, { owner: "a session" });
  const content = JSON.parse(await readFile(path, "utf8")) as Content;
  await lock.release();
  await writeFile(path, JSON.stringify({ ...content, ...changes }));
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

test("a lock is refused while somebody has it, and the refusal says who", async () => {
  const dir = await tempDir();
  const path = join(dir, "lock");
  const lock = await acquireLock(path, { owner: "session 12" });
  const fault = await faultOf(acquireLock(path, { owner: "session 13" }));
  expect(fault).toMatchObject({ code: "disk", hint: "Close that program first." });
  expect(fault.message).toContain(`in use by session 12 (process ${process.pid}, since 2`);

  await lock.release();
  const next = await acquireLock(path, { owner: "session 13" });
  await lock.release();
  expect((await faultOf(acquireLock(path, { owner: "session 14" }))).message).toContain("session 13");
  await next.release();
  expect(await readdir(dir)).toEqual([]);
});

test.each([
  ["whose process is gone", async () => ({ pid: await deadPid() })],
  ["whose pid belongs to another process by now", () => ({ starttime: "1" })],
  ["from before the machine was restarted", () => ({ boot_id: "another-boot" })],
])("a lock %s is taken over at once", async (_name, changes) => {
  const dir = await tempDir();
  const path = join(dir, "lock");
  await forge(path, await changes());
  const lock = await acquireLock(path, { owner: "the next" });
  expect(await readFile(path, "utf8")).toContain("the next");
  await lock.release();
  expect(await readdir(dir)).toEqual([]);
});

test("a file that no massgen wrote does not lock anybody out", async () => {
  const path = join(await tempDir(), "lock");
  for (const text of ["", "{", '{"pid":1,"nonce":"../../x"}']) {
    await writeFile(path, text);
    await (await acquireLock(path, { owner: "me" })).release();
  }
});

test("a lock from another host is left alone: whether its holder lives cannot be known", async () => {
  const path = join(await tempDir(), "lock");
  await forge(path, { host: `not-${hostname()}`, pid: await deadPid() });
  const fault = await faultOf(acquireLock(path, { owner: "me" }));
  expect(fault.message).toContain(`on not-${hostname()}`);
  expect(fault.hint).toContain("delete that file");
});

test("who died while removing a dead lock does not block the next one", async () => {
  const dir = await tempDir();
  const path = join(dir, "lock");
  await forge(path, { pid: await deadPid(), nonce: "00000000000000aa" });
  await forge(`${path}.after-00000000000000aa`, { pid: await deadPid(), nonce: "00000000000000bb" });
  const lock = await acquireLock(path, { owner: "me" });
  await lock.release();
  expect(await readdir(dir)).toEqual([]);
});

test("a folder that cannot hold a lock is reported", async () => {
  const dir = await tempDir();
  await faultOf(acquireLock(join(dir, "missing", "lock"), { owner: "me" }));
  await writeFile(join(dir, "file"), "");
  await faultOf(acquireLock(join(dir, "file", "lock"), { owner: "me" }));
});

test("waiting for a lock ends when it is given back, when the work throws, or when it takes too long", async () => {
  const path = join(await tempDir(), "lock");
  const order: string[] = [];
  const failing = withLock(path, async () => {
    order.push("first");
    await Promise.resolve();
    throw new Error("work failed");
  });
  await expect(failing).rejects.toThrow("work failed");
  await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      withLock(path, async () => {
        order.push(`in ${index}`);
        await new Promise(setImmediate);
        order.push(`out ${index}`);
      }),
    ),
  );
  expect(order).toHaveLength(11);
  for (let index = 1; index < 11; index += 2) expect(order[index]?.slice(3)).toBe(order[index + 1]?.slice(4));

  const lock = await acquireLock(path, { owner: "one that stays" });
  expect((await faultOf(withLock(path, async () => undefined, 20))).message).toContain("one that stays");
  await lock.release();
});

test("many that find the same dead lock take it over one after the other", async () => {
  const dir = await tempDir();
  const path = join(dir, "lock");
  const pid = await deadPid();
  let inside = 0;
  let most = 0;
  for (let round = 0; round < 10; round++) {
    await forge(path, { pid });
    const enter = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await readdir(dir);
      inside--;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(path, enter)));
  }
  expect(most).toBe(1);
  expect(await readdir(dir)).toEqual([]);
});

test("six processes, four of which are killed inside, are never in the lock together", async () => {
  const dir = await tempDir();
  const script = await bundleChild(new URL("children/lock-contender.ts", import.meta.url), dir);
  const rounds = 25;
  const children = ["-1", "0", "2", "5", "-1", "9"].map((dieAt) => startChild([script, dir, String(rounds), dieAt]));
  const exits = await Promise.all(children.map(({ exit }) => exit));
  expect(exits.map(({ code, signal }) => signal ?? code)).toEqual([0, "SIGKILL", "SIGKILL", "SIGKILL", 0, "SIGKILL"]);
  const log = (await readFile(join(dir, "log"), "utf8")).trimEnd().split("\n");
  expect(log.filter((line) => line !== "alone")).toEqual([]);
  expect(log).toHaveLength(2 * rounds + 0 + 2 + 5 + 9);

  // The last one out may be among the killed.
  await withLock(join(dir, "lock"), async () => undefined);
  expect((await readdir(dir)).filter((name) => name.startsWith("lock"))).toEqual([]);
});
