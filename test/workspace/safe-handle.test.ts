import { readdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Grant } from "../../src/core/workspace.ts";
import { pathFault } from "../../src/workspace/path-fault.ts";
import { pinByHandle, pinByName, type PinPath } from "../../src/workspace/pin.ts";
import { openRead, openWrite, readDirectory, replaceContent } from "../../src/workspace/safe-handle.ts";
import { DENIED_BOTH, DENIED_WRITES, READABLE, WRITABLE } from "./path-corpus.ts";
import { scene, type Scene } from "./path-scene.ts";
import { faultOf } from "./temp-dir.ts";

async function read(path: string, grants: readonly Grant[], pin: PinPath): Promise<string> {
  const { handle } = await openRead(path, grants, pin);
  try {
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

async function write(path: string, grants: readonly Grant[], pin: PinPath, text = "written"): Promise<boolean> {
  const file = await openWrite(path, grants, { create: true }, pin);
  try {
    await replaceContent(file, Buffer.from(text));
    return file.created;
  } finally {
    await file.handle.close();
  }
}

/** Every file that is out of bounds, with its content. */
async function untouchable({ base, work }: Scene): Promise<Record<string, string>> {
  const contents: Record<string, string> = {};
  for (const place of ["outside", "work-evil", "one", "docs/.git", "docs/.massgen", "work/.git", "work/.massgen"]) {
    for (const entry of await readdir(join(base, place), { withFileTypes: true, recursive: true })) {
      const path = join(entry.parentPath, entry.name);
      contents[path] = entry.isFile() ? await readFile(path, "utf8") : "directory";
    }
  }
  for (const path of [join(work, ".env"), join(base, "docs/guide.md")]) contents[path] = await readFile(path, "utf8");
  return contents;
}

const absolute = (work: string, path: string): string =>
  path === "" || path.startsWith("/") ? path : `${work}/${path}`;

describe.each([
  ["held by a handle, as on Linux", pinByHandle],
  ["held by name, as elsewhere", pinByName],
] as const)("paths %s", (_, pin) => {
  test("nothing outside the grants is read or written, whatever the path looks like", async () => {
    const place = await scene();
    const before = await untouchable(place);
    const codeOf = async (attempt: Promise<unknown>): Promise<string> =>
      attempt.then(
        () => "done",
        async () => (await faultOf(attempt)).code,
      );
    const wrong: string[] = [];
    for (const path of DENIED_BOTH) {
      const full = absolute(place.work, path);
      const [reading, writing] = [
        await codeOf(read(full, place.grants, pin)),
        await codeOf(write(full, place.grants, pin)),
      ];
      if (reading !== "denied" || !/denied|tool/.test(writing))
        wrong.push(`${JSON.stringify(path)}: ${reading}, ${writing}`);
    }
    for (const path of DENIED_WRITES) {
      const writing = await codeOf(write(absolute(place.work, path), place.grants, pin));
      if (writing !== "denied") wrong.push(`write ${JSON.stringify(path)}: ${writing}`);
    }
    expect(wrong).toEqual([]);
    expect(await untouchable(place)).toEqual(before);
  });

  test("everything inside the grants is read", async () => {
    const { work, grants } = await scene();
    for (const path of READABLE) expect(await read(absolute(work, path), grants, pin), path).toBe("inside");
  });

  test("everything inside writable grants is written, directories made on the way", async () => {
    const { work, grants } = await scene();
    for (const path of WRITABLE) {
      await write(absolute(work, path), grants, pin, `text of ${path}`);
      expect(await readFile(absolute(work, path), "utf8"), path).toBe(`text of ${path}`);
    }
  });

  test("names that are too long, missing or no file are failures that say so", async () => {
    const { work, grants } = await scene();
    expect(await faultOf(read(join(work, "x".repeat(300)), grants, pin))).toMatchObject({ code: "tool" });
    expect(await faultOf(read(join(work, "x/".repeat(3000)), grants, pin))).toMatchObject({ code: "tool" });
    expect(await faultOf(write(join(work, "x".repeat(300)), grants, pin))).toMatchObject({ code: "tool" });
    expect((await faultOf(read(join(work, "no.txt"), grants, pin))).message).toBe(`${work}/no.txt does not exist`);
    expect((await faultOf(read(join(work, "folder"), grants, pin))).message).toContain("is a directory");
    expect((await faultOf(write(join(work, "folder"), grants, pin))).message).toContain("is a directory");
    expect((await faultOf(write(`${work}/new-folder/`, grants, pin))).message).toContain("names a directory");
    expect((await faultOf(write(join(work, "a.txt/below"), grants, pin))).code).toBe("tool");
  });

  test("an existing file keeps what it is when shorter or longer text replaces its content", async () => {
    const { work, grants } = await scene();
    const path = join(work, "a.txt");
    expect(await write(path, grants, pin, "x".repeat(100_000))).toBe(false);
    expect(await write(path, grants, pin, "short")).toBe(false);
    expect(await readFile(path, "utf8")).toBe("short");
    expect(await write(join(work, "fresh.txt"), grants, pin, "")).toBe(true);
  });

  test("without create, a missing file is not made", async () => {
    const { work, grants } = await scene();
    const fault = await faultOf(openWrite(join(work, "made/x.txt"), grants, { create: false }, pin));
    expect(fault.message).toContain("does not exist");
    expect(await readdir(work)).not.toContain("made");
  });

  test("directories are listed inside the grants only", async () => {
    const { base, work, grants } = await scene();
    const { entries, path } = await readDirectory(join(work, "link-dir-inside"), grants, pin);
    expect(path).toBe(join(work, "sub"));
    expect(entries.map(({ name }) => name).sort()).toEqual(["b.txt", "out"]);
    for (const bad of ["link-dir", "link-root", "..", "sub/out", ".massgen", "/proc/self/fd"]) {
      expect((await faultOf(readDirectory(absolute(work, bad), grants, pin))).code, bad).toBe("denied");
    }
    expect((await faultOf(readDirectory(join(base, "one"), grants, pin))).code).toBe("denied");
  });

  test("a grant that is a link counts for the place that it leads to", async () => {
    const { base } = await scene();
    const grants: readonly Grant[] = [{ path: join(base, "docs-by-link"), permission: "write" }];
    expect(await read(join(base, "docs-by-link/guide.md"), grants, pin)).toBe("inside");
    await write(join(base, "docs-by-link/guide.md"), grants, pin);
    expect(await readFile(join(base, "docs/guide.md"), "utf8")).toBe("written");
    expect((await faultOf(read(join(base, "outside/secret.txt"), grants, pin))).code).toBe("denied");
  });

  test("even a grant of everything does not reach the kernel's files", async () => {
    const { work } = await scene();
    const grants: readonly Grant[] = [{ path: "/", permission: "write" }];
    expect(await read(join(work, "a.txt"), grants, pin)).toBe("inside");
    for (const path of ["/proc/self/environ", "/dev/null", "/sys/kernel", join(work, "link-environ")]) {
      expect((await faultOf(read(path, grants, pin))).code, path).toBe("denied");
    }
  });
});

test("a refusal names the path and the places that are allowed", async () => {
  const { base, work, grants } = await scene();
  const reading = await faultOf(read("/etc/passwd", grants, pinByHandle));
  expect(reading.message).toBe("/etc/passwd is outside the places that may be read");
  expect(reading.hint).toContain(`Allowed: ${work}, ${join(base, "docs")}`);
  const writing = await faultOf(write(join(base, "docs/x.md"), grants, pinByHandle));
  expect(writing.message).toBe(`${base}/docs/x.md may be read, but not written`);
  expect(writing.hint).toContain(work);
});

test("without grants nothing is allowed", async () => {
  const { work } = await scene();
  expect(await faultOf(read(join(work, "a.txt"), [], pinByHandle))).toMatchObject({
    code: "denied",
    hint: "Allowed: nothing.",
  });
});

test("a file that was swapped for another one while it was held by name is not opened", async () => {
  const { work } = await scene();
  const pin = await pinByName(join(work, "a.txt"), { follow: true });
  await writeFile(join(work, "other.txt"), "other");
  await rename(join(work, "other.txt"), join(work, "a.txt"));
  expect((await faultOf(pin.open(0))).message).toContain("was replaced");
});

test("a file whose directory became a link while it was held by name is not opened", async () => {
  const { base, work } = await scene();
  const pin = await pinByName(join(work, "sub/b.txt"), { follow: true });
  await rename(join(work, "sub"), join(base, "moved"));
  await symlink(join(base, "moved"), join(work, "sub"));
  expect((await faultOf(pin.open(0))).message).toContain("was replaced");
});

test("a write that fails half-way says so", async () => {
  const { work, grants } = await scene();
  const file = await openWrite(join(work, "a.txt"), grants, { create: false });
  await file.handle.close();
  expect((await faultOf(replaceContent(file, Buffer.from("x")))).code).toBe("disk");
});

test("a full disk is told apart from a place that is not allowed", () => {
  const failed = (code: string): unknown => Object.assign(new Error(code), { code, syscall: "write" });
  expect(pathFault(failed("ENOSPC"), "/a")).toMatchObject({
    fault: { code: "disk", message: "/a cannot be written: the disk is full" },
  });
  expect(pathFault(failed("EACCES"), "/a")).toMatchObject({ fault: { code: "denied" } });
  expect(pathFault(failed("EIO"), "/a")).toMatchObject({ fault: { code: "disk" } });
  const bug = new TypeError("x is not a function");
  expect(pathFault(bug, "/a")).toBe(bug);
});
