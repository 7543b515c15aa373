import { isUtf8 } from "node:buffer";
import { type Change, type Entry, type PatchPart, renamesIn } from "../core/patch.ts";
import type { Blobs } from "./blobs.ts";
import type { Conflict } from "./plan-patch.ts";

const TIMEOUT_MS = 1000;
const CONFLICT_LINES = 12;

/** The changes as `git diff` shows them, for people and for `git apply`. */
export async function patchText(part: PatchPart, blobs: Blobs): Promise<string> {
  const renames = renamesIn(part.changes);
  const movedTo = new Set(renames.map(({ to }) => to));
  const pieces: string[] = [];
  for (const change of part.changes) {
    if (movedTo.has(change)) continue;
    const rename = renames.find(({ from }) => from === change);
    pieces.push(rename ? renameText(rename.from.path, rename.to.path) : await changeText(change, blobs));
  }
  return pieces.join("");
}

function renameText(from: string, to: string): string {
  return `diff --git a/${from} b/${to}\nsimilarity index 100%\nrename from ${from}\nrename to ${to}\n`;
}

async function changeText({ path, before, after }: Change, blobs: Blobs): Promise<string> {
  // A link that takes the place of a file, or the other way round, is two things to git.
  if (before !== null && after !== null && before.kind !== after.kind) {
    const gone = await changeText({ path, before, after: null }, blobs);
    return gone + (await changeText({ path, before: null, after }, blobs));
  }
  const [from, to] = [modeOf(before), modeOf(after)];
  const head = [
    `diff --git a/${path} b/${path}`,
    ...(from === undefined ? [`new file mode ${to}`] : []),
    ...(to === undefined ? [`deleted file mode ${from}`] : []),
    ...(from !== undefined && to !== undefined && from !== to ? [`old mode ${from}`, `new mode ${to}`] : []),
  ].join("\n");
  const [old, now] = [await contentOf(before, blobs), await contentOf(after, blobs)];
  if (old.equals(now)) return `${head}\n`;
  const names = [before === null ? "/dev/null" : `a/${path}`, after === null ? "/dev/null" : `b/${path}`] as const;
  const binary = `${head}\nBinary files ${names[0]} and ${names[1]} differ\n`;
  if (!isText(old) || !isText(now)) return binary;
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import("diff");
  const options = { context: 3, timeout: TIMEOUT_MS, headerOptions: FILE_HEADERS_ONLY };
  const text = createTwoFilesPatch(...names, old.toString("utf8"), now.toString("utf8"), undefined, undefined, options);
  return text === undefined ? `${head}\n(nearly all of it is different)\n` : `${head}\n${text}`;
}

/** Where both sides changed the same, a block for each file. */
export function conflictText(conflicts: readonly Conflict[]): string {
  return conflicts
    .map(({ path, why, texts }) =>
      [
        `${path}: ${why}`,
        ...texts.flatMap(({ line, ours, theirs }) => [`@@ line ${line} @@`, ...few("-", ours), ...few("+", theirs)]),
      ].join("\n"),
    )
    .join("\n");
}

/** "-" is yours, "+" is the run's. */
function few(mark: string, lines: readonly string[]): readonly string[] {
  const shown = lines.slice(0, CONFLICT_LINES).map((line) => `${mark}${line.replace(/\r?\n$/, "")}`);
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${mark}… ${more} more lines`] : shown;
}

function modeOf(entry: Entry | null): string | undefined {
  if (entry === null) return undefined;
  return entry.kind === "link" ? "120000" : entry.mode & 0o111 ? "100755" : "100644";
}

async function contentOf(entry: Entry | null, blobs: Blobs): Promise<Buffer> {
  if (entry === null) return Buffer.alloc(0);
  return entry.kind === "link" ? Buffer.from(entry.target) : blobs.get(entry.sha256);
}

function isText(content: Buffer): boolean {
  return isUtf8(content) && !content.includes(0);
}
