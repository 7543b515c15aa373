import { chmod, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { applyPatch, type ApplyPlace, readApplied, undoPatch } from "../../src/workspace/apply-patch.ts";
import { mergeText } from "../../src/workspace/merge-text.ts";
import { conflictText, patchText } from "../../src/workspace/patch-text.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import { openRunBlobs, readPatch } from "../../src/workspace/working-copies.ts";
import { playPatches } from "../fuzz/patches.ts";
import { readTree } from "../fuzz/random-tree.ts";
import { faultOf, makePipe, tempDir, writeFiles } from "./temp-dir.ts";

type Files = Readonly<Record<string, string>>;

/** A user's directory, an agent's copy of it, and what it takes to bring the one's changes into the other. */
async function scene(files: Files, granted = ".") {
  const base = await tempDir();
  const user = join(base, "project");
  await mkdir(user);
  await writeFiles(user, files);
  const open = async () => {
    const workspaces = await createRunWorkspaces({
      directory: join(base, "run"),
      agents: [{ id: "ada", number: 1 }],
      contextPaths: [{ path: join(user, granted), permission: "write" }],
    });
    return { workspaces, copy: join(workspaces.filesOf("ada").root, "project") };
  };
  const { workspaces, copy } = await open();
  const place: ApplyPlace = { blobs: openRunBlobs(join(base, "run")), record: join(base, "run/applied.json") };
  const patch = async () => {
    await workspaces.snapshot("ada", "agent1.1");
    return (await readPatch(join(base, "run"), "agent1.1")) ?? { parts: [] };
  };
  const apply = async () => applyPatch(await patch(), { label: "agent1.1", at: 1 }, place);
  const undo = async () => {
    const applied = await readApplied(place);
    return applied && undoPatch(applied, place);
  };
  return { base, user, copy, place, workspaces, open, patch, apply, undo };
}

const TEN = Array.from({ length: 10 }, (_, index) => `line ${index + 1}\n`).join("");

test.each<[name: string, base: string, ours: string, theirs: string, merged: string | undefined]>([
  ["both sides, far apart", "a\nb\nc\nd\n", "A\nb\nc\nd\n", "a\nb\nc\nD\n", "A\nb\nc\nD\n"],
  ["the same change", "a\nb\n", "a\nB\n", "a\nB\n", "a\nB\n"],
  ["one side only", "a\nb\n", "a\nb\n", "", ""],
  ["lines that touch", "a\nb\nc\n", "A\nb\nc\n", "a\nB\nc\n", undefined],
  ["two insertions at one place", "a\n", "a\nx\n", "a\ny\n", undefined],
  ["a last line without an end", "a\nb\nc", "a\nb\nc\n", "A\nb\nc", "A\nb\nc\n"],
  ["line ends of Windows stay", "a\r\nb\r\nc\r\n", "a\r\nb\r\nC\r\n", "A\r\nb\r\nc\r\n", "A\r\nb\r\nC\r\n"],
  ["mixed line ends are a change", "a\nb\n", "a\r\nb\n", "A\nb\n", undefined],
])("merging text: %s", async (_, base, ours, theirs, merged) => {
  const result = await mergeText(base, ours, theirs);
  expect("text" in result ? result.text : undefined).toBe(merged);
});

test("what an agent did reaches the user's files, is merged with what they did meanwhile, and can be taken back", async () => {
  const { user, copy, apply, undo, patch, place, base } = await scene({
    "src/a.ts": TEN,
    "src/gone.ts": "bye\n",
    "src/old name.ts": "moves\n",
    "run.sh": "#!/bin/sh\n",
    "crlf.txt": "one\r\ntwo\r\n",
    "swap/inner.txt": "in\n",
    flat: "file\n",
    "image.bin": "\0\x01",
    ".gitignore": "dist/\n",
    "dist/out.js": "built\n",
  });
  await symlink("src/a.ts", join(user, "made-by-user"));
  await mkdir(join(user, "empty"));
  await chmod(join(user, "src/a.ts"), 0o600);

  await writeFile(join(copy, "src/a.ts"), TEN.replace("line 9", "line nine"));
  await rm(join(copy, "src/gone.ts"));
  await rename(join(copy, "src/old name.ts"), join(copy, "src/new.ts"));
  await chmod(join(copy, "run.sh"), 0o755);
  await writeFile(join(copy, "crlf.txt"), "one\r\n2\r\n");
  await rm(join(copy, "swap"), { recursive: true });
  await writeFile(join(copy, "swap"), "a file now\n");
  await rm(join(copy, "flat"));
  await writeFiles(copy, { "flat/below.txt": "deep\n", "empty/new.txt": "new\n", "dist/other.js": "not yours\n" });
  await writeFile(join(copy, "image.bin"), "\0\x02");
  await symlink("src/a.ts", join(copy, "link"));
  expect(await readdir(copy)).not.toContain("made-by-user");

  await writeFile(join(user, "src/a.ts"), TEN.replace("line 2", "line two"));
  await writeFile(join(user, "src/old name.ts"), "moves, and I changed it\n");
  await writeFiles(user, { "mine.txt": "untracked\n" });
  const before = await readTree(user);

  expect(await apply()).toMatchObject({ kind: "done" });
  expect(await readFile(join(user, "src/a.ts"), "utf8")).toBe(
    TEN.replace("line 9", "line nine").replace("line 2", "line two"),
  );
  expect((await stat(join(user, "src/a.ts"))).mode & 0o777).toBe(0o600);
  expect(await readFile(join(user, "src/new.ts"), "utf8")).toBe("moves, and I changed it\n");
  expect((await stat(join(user, "run.sh"))).mode & 0o111).not.toBe(0);
  expect(await readFile(join(user, "crlf.txt"), "utf8")).toBe("one\r\n2\r\n");
  expect(await readFile(join(user, "flat/below.txt"), "utf8")).toBe("deep\n");
  expect((await lstat(join(user, "swap"))).isFile()).toBe(true);
  expect((await lstat(join(user, "link"))).isSymbolicLink()).toBe(true);
  expect(await readdir(join(user, "src"))).toEqual(["a.ts", "new.ts"]);
  expect(await readdir(join(user, "dist"))).toEqual(["out.js"]);

  const [part] = (await patch()).parts;
  const text = await patchText(part ?? { root: "", changes: [], leftOut: [] }, place.blobs);
  expect(text).toContain("rename from src/old name.ts\nrename to src/new.ts\n");
  expect(text).toContain("old mode 100644\nnew mode 100755\n");
  expect(text).toContain("Binary files a/image.bin and b/image.bin differ\n");
  expect(text).toContain("-line 9\n+line nine\n");

  await writeFile(join(user, "crlf.txt"), "zero\r\none\r\n2\r\n");
  expect(await undo()).toMatchObject({ kind: "done" });
  expect(await readFile(join(user, "crlf.txt"), "utf8")).toBe("zero\r\none\r\ntwo\r\n");
  await writeFile(join(user, "crlf.txt"), "one\r\ntwo\r\n");
  expect(await readTree(user)).toEqual(before);
  expect(await readdir(base)).toEqual(["project", "run"]);
});

test.each<[name: string, agent: Files | string, mine: Files | string, why: string]>([
  ["the same lines", { "a.txt": "agent\n" }, { "a.txt": "mine\n" }, "both sides changed the same lines"],
  ["deleted by the user", { "a.txt": "agent\n" }, "a.txt", "you deleted it"],
  ["deleted by the agent", "a.txt", { "a.txt": "mine\n" }, "you changed it, and it was deleted"],
  ["two new files", { "n.txt": "agent\n" }, { "n.txt": "mine\n" }, "you made a file of that name, too"],
  ["an ignored file of the user", { ".gitignore": "", "log/x": "agent" }, { "log/x": "mine" }, "you made a file"],
  ["a directory in its place", { new: "agent\n" }, { "new/x": "mine" }, "there is a directory in its place"],
  ["a file where a directory is needed", { "new/x": "agent" }, { new: "mine\n" }, "new is no directory"],
  ["no text", { "b.bin": "\0agent" }, { "b.bin": "\0mine" }, "it is no text"],
])("a conflict changes nothing at all: %s", async (_, agent, mine, why) => {
  const { user, copy, apply, place } = await scene({
    "a.txt": "a\n",
    "b.bin": "\0",
    ".gitignore": "log/\n",
    fine: "f\n",
  });
  const edit = (root: string, what: Files | string) =>
    typeof what === "string" ? rm(join(root, what)) : writeFiles(root, what);
  await edit(copy, agent);
  await edit(copy, { fine: "changed\n" });
  await edit(user, mine);
  const before = await readTree(user);
  const result = await apply();
  expect(result.kind === "conflicts" && conflictText(result.conflicts)).toContain(why);
  expect(await readTree(user)).toEqual(before);
  expect(await readApplied(place)).toBeUndefined();
});

test("what is protected, leads out, or was not granted never reaches the user's files", async () => {
  const { user, copy, patch, apply } = await scene({ "a.txt": "a\n", ".npmrc": "x\n" });
  await writeFiles(copy, {
    ".git/hooks/pre-commit": "evil",
    ".env": "KEY=1",
    ".npmrc": "evil",
    "x/.VSCode/tasks.json": "evil",
  });
  await symlink("/etc/passwd", join(copy, "absolute"));
  await symlink("../../../outside", join(copy, "climbs"));
  makePipe(join(copy, "pipe"));
  await writeFile(join(copy, "a.txt"), "fine\n");
  const before = await readdir(user);
  const [part] = (await patch()).parts;
  expect(part?.changes.map(({ path }) => path)).toEqual(["a.txt"]);
  expect(part?.leftOut.map(({ path }) => path)).toEqual([".npmrc", "absolute", "climbs", "x/.VSCode/tasks.json"]);
  await apply();
  expect(await readdir(user)).toEqual(before);
  expect(await readFile(join(user, ".npmrc"), "utf8")).toBe("x\n");
});

test("of a granted file nothing beside it is copied or changed", async () => {
  const { user, copy, apply } = await scene({ "notes.md": "n\n", "other.md": "o\n" }, "notes.md");
  expect(await readdir(copy)).toEqual(["notes.md"]);
  await writeFiles(copy, { "notes.md": "changed\n", "other.md": "evil\n" });
  await apply();
  expect(await readTree(user)).toEqual(
    new Map([
      ["notes.md", "file 644 changed\n"],
      ["other.md", "file 644 o\n"],
    ]),
  );
});

test("an apply writes through no link that the user's directory holds", async () => {
  const { base, user, copy, apply } = await scene({ "src/a.ts": "a\n" });
  await writeFiles(base, { "outside/a.ts": "a\n" });
  await writeFile(join(copy, "src/a.ts"), "changed\n");
  await rm(join(user, "src"), { recursive: true });
  await symlink(join(base, "outside"), join(user, "src"));
  expect(await apply()).toMatchObject({ kind: "conflicts" });
  expect(await readFile(join(base, "outside/a.ts"), "utf8")).toBe("a\n");
});

test("a run that is opened again still knows what its agents changed", async () => {
  const { user, copy, open, apply } = await scene({ "a.txt": "a\n", "b.txt": "b\n" });
  await writeFile(join(copy, "a.txt"), "changed\n");
  await writeFile(join(user, "b.txt"), "mine\n");
  const again = await open();
  expect((await again.workspaces.snapshot("ada", "agent1.2")).changes).toEqual(["M a.txt"]);
  expect(await apply()).toMatchObject({ kind: "done" });
  expect(await readFile(join(user, "b.txt"), "utf8")).toBe("mine\n");
});

test("a snapshot holds of a copy only what was changed", async () => {
  const { copy, workspaces } = await scene({ "a.txt": "a\n", "deep/b.txt": "b\n", "deep/c.txt": "c\n" });
  await writeFile(join(copy, "deep/b.txt"), "changed\n");
  await rm(join(copy, "a.txt"));
  expect(await workspaces.snapshot("ada", "agent1.1")).toMatchObject({
    files: ["project/deep/b.txt"],
    changes: ["D a.txt", "M deep/b.txt"],
  });
});

test("what is too large to be copied is refused before anything begins", async () => {
  const { base, user } = await scene({ "a.txt": "a\n" });
  const handle = await import("node:fs/promises").then(({ open }) => open(join(user, "huge"), "w"));
  await handle.truncate(600 * 1024 * 1024);
  await handle.close();
  const agents = [{ id: "ada", number: 1 }];
  const contextPaths = [{ path: user, permission: "write" }] as const;
  const fault = await faultOf(createRunWorkspaces({ directory: join(base, "two"), agents, contextPaths }));
  expect(fault).toMatchObject({ code: "config", hint: expect.stringContaining("context_paths") });
});

test("random trees, edits by agents and the user, and failing disks: nothing is lost, and undo is exact", async () => {
  const endings: string[] = [];
  for (let seed = 0; seed < 40; seed++) endings.push(...(await playPatches(seed)));
  expect(new Set(endings)).toEqual(new Set(["done", "conflicts"]));
});
