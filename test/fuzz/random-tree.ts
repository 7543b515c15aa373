import { chmod, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

type Random = () => number;

const FILES = [
  "a.txt",
  "b.txt",
  "src/a.ts",
  "src/b c.ts",
  "src/deep/é.md",
  "lib/x",
  "lib/y/z.bin",
  "top",
  "build/out.js",
];
const LINES = ["one", "two", "three", "", "  four", "five 五", "}", "return;"];

/** What lies below a directory: files with their bytes, links with their targets, directories, and everybody's mode. */
export async function readTree(root: string, prefix = ""): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  for (const name of (await readdir(join(root, prefix))).sort()) {
    const path = prefix + name;
    const stats = await lstat(join(root, path));
    const mode = (stats.mode & 0o777).toString(8);
    if (stats.isSymbolicLink()) found.set(path, `link ${await readlink(join(root, path))}`);
    else if (stats.isFile()) found.set(path, `file ${mode} ${await readFile(join(root, path), "latin1")}`);
    else {
      found.set(path, `directory ${mode}`);
      for (const [below, what] of await readTree(root, `${path}/`)) found.set(below, what);
    }
  }
  return found;
}

export async function growTree(root: string, random: Random): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const path of FILES) if (random() < 0.7) await put(root, path, content(random), random);
  if (random() < 0.3) await mkdir(join(root, "empty"), { recursive: true });
  if (random() < 0.3) await symlink(one(random, ["a.txt", "gone", "src"]), join(root, "link"));
  if (random() < 0.6) await put(root, ".gitignore", one(random, ["build/\n", "*.bin\n", "lib\n!lib/x\n"]), random);
  if (random() < 0.4) await put(root, ".env", "KEY=secret\n", random);
}

/** One to eight changes of any kind. What cannot be done is passed over, as with people. */
export async function editTree(root: string, random: Random): Promise<void> {
  for (let count = 1 + Math.floor(random() * 8); count > 0; count--) await edit(root, random).catch(() => undefined);
}

async function edit(root: string, random: Random): Promise<void> {
  const path = one(random, [...FILES, ...FILES, "new.txt", "src/new.ts", "link", ".gitignore", "top/inside", "lib"]);
  const target = join(root, path);
  const dice = random();
  if (dice < 0.45) return put(root, path, changed(await readFile(target), random), random);
  if (dice < 0.6) return put(root, path, content(random), random);
  if (dice < 0.72) return rm(target, { recursive: random() < 0.5 });
  if (dice < 0.82) {
    const to = join(root, one(random, [...FILES, "moved/here.txt"]));
    await mkdir(dirname(to), { recursive: true });
    return rename(target, to);
  }
  if (dice < 0.9) return chmod(target, one(random, [0o600, 0o644, 0o755]));
  await rm(target, { recursive: true, force: true });
  if (dice < 0.95) return symlink(one(random, ["a.txt", "src", "../outside", "/etc/passwd"]), target);
  return put(root, `${path}/below.txt`, content(random), random);
}

async function put(root: string, path: string, bytes: Buffer | string, random: Random): Promise<void> {
  const target = join(root, path);
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, bytes);
  if (random() < 0.1) await chmod(target, one(random, [0o600, 0o755]));
}

function content(random: Random): Buffer {
  const dice = random();
  if (dice < 0.1) return Buffer.alloc(0);
  if (dice < 0.2) return Buffer.from([0, 255, 13, 10, Math.floor(random() * 256)]);
  const end = dice < 0.35 ? "\r\n" : "\n";
  const lines = Array.from({ length: 1 + Math.floor(random() * 14) }, () => one(random, LINES));
  return Buffer.from(lines.join(end) + (random() < 0.8 ? end : ""));
}

/** Some lines changed, added or taken away; anything that is no text gets a byte more. */
function changed(bytes: Buffer, random: Random): Buffer {
  if (bytes.includes(0)) return Buffer.concat([bytes, Buffer.from([Math.floor(random() * 256)])]);
  const lines = bytes.toString("utf8").match(/[^\n]*\n|[^\n]+$/g) ?? [];
  for (let count = 1 + Math.floor(random() * 3); count > 0; count--) {
    const at = Math.floor(random() * (lines.length + 1));
    lines.splice(at, random() < 0.5 ? 1 : 0, ...(random() < 0.7 ? [`mine ${Math.floor(random() * 1e6)}\n`] : []));
  }
  return Buffer.from(lines.join(""));
}

function one<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}
