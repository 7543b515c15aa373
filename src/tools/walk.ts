import { join } from "node:path";
import type { AgentFiles } from "../core/workspace.ts";
import { GITIGNORE, isIgnored, type Rules, rulesOf } from "../workspace/ignore-rules.ts";
import { isHidden, partsBelow } from "../workspace/places.ts";
import { openRead, readDirectory } from "../workspace/safe-handle.ts";

export type Entry = {
  /** Absolute, without links. */
  readonly path: string;
  readonly kind: "file" | "directory" | "link" | "other";
  /** From 1: right below the start. */
  readonly depth: number;
};

/** Directories that are named but not entered, unless the walk starts inside them. */
const NOT_ENTERED = new Set([".git", ".venv", "__pycache__", "node_modules", "venv"]);

/**
 * Everything below a directory that .gitignore files do not exclude, level by level, sorted within a directory.
 * Links are yielded, not followed. Directories that cannot be read are passed over. Throws FaultError when `start` cannot be.
 */
export async function* walk(
  files: AgentFiles,
  start: string,
  options: { readonly depth: number; readonly signal: AbortSignal },
): AsyncGenerator<Entry> {
  const first = await readDirectory(start, files.grants);
  const above = await rulesAbove(files, first.path);
  // Whoever names an excluded directory wants to see what is in it.
  let level = [{ ...first, rules: isIgnored(first.path, true, above) ? [] : above }];
  for (let depth = 1; depth <= options.depth && level.length > 0; depth++) {
    const next: typeof level = [];
    for (const directory of level) {
      options.signal.throwIfAborted();
      const own = directory.entries.some(({ name }) => name === GITIGNORE) ? await rulesIn(files, directory.path) : [];
      const rules = [...directory.rules, ...own];
      for (const entry of [...directory.entries].sort((a, b) => (a.name < b.name ? -1 : 1))) {
        const path = join(directory.path, entry.name);
        const isDirectory = entry.isDirectory();
        if (isHidden(entry.name) || isIgnored(path, isDirectory, rules)) continue;
        const kind = isDirectory ? "directory" : entry.isFile() ? "file" : entry.isSymbolicLink() ? "link" : "other";
        yield { path, kind, depth };
        if (!isDirectory || NOT_ENTERED.has(entry.name) || depth === options.depth) continue;
        const below = await readDirectory(path, files.grants).catch(() => undefined);
        if (below !== undefined) next.push({ ...below, rules });
      }
    }
    level = next;
  }
}

/** Of the directories from the grant down to, but without, `directory`. */
async function rulesAbove(files: AgentFiles, directory: string): Promise<readonly Rules[]> {
  const around = files.grants
    .map(({ path }) => ({ path, parts: partsBelow(path, directory) }))
    .filter((grant): grant is typeof grant & { parts: readonly string[] } => grant.parts !== undefined)
    .sort((a, b) => b.path.length - a.path.length)[0];
  if (around === undefined) return [];
  const above = around.parts.map((_, index) => join(around.path, ...around.parts.slice(0, index)));
  return (await Promise.all(above.map((path) => rulesIn(files, path)))).flat();
}

async function rulesIn(files: AgentFiles, directory: string): Promise<readonly Rules[]> {
  try {
    const { handle } = await openRead(join(directory, GITIGNORE), files.grants);
    try {
      return [rulesOf(directory, await handle.readFile("utf8"))];
    } finally {
      await handle.close();
    }
  } catch {
    return []; // none there, or none that may be read
  }
}
