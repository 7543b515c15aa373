import { relative } from "node:path";
import type { AgentFiles } from "../core/workspace.ts";
import { gitNames, NOT_SHOWN } from "./git.ts";
import { walk } from "./walk.ts";

const MAX_DEPTH = 30;
const BATCH = 500;

/**
 * Tells of every file below the root that .gitignore files do not exclude, as paths relative to it with "/" between
 * parts, in batches. Never rejects; stops early when `found` says that it has enough.
 */
export async function listProjectFiles(
  files: AgentFiles,
  found: (paths: readonly string[]) => "more" | "enough",
): Promise<void> {
  const stop = new AbortController();
  const tell = (paths: readonly string[]): void => {
    if (paths.length > 0 && found(paths) === "enough") stop.abort();
  };
  try {
    const args = [
      "ls-files",
      "--cached",
      "--others",
      "--exclude-standard",
      "--deduplicate",
      "-z",
      "--",
      ".",
      ...NOT_SHOWN,
    ];
    if (await gitNames(files, args, stop.signal, tell)) return;
    await listByWalking(files, stop.signal, tell);
  } catch {
    // Enough was found, or the directory is gone: what was found stands.
  }
}

async function listByWalking(
  files: AgentFiles,
  signal: AbortSignal,
  tell: (paths: readonly string[]) => void,
): Promise<void> {
  let batch: string[] = [];
  for await (const { path, kind } of walk(files, files.root, { depth: MAX_DEPTH, signal })) {
    if (kind === "directory") continue;
    batch.push(relative(files.root, path).replaceAll("\\", "/"));
    if (batch.length < BATCH) continue;
    tell(batch);
    batch = [];
  }
  tell(batch);
}
