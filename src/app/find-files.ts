import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import type { FoundFiles } from "../core/front-end.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { listProjectFiles } from "../tools/project-files.ts";
import { partsBelow } from "../workspace/places.ts";

/** What is listed at most, and what of it is offered. */
const MOST_FILES = 200_000;
const OFFERED = 50;
/** A list that is older is read again while it is still being used. */
const STALE_MS = 5_000;
/** How long an answer waits for the first list to be complete. */
const PATIENCE_MS = 200;
/** Looked at between two looks at the clock, and how long to go on without a pause: less than a frame. */
const SLICE = 200;
const PAUSE_AFTER_MS = 5;

type Listing = { readonly paths: string[]; readonly at: number; readonly read: Promise<void>; complete: boolean };
type Ranked = { readonly path: string; readonly score: number };

/** Fuzzy search of the files below a directory. Nothing is read before the first question. */
export function createFileFinder(files: AgentFiles, now: () => number): (query: string) => Promise<FoundFiles> {
  let current: Listing | undefined;
  let next: Listing | undefined;
  let asked = 0;

  return async (query) => {
    asked += 1;
    const mine = asked;
    const listing = await upToDate();
    const matching = query === "" ? shallowest(listing.paths) : await rank(listing.paths, query, () => mine === asked);
    const paths = matching.length === 0 ? await insideDirectory(files.root, query) : matching;
    return { paths, reading: !listing.complete };
  };

  /** The first list as far as it has come; later the last complete one, while a newer one is being made. */
  async function upToDate(): Promise<Listing> {
    if (next?.complete) [current, next] = [next, undefined];
    if (current && now() - current.at > STALE_MS) next ??= list(files, now());
    if (current) return current;
    next ??= list(files, now());
    await Promise.race([next.read, delay(PATIENCE_MS, undefined, { ref: false })]);
    return next;
  }
}

function list(files: AgentFiles, at: number): Listing {
  const paths: string[] = [];
  const directories = new Set<string>();
  const read = listProjectFiles(files, (found) => {
    for (const path of found) {
      for (const directory of directoriesOf(path)) {
        if (directories.has(directory)) break;
        directories.add(directory);
        paths.push(directory);
      }
      paths.push(path);
    }
    return paths.length < MOST_FILES ? "more" : "enough";
  }).then(() => {
    listing.complete = true;
  });
  const listing: Listing = { paths, at, read, complete: false };
  return listing;
}

/** "a/b/", "a/" of "a/b/c.ts": the deepest first, since those above a known one are known. */
function* directoriesOf(path: string): Generator<string> {
  for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) yield path.slice(0, end + 1);
}

/** What lies at the top comes first, then what lies right below. */
function shallowest(paths: readonly string[]): readonly string[] {
  const levels: [string[], string[]] = [[], []];
  for (const path of paths) {
    const below = path.indexOf("/") + 1;
    if (below === 0 || below === path.length) levels[0].push(path);
    else if (!path.slice(below, -1).includes("/")) levels[1].push(path);
  }
  return levels.flatMap((level) => level.sort()).slice(0, OFFERED);
}

/** In slices, so that keys are heard in between. Ends early when nobody waits for it any more. */
async function rank(paths: readonly string[], query: string, isWanted: () => boolean): Promise<readonly string[]> {
  const { Fzf } = await import("fzf");
  const wanted = query.toLowerCase();
  let best: Ranked[] = [];
  let since = performance.now();
  for (let from = 0; from < paths.length && isWanted(); from += SLICE) {
    const slice = paths.slice(from, from + SLICE).filter((path) => isSubsequence(wanted, path.toLowerCase()));
    const found: readonly { readonly item: string; readonly score: number }[] = new Fzf(slice, {
      fuzzy: "v1",
      limit: OFFERED,
      casing: "case-insensitive",
    }).find(query);
    best.push(...found.map(({ item, score }) => ({ path: item, score: score + bonus(item, wanted) })));
    best = best.sort(byRank).slice(0, OFFERED);
    if (performance.now() - since < PAUSE_AFTER_MS) continue;
    await nextTurn();
    since = performance.now();
  }
  return best.map(({ path }) => path);
}

function isSubsequence(wanted: string, text: string): boolean {
  let at = -1;
  for (const letter of wanted) {
    at = text.indexOf(letter, at + 1);
    if (at < 0) return false;
  }
  return true;
}

/** Who types a name in full means the file that is called so. */
function bonus(path: string, wanted: string): number {
  const lower = path.toLowerCase();
  if (lower === wanted || lower === `${wanted}/`) return 1000;
  const name = lower.slice(lower.lastIndexOf("/", lower.length - 2) + 1);
  return name.startsWith(wanted) ? 100 : name.includes(wanted) ? 50 : 0;
}

function byRank(one: Ranked, other: Ranked): number {
  return other.score - one.score || one.path.length - other.path.length || (one.path < other.path ? -1 : 1);
}

/** What the list leaves out (ignored, too many) is found by its exact directory: "dist/ma" finds "dist/main.js". */
async function insideDirectory(root: string, query: string): Promise<readonly string[]> {
  const end = query.lastIndexOf("/") + 1;
  const [directory, name] = [query.slice(0, end), query.slice(end).toLowerCase()];
  const parts = partsBelow(root, join(root, directory));
  if (end === 0 || parts === undefined) return [];
  const entries = await readdir(join(root, ...parts), { withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.name.toLowerCase().startsWith(name))
    .map((entry) => `${directory}${entry.name}${entry.isDirectory() ? "/" : ""}`)
    .sort()
    .slice(0, OFFERED);
}
