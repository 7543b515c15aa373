import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Base, Fill } from "../../src/workspace/base.ts";
import { openBlobs } from "../../src/workspace/blobs.ts";
import { openBase } from "../../src/workspace/open-base.ts";
import { growPacked, openPacked } from "../../src/workspace/packed-base.ts";
import { walkTree } from "../../src/workspace/tree.ts";
import { growTree, openTree } from "../../src/workspace/tree-base.ts";
import { readTree } from "../fuzz/random-tree.ts";
import { faultOf, tempDir, writeFiles } from "./temp-dir.ts";

type Form = readonly [
  grow: (directory: string, fill: Fill) => Promise<void>,
  open: (directory: string) => Promise<Base>,
];
const FORMS: Readonly<Record<string, Form>> = {
  "a tree": [growTree, openTree],
  "one file": [growPacked, openPacked],
};

const LARGE = Buffer.alloc(700_000, "large\n");

async function project(base: string): Promise<string> {
  const root = join(base, "project");
  await writeFiles(root, { "a.txt": "one\n", empty: "", "deep/er/b.txt": "two\n", "run.sh": "#!/bin/sh\n" });
  await writeFile(join(root, "large.bin"), LARGE);
  await writeFile(join(root, "deep/bytes"), Buffer.from([0, 255, 10, 13]));
  await chmod(join(root, "run.sh"), 0o777); // wider than the umask lets anything be by itself
  await chmod(join(root, "a.txt"), 0o600);
  await symlink("../a.txt", join(root, "deep/link"));
  return root;
}

const everythingIn =
  (root: string): Fill =>
  async (keep) =>
    walkTree(root, async ({ path, kind, directory, name }) => keep(directory.child(name), path, kind));

test.each(Object.entries(FORMS))(
  "as %s it gives everybody what was there when the run began",
  async (_, [grow, open]) => {
    const base = await tempDir();
    const [root, kept] = [await project(base), join(base, "kept")];
    await mkdir(kept);
    await grow(kept, everythingIn(root));
    const before = await readTree(root);
    await writeFiles(root, { "a.txt": "changed by the user\n", "new.txt": "new\n" });

    const opened = await open(kept);
    const copies = [join(base, "ada"), join(base, "bob")];
    for (const copy of copies) {
      await mkdir(copy);
      const stamps = await opened.copyTo(copy);
      expect(await readTree(copy)).toEqual(before);
      expect([...stamps.keys()].sort()).toEqual([...opened.entries.keys()].sort());
      for (const [path, stamp] of stamps) {
        expect(await lstat(join(copy, path), { bigint: true })).toMatchObject({
          ino: stamp.ino,
          size: stamp.size,
          mtimeNs: stamp.mtimeNs,
          ctimeNs: stamp.ctimeNs,
        });
      }
    }
    await writeFile(join(copies[0] ?? "", "a.txt"), "changed by ada\n");
    expect(await readFile(join(copies[1] ?? "", "a.txt"), "utf8")).toBe("one\n");

    const blobs = openBlobs(join(base, "blobs"));
    expect(opened.entries.get("deep/link")).toBe("link");
    expect(await opened.entryAt("deep/link", blobs)).toEqual({ kind: "link", target: "../a.txt" });
    const script = await opened.entryAt("run.sh", blobs);
    expect(script).toMatchObject({ kind: "file", bytes: 10, mode: 0o777 });
    for (const [path, content] of [
      ["a.txt", Buffer.from("one\n")],
      ["empty", Buffer.alloc(0)],
      ["large.bin", LARGE],
    ] as const) {
      const entry = await opened.entryAt(path, blobs);
      expect(entry.kind === "file" && (await blobs.get(entry.sha256)).equals(content), path).toBe(true);
    }
  },
);

test("as one file it takes no file more for a small one, and is for its user alone", async () => {
  const base = await tempDir();
  const kept = join(base, "kept");
  await mkdir(kept);
  await growPacked(kept, everythingIn(await project(base)));
  expect((await readdir(kept)).sort()).toEqual(["contents", "entries.json", "large-1"]);
  for (const name of ["contents", "entries.json"]) expect((await stat(join(kept, name))).mode & 0o777).toBe(0o600);
});

test("what is no longer whole is not handed out as if it were", async () => {
  const base = await tempDir();
  const [kept, copy] = [join(base, "kept"), join(base, "copy")];
  await mkdir(kept);
  await mkdir(copy);
  await growPacked(kept, everythingIn(await project(base)));
  await truncate(join(kept, "contents"), 3);
  const opened = await openPacked(kept);
  expect(await faultOf(opened.copyTo(copy))).toMatchObject({ code: "disk", hint: expect.stringContaining("again") });
});

test("it is kept once, found again in either form, and nothing half done takes its place", async () => {
  const base = await tempDir();
  const root = await project(base);
  const path = join(base, "kept");
  const torn: Fill = async (keep) => {
    await keep(join(root, "a.txt"), "a.txt", "file");
    throw new Error("the disk failed");
  };
  await expect(openBase(path, join(base, "partial-1"), torn)).rejects.toThrow("the disk failed");
  expect((await readdir(base)).sort()).toEqual(["project"]);
  const first = await openBase(path, join(base, "partial-2"), everythingIn(root));
  await writeFiles(root, { "later.txt": "x" });
  const again = await openBase(path, join(base, "partial-3"), everythingIn(root));
  expect(again.entries).toEqual(first.entries);

  // As earlier versions kept it everywhere.
  const tree = join(base, "tree");
  await writeFiles(tree, { "a.txt": "one\n" });
  expect([...(await openBase(tree, join(base, "partial-4"), everythingIn(root))).entries.keys()]).toEqual(["a.txt"]);
});
