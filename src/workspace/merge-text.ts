/** A stretch of lines that both sides changed, differently. `line` is where it begins in `ours`, from 1. */
export type TextConflict = {
  readonly line: number;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
};

export type MergedText =
  { readonly text: string } | { readonly conflicts: readonly TextConflict[] } | { readonly conflicts: "too different" };

/** Replaces lines `start` to `end` (exclusive) of the base. */
type Edit = { readonly start: number; readonly end: number; readonly lines: readonly string[] };

const TIMEOUT_MS = 2000;

/**
 * Puts what `theirs` made of `base` into `ours`, line by line, bytes of line ends included. Changes that touch each other
 * are conflicts, unless they are the same.
 */
export async function mergeText(base: string, ours: string, theirs: string): Promise<MergedText> {
  const { diffArrays } = await import("diff");
  const from = splitLines(base);
  const [mine, other] = [ours, theirs].map((text) => {
    const parts = diffArrays([...from], [...splitLines(text)], { timeout: TIMEOUT_MS });
    return parts && editsOf(parts);
  });
  if (!mine || !other) return { conflicts: "too different" };
  return mergeEdits(from, mine, other);
}

type Cluster = { start: number; end: number; mine: Edit[]; other: Edit[] };

function mergeEdits(base: readonly string[], mine: readonly Edit[], other: readonly Edit[]): MergedText {
  const merged: string[] = [];
  const conflicts: TextConflict[] = [];
  let at = 0;
  let shift = 0;
  for (const cluster of clustersOf(mine, other)) {
    merged.push(...base.slice(at, cluster.start));
    at = cluster.end;
    const [ours, theirs] = [applied(base, cluster, cluster.mine), applied(base, cluster, cluster.other)];
    const isSame = ours.length === theirs.length && ours.every((line, index) => line === theirs[index]);
    if (cluster.other.length === 0 || isSame) merged.push(...ours);
    else if (cluster.mine.length === 0) merged.push(...theirs);
    else conflicts.push({ line: cluster.start + shift + 1, ours, theirs });
    shift += ours.length - (cluster.end - cluster.start);
  }
  merged.push(...base.slice(at));
  return conflicts.length > 0 ? { conflicts } : { text: merged.join("") };
}

/** The edits of both sides, those that touch each other together. */
function clustersOf(mine: readonly Edit[], other: readonly Edit[]): readonly Cluster[] {
  const all = [...mine.map((edit) => ({ edit, isMine: true })), ...other.map((edit) => ({ edit, isMine: false }))];
  const clusters: Cluster[] = [];
  for (const { edit, isMine } of all.sort((a, b) => a.edit.start - b.edit.start || a.edit.end - b.edit.end)) {
    let last = clusters.at(-1);
    if (!last || edit.start > last.end) {
      last = { start: edit.start, end: edit.end, mine: [], other: [] };
      clusters.push(last);
    }
    last.end = Math.max(last.end, edit.end);
    (isMine ? last.mine : last.other).push(edit);
  }
  return clusters;
}

/** The cluster's lines as one side has them. */
function applied(base: readonly string[], { start, end }: Cluster, edits: readonly Edit[]): readonly string[] {
  const lines: string[] = [];
  let at = start;
  for (const edit of edits) {
    lines.push(...base.slice(at, edit.start), ...edit.lines);
    at = edit.end;
  }
  return [...lines, ...base.slice(at, end)];
}

function editsOf(
  parts: readonly { readonly value: readonly string[]; readonly added?: boolean; readonly removed?: boolean }[],
): readonly Edit[] {
  const edits: { start: number; end: number; lines: string[] }[] = [];
  let at = 0;
  for (const { value, added, removed } of parts) {
    const last = edits.at(-1);
    const edit = last?.end === at ? last : { start: at, end: at, lines: [] };
    if (added) edit.lines.push(...value);
    if (removed) edit.end += value.length;
    if ((added || removed) && edit !== last) edits.push(edit);
    if (!added) at += value.length;
  }
  return edits;
}

/** Lines with their ends; the last one may have none. */
function splitLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
