import { join, relative } from "node:path";
import { childEnvironment } from "../workspace/child-environment.ts";
import type { Place } from "../workspace/places.ts";
import { runCommand } from "../workspace/process-group.ts";
import { lookUp } from "../workspace/safe-handle.ts";
import { MAX_SEARCHED_BYTES, type LineMatch, type Query } from "./line-search.ts";

/** Keeps the arguments of one call well below what systems allow. */
const FILES_AT_ONCE = 500;
/** "path NUL line:text", in the order of the arguments. */
const FORMAT = [
  "--no-config",
  "--no-messages",
  "--no-heading",
  "--color=never",
  "--with-filename",
  "--null",
  "--line-number",
  "--crlf",
  "--threads=1",
  "--max-columns=1000",
  "--max-columns-preview",
];
const TIMEOUT_MS = 30_000;

/**
 * The first `max` matching lines of the files, in their order: the same as `searchLines`, only faster. Undefined when
 * ripgrep cannot answer, because it does not understand the expression, say.
 */
export async function ripgrepLines(
  program: string,
  places: readonly Place[],
  { directory, paths }: { readonly directory: string; readonly paths: readonly string[] },
  query: Query,
  options: { readonly max: number; readonly signal: AbortSignal },
): Promise<readonly LineMatch[] | undefined> {
  const found: LineMatch[] = [];
  for (let at = 0; at < paths.length && found.length < options.max; at += FILES_AT_ONCE) {
    const batch = await searchable(paths.slice(at, at + FILES_AT_ONCE), places);
    if (batch.length === 0) continue;
    const { exitCode, output } = await runCommand({
      argv: [
        program,
        ...FORMAT,
        `--max-count=${options.max}`,
        query.ignoreCase ? "--ignore-case" : "--case-sensitive",
        query.regex ? "--no-fixed-strings" : "--fixed-strings",
        `--regexp=${query.text}`,
        "--",
        ...batch.map((path) => `./${relative(directory, path)}`),
      ],
      cwd: directory,
      env: childEnvironment(),
      timeoutMs: TIMEOUT_MS,
      maxOutputBytes: 8 * 1024 * 1024,
      signal: options.signal,
    });
    if (exitCode !== 0 && exitCode !== 1) return undefined;
    for (const line of output.split("\n")) {
      const match = /^(.+)\0(\d+):(.*)$/s.exec(line);
      if (match) found.push({ path: join(directory, match[1] ?? ""), line: Number(match[2]), text: match[3] ?? "" });
    }
  }
  return found.slice(0, options.max);
}

/** ripgrep searches whatever file it is given by name. */
async function searchable(paths: readonly string[], places: readonly Place[]): Promise<readonly string[]> {
  const allowed = await Promise.all(
    paths.map((path) =>
      lookUp(path, places).then(
        ({ stats }) => stats.isFile() && stats.size <= MAX_SEARCHED_BYTES,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => allowed[index]);
}
