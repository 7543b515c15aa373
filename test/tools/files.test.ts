import { mkdir, readFile, stat, chmod, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { editFileTool, multiEditTool } from "../../src/tools/edit-file.ts";
import { globTool } from "../../src/tools/glob.ts";
import { listDirectoryTool } from "../../src/tools/list-directory.ts";
import { readFileTool } from "../../src/tools/read-file.ts";
import { writeFileTool } from "../../src/tools/write-file.ts";
import { agentFiles, call, failureOf, outputOf } from "./tool-rig.ts";

describe("read_file", () => {
  test("says which lines it shows", async () => {
    const tool = readFileTool(await agentFiles({ "a.txt": "one\ntwo\nthree\n", "b.txt": "no newline at the end" }));
    expect(await outputOf(tool, { path: "a.txt" })).toBe("a.txt: lines 1-3 of 3\none\ntwo\nthree");
    expect(await outputOf(tool, { path: "a.txt", offset: 2, limit: 1 })).toBe("a.txt: lines 2-2 of 3\ntwo");
    expect(await outputOf(tool, { path: "b.txt" })).toBe("b.txt: lines 1-1 of 1\nno newline at the end");
    expect(await failureOf(tool, { path: "a.txt", offset: 4 })).toContain("a.txt has only 3 lines");
  });

  test("an empty file is empty, not an error", async () => {
    const tool = readFileTool(await agentFiles({ "empty.txt": "" }));
    expect(await outputOf(tool, { path: "empty.txt" })).toBe("empty.txt: empty");
  });

  test("reads absolute paths and snapshots, and shows them as absolute", async () => {
    const files = await agentFiles();
    const guide = join(files.grants[2]?.path ?? "", "guide.md");
    expect(await outputOf(readFileTool(files), { path: guide })).toBe(`${guide}: lines 1-1 of 1\na guide`);
    expect(await outputOf(readFileTool(files), { path: "../../../context/guide.md" })).toContain("a guide");
  });

  test("a long file is shown in parts", async () => {
    const lines = Array.from({ length: 5000 }, (_, index) => `line ${index + 1}`);
    const tool = readFileTool(await agentFiles({ "long.txt": lines.join("\n"), "wide.txt": "x".repeat(300_000) }));
    const first = await outputOf(tool, { path: "long.txt" });
    expect(first.split("\n")[0]).toBe("long.txt: lines 1-2000 of 5000");
    expect(first.endsWith("line 2000")).toBe(true);
    expect(await outputOf(tool, { path: "long.txt", offset: 4999 })).toBe(
      "long.txt: lines 4999-5000 of 5000\nline 4999\nline 5000",
    );
    const wide = await outputOf(tool, { path: "wide.txt" });
    expect(wide.split("\n")[0]).toBe("wide.txt: lines 1-1 of 1, cut off: the line is too long");
    expect(wide.length).toBeLessThan(263_000);
  });

  test("refuses what is no text, too large, not there or not allowed, and says what to do", async () => {
    const files = await agentFiles({ "dir/x.txt": "x" });
    await writeFile(join(files.root, "image.png"), Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]));
    await writeFile(join(files.root, "latin1.txt"), Buffer.from([0x66, 0xfc, 0x72]));
    await writeFile(join(files.root, "huge.txt"), Buffer.alloc(11 * 1024 * 1024, "x"));
    const tool = readFileTool(files);
    expect(await failureOf(tool, { path: "image.png" })).toContain("image.png is a binary file (6 bytes)");
    expect(await failureOf(tool, { path: "latin1.txt" })).toContain("Only UTF-8 text");
    expect(await failureOf(tool, { path: "huge.txt" })).toContain("search_files");
    expect(await failureOf(tool, { path: "gone.txt" })).toMatch(/gone\.txt does not exist\nList the directory/);
    expect(await failureOf(tool, { path: "dir" })).toContain("is a directory");
    expect(await failureOf(tool, { path: "../../../outside/secret.txt" })).toContain(
      "outside the places that may be read",
    );
    expect(await failureOf(tool, { path: 7 })).toContain("read_file");
  });
});

describe("write_file", () => {
  test("makes files and their directories, and replaces what is there", async () => {
    const files = await agentFiles();
    const tool = writeFileTool(files);
    expect(await outputOf(tool, { path: "src/new/a.ts", content: "one\ntwo\n" })).toBe(
      "Created src/new/a.ts (2 lines, 8 bytes)",
    );
    expect(await outputOf(tool, { path: "src/new/a.ts", content: "ü" })).toBe(
      "Replaced src/new/a.ts (1 line, 2 bytes)",
    );
    expect(await readFile(join(files.root, "src/new/a.ts"), "utf8")).toBe("ü");
    expect(await outputOf(tool, { path: "empty", content: "" })).toBe("Created empty (0 lines, 0 bytes)");
  });

  test("writes nowhere else", async () => {
    const files = await agentFiles();
    const tool = writeFileTool(files);
    expect(await failureOf(tool, { path: "../../../context/guide.md", content: "x" })).toContain(
      "may be read, but not",
    );
    expect(await failureOf(tool, { path: "../x.txt", content: "x" })).toContain(`Allowed: ${files.root}.`);
    expect(await failureOf(tool, { path: join(files.snapshots, "agent1.1/x"), content: "x" })).toContain(
      "but not written",
    );
    expect(await failureOf(tool, { path: ".git/hooks/pre-commit", content: "x" })).toContain('".git" is protected');
    expect(await failureOf(tool, { path: ".env", content: "x" })).toContain('".env" is protected');
    expect(await failureOf(tool, { path: "folder/", content: "x" })).toContain("names a directory");
  });
});

describe("edit_file", () => {
  test("replaces text that is there once, and names the lines", async () => {
    const files = await agentFiles({ "a.txt": "one\ntwo\nthree\n" });
    const tool = editFileTool(files);
    expect(await outputOf(tool, { path: "a.txt", old_text: "two", new_text: "2" })).toBe(
      "Edited a.txt: line 2\n@@ line 1 @@\n one\n-two\n+2\n three",
    );
    expect(await outputOf(tool, { path: "a.txt", old_text: "2\nthree\n", new_text: "2\n2b\n3\n" })).toContain(
      "Edited a.txt: lines 2-4\n@@",
    );
    expect(await readFile(join(files.root, "a.txt"), "utf8")).toBe("one\n2\n2b\n3\n");
  });

  test("replaces every occurrence when told to", async () => {
    const files = await agentFiles({ "a.txt": "x\nx x\ny\nx" });
    const tool = editFileTool(files);
    const edit = { path: "a.txt", old_text: "x", new_text: "z\n", replace_all: true };
    expect(await outputOf(tool, edit)).toContain("Edited a.txt: lines 1, 3, 4, 7\n@@");
    expect(await readFile(join(files.root, "a.txt"), "utf8")).toBe("z\n\nz\n z\n\ny\nz\n");
  });

  test("takes the text as it is: no patterns, no placeholders", async () => {
    const files = await agentFiles({ "a.txt": "cost: .* (5)\n" });
    await outputOf(editFileTool(files), { path: "a.txt", old_text: ".* (5)", new_text: "$& $1 $$" });
    expect(await readFile(join(files.root, "a.txt"), "utf8")).toBe("cost: $& $1 $$\n");
  });

  test("keeps Windows line ends, a byte order mark and the mode of the file", async () => {
    const files = await agentFiles({ "run.cmd": "\uFEFFone\r\ntwo\r\nthree\r\n" });
    await chmod(join(files.root, "run.cmd"), 0o755);
    await outputOf(editFileTool(files), { path: "run.cmd", old_text: "one\ntwo", new_text: "1\n2" });
    expect(await readFile(join(files.root, "run.cmd"), "utf8")).toBe("\uFEFF1\r\n2\r\nthree\r\n");
    expect((await stat(join(files.root, "run.cmd"))).mode & 0o777).toBe(0o755);
  });

  test("changes nothing when the text is missing, ambiguous or the same, and says how to go on", async () => {
    const content = "function a() {\n\treturn 1;\n}\nreturn\nreturn\n";
    const files = await agentFiles({ "a.js": content });
    const tool = editFileTool(files);
    const edit = async (old_text: string, new_text = "new"): Promise<string> =>
      failureOf(tool, { path: "a.js", old_text, new_text });
    expect(await edit("  return 1; // one")).toMatch(/old_text is not in a\.js\nRead the file/);
    expect(await edit("return 1;\n}\nreturn 2")).toMatch(/old_text is not in a\.js\nLine 2 begins like it but differs/);
    expect(await edit("  return\n")).toMatch(/with other white space or quotes 2 times: at lines 4, 5\nRead/);
    expect(await edit("nothing like it")).toMatch(/is not in a\.js\nRead the file/);
    expect(await edit("return")).toMatch(/is in a\.js 3 times: lines 2, 4, 5\nGive more/);
    expect(await edit("return 1", "return 1")).toContain("are the same");
    expect(await edit("")).toContain("old_text");
    expect(await failureOf(tool, { path: "b.js", old_text: "a", new_text: "b" })).toContain("b.js does not exist");
    expect(await readFile(join(files.root, "a.js"), "utf8")).toBe(content);
  });

  test("finds what differs in white space alone, and indents the new text as the place is", async () => {
    const files = await agentFiles({
      "a.py": "class A:\n\tdef f(self):\n\t\treturn 1\n",
      "w.txt": "a\r\n  b \r\nc\r\n",
    });
    const tool = editFileTool(files);
    const edit = { path: "a.py", old_text: "def f(self):\n    return 1", new_text: "def f(self):\n\treturn 2\n" };
    expect(await outputOf(tool, edit)).toContain("lines 2-3 (white space or quotes differed)");
    expect(await readFile(join(files.root, "a.py"), "utf8")).toBe("class A:\n\tdef f(self):\n\t\treturn 2\n");
    await outputOf(tool, { path: "w.txt", old_text: "b\nc", new_text: "B\nC" });
    expect(await readFile(join(files.root, "w.txt"), "utf8")).toBe("a\r\n  B\r\n  C\r\n");
  });

  test("several edits are made one after the other, or none of them", async () => {
    const files = await agentFiles({ "a.txt": "one\ntwo\n" });
    const tool = multiEditTool(files);
    const first = { old_text: "one", new_text: "1" };
    const second = { old_text: "1\ntwo", new_text: "1\n2" };
    const missing = { old_text: "gone", new_text: "x" };
    expect(await failureOf(tool, { path: "a.txt", edits: [first, missing] })).toContain(
      "Edit 2 of 2: old_text is not in a.txt. None of them was made",
    );
    expect(await readFile(join(files.root, "a.txt"), "utf8")).toBe("one\ntwo\n");
    expect(await outputOf(tool, { path: "a.txt", edits: [first, second] })).toContain(
      "Edited a.txt: line 1; lines 1-2",
    );
    expect(await readFile(join(files.root, "a.txt"), "utf8")).toBe("1\n2\n");
  });

  test("leaves binary files and read-only places alone", async () => {
    const files = await agentFiles();
    await writeFile(join(files.root, "x.bin"), Buffer.from([0x61, 0xff, 0x62]));
    const tool = editFileTool(files);
    expect(await failureOf(tool, { path: "x.bin", old_text: "a", new_text: "b" })).toContain("binary file");
    const guide = { path: "../../../context/guide.md", old_text: "a", new_text: "b" };
    expect(await failureOf(tool, guide)).toContain("may be read, but not written");
  });
});

describe("list_directory", () => {
  test("lists what .gitignore does not exclude, directories marked", async () => {
    const files = await agentFiles({
      ".gitignore": "*.log\n/build/\n!keep.log\n",
      "a.txt": "a",
      "x.log": "x",
      "keep.log": "k",
      "build/out.js": "o",
      "src/build/in.ts": "i",
      "src/deep/er/x.ts": "x",
      "src/.gitignore": "in.*\n!*.log\n",
      "src/y.log": "y",
      "node_modules/pkg/index.js": "n",
      ".massgen/session.jsonl": "s",
    });
    await symlink("/etc", join(files.root, "link"));
    const tool = listDirectoryTool(files);
    expect(await outputOf(tool, {})).toBe(
      [".gitignore", "a.txt", "keep.log", "link (symbolic link)", "node_modules/", "src/"].join("\n"),
    );
    expect(await outputOf(tool, { path: "src", depth: 3 })).toBe(
      ["src/.gitignore", "src/build/", "src/deep/", "src/deep/er/", "src/deep/er/x.ts", "src/y.log"].join("\n"),
    );
  });

  test("a large directory is cut off after 500 entries, nearest ones first", async () => {
    const names = Array.from({ length: 600 }, (_, index) => `deep/f${String(index).padStart(3, "0")}.txt`);
    const files = await agentFiles(Object.fromEntries([...names, "z.txt"].map((name) => [name, ""])));
    const lines = (await outputOf(listDirectoryTool(files), { depth: 2 })).split("\n");
    expect(lines).toHaveLength(501);
    expect(lines).toContain("z.txt");
    expect(lines.at(-1)).toContain("only the first 500 entries");
  });

  test("an empty directory, a file, a missing and a forbidden place", async () => {
    const files = await agentFiles({ "a.txt": "a" });
    await mkdir(join(files.root, "empty"));
    const tool = listDirectoryTool(files);
    expect(await outputOf(tool, { path: "empty" })).toBe("empty is empty");
    expect(await failureOf(tool, { path: "a.txt" })).toContain("not a directory");
    expect(await failureOf(tool, { path: "gone" })).toContain("does not exist");
    expect(await failureOf(tool, { path: "/etc" })).toContain("outside the places");
    expect(await failureOf(tool, { path: ".." })).toContain("outside the places");
  });

  test("stops when it is interrupted", async () => {
    const files = await agentFiles({ "a/b.txt": "" });
    const signal = AbortSignal.abort(new Error("stop it"));
    await expect(call(listDirectoryTool(files), { depth: 5 }, signal)).rejects.toThrow("stop it");
  });
});

test("glob finds files by their names, without what .gitignore excludes", async () => {
  const files = await agentFiles({
    "a.ts": "",
    "src/b.ts": "",
    "src/b.test.ts": "",
    "dist/c.ts": "",
    ".gitignore": "dist\n",
  });
  const tool = globTool(files);
  expect(await outputOf(tool, { pattern: "*.ts" })).toBe("a.ts\nsrc/b.test.ts\nsrc/b.ts");
  expect(await outputOf(tool, { pattern: "src/**/*.test.ts" })).toBe("src/b.test.ts");
  expect(await outputOf(tool, { pattern: "*.md" })).toBe("No file matches.");
  expect(await failureOf(tool, { pattern: "*", path: "/etc" })).toContain("outside the places");
});
