import { constants, type BigIntStats } from "node:fs";
import { lstat, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { FaultError } from "../core/fault.ts";
import { GITIGNORE, isIgnored, type Rules, rulesOf } from "./ignore-rules.ts";
import { pinPath, type Pin } from "./pin.ts";
import { isProtected } from "./places.ts";

export type TreeEntry = {
  /** Relative to the root, "/" between parts. */
  readonly path: string;
  readonly kind: "file" | "link";
  readonly stats: BigIntStats;
  /** Held while the entry is visited. `directory.child(name)` is the entry itself, never what a link leads to. */
  readonly directory: Pin;
  readonly name: string;
};

export type TreeLimits = { readonly files: number; readonly bytes: number };

const LIMITS: TreeLimits = { files: 50_000, bytes: 500 * 1024 * 1024 };

/** Never part of a copy, a snapshot or a patch: what can be made again, and what is nobody else's business. */
const LEFT_OUT = new Set([
  ".DS_Store",
  ".env",
  ".git",
  ".massgen",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".venv",
  "__pycache__",
  "node_modules",
  "venv",
]);

export function isLeftOut(name: string): boolean {
  return LEFT_OUT.has(name) || isProtected(name, "read");
}

/**
 * Visits every file and link below `root` that its .gitignore files do not exclude, several at once. Links are not followed;
 * pipes, devices and what cannot be read are passed over. `known` files count although they are ignored.
 * Throws FaultError "disk" when there is more than `limits` allow.
 */
export async function walkTree(
  root: string,
  visit: (entry: TreeEntry) => Promise<void>,
  { limits = LIMITS, known = [] }: { readonly limits?: TreeLimits; readonly known?: Iterable<string> } = {},
): Promise<void> {
  const kept = new Set<string>();
  for (const path of known) for (const above of [path, ...parentsOf(path)]) kept.add(above);
  let files = 0;
  let bytes = 0n;
  await walkDirectory(await pinPath(root, { follow: true }), "", []);

  async function walkDirectory(directory: Pin, prefix: string, above: readonly Rules[]): Promise<void> {
    try {
      const names = await readdir(directory.self);
      const rules = names.includes(GITIGNORE) ? [...above, ...(await rulesIn(directory, join(root, prefix)))] : above;
      const below: { name: string; path: string }[] = [];
      const visits = names.map(async (name) => {
        const path = prefix + name;
        if (isLeftOut(name)) return;
        const stats = await lstat(directory.child(name), { bigint: true }).catch(() => undefined);
        if (stats === undefined) return; // gone, or a name that is no text
        if (isIgnored(join(root, path), stats.isDirectory(), rules) && !kept.has(path)) return;
        if (stats.isDirectory()) return void below.push({ name, path });
        if (!stats.isFile() && !stats.isSymbolicLink()) return;
        count(stats);
        await visit({ path, kind: stats.isFile() ? "file" : "link", stats, directory, name });
      });
      for (const { status, reason } of (await Promise.allSettled(visits)) as { status: string; reason?: unknown }[])
        if (status === "rejected") throw reason;
      for (const { name, path } of below) {
        const next = await pinPath(directory.child(name), { follow: false }).catch(() => undefined);
        if (next?.stats.isDirectory()) await walkDirectory(next, `${path}/`, rules);
        else await next?.close();
      }
    } finally {
      await directory.close();
    }
  }

  function count(stats: BigIntStats): void {
    files += 1;
    bytes += stats.size;
    if (files <= limits.files && bytes <= limits.bytes) return;
    throw new FaultError({
      code: "config",
      message: `${root} is too large to be worked on in copies: more than ${limits.files} files or ${Math.round(limits.bytes / 1024 / 1024)} MB that .gitignore does not exclude`,
      hint: "Name the part that is to be changed in context_paths, or add what can be made again to .gitignore.",
    });
  }
}

/** The content of a file that was just listed. Undefined when it is none any more, or may not be read. */
export async function readEntry({
  directory,
  name,
}: Pick<TreeEntry, "directory" | "name">): Promise<Buffer | undefined> {
  const handle = await openNoFollow(directory.child(name)).catch(() => undefined);
  try {
    return handle && (await handle.stat()).isFile() ? await handle.readFile() : undefined;
  } finally {
    await handle?.close();
  }
}

/** "a/b" and "a" of "a/b/c". */
export function parentsOf(path: string): readonly string[] {
  const parts = path.split("/");
  return parts.slice(0, -1).map((_, index) => parts.slice(0, parts.length - 1 - index).join("/"));
}

function openNoFollow(path: string) {
  const { O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants as Partial<typeof constants>;
  return open(path, constants.O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
}

async function rulesIn(directory: Pin, base: string): Promise<readonly Rules[]> {
  const text = await readEntry({ directory, name: GITIGNORE });
  return text === undefined ? [] : [rulesOf(base, text.toString("utf8"))];
}
