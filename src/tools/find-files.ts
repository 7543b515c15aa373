import ignore from "ignore";
import { dirname, relative } from "node:path";
import type { AgentFiles } from "../core/workspace.ts";
import { lookUp } from "../workspace/safe-handle.ts";
import { walk } from "./walk.ts";

export const MAX_FILES = 20_000;
const MAX_DEPTH = 50;

export type FoundFiles = {
  readonly directory: string;
  /** Absolute, sorted. */
  readonly paths: readonly string[];
  /** False: there are more than were looked at. */
  readonly complete: boolean;
};

/** The files at or below a place that was looked up, without what .gitignore excludes; with `glob` only those that it names. */
export async function findFiles(
  files: AgentFiles,
  { path: directory, stats }: Awaited<ReturnType<typeof lookUp>>,
  glob: string | undefined,
  signal: AbortSignal,
): Promise<FoundFiles> {
  if (!stats.isDirectory()) return { directory: dirname(directory), paths: [directory], complete: true };
  // The patterns of a .gitignore are what everybody knows as globs: "*.ts" means at any depth.
  const wanted = glob === undefined ? undefined : ignore({ ignorecase: false }).add(glob);
  const paths: string[] = [];
  for await (const entry of walk(files, directory, { depth: MAX_DEPTH, signal })) {
    if (entry.kind !== "file") continue;
    if (wanted && !wanted.ignores(relative(directory, entry.path).replaceAll("\\", "/"))) continue;
    if (paths.length === MAX_FILES) return { directory, paths, complete: false };
    paths.push(entry.path);
  }
  return { directory, paths: paths.sort(), complete: true };
}
