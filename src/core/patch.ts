import * as z from "zod";

/** A file or a symbolic link as it was at one moment. `mode`: permission bits. Directories are not kept: they come with files. */
export const Entry = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("file"), sha256: z.string(), bytes: z.int().nonnegative(), mode: z.int().nonnegative() }),
  z.object({ kind: z.literal("link"), target: z.string() }),
]);
export type Entry = z.infer<typeof Entry>;

/** `path` is relative to the root of its part, "/" between parts. Null: not there. */
export const Change = z.object({ path: z.string().min(1), before: Entry.nullable(), after: Entry.nullable() });
export type Change = z.infer<typeof Change>;

/** What became of one writable context path. `root` is absolute. */
export const PatchPart = z.object({
  root: z.string(),
  changes: z.array(Change),
  /** Changes that are never passed on, and why. */
  leftOut: z.array(z.object({ path: z.string(), why: z.string() })),
});
export type PatchPart = z.infer<typeof PatchPart>;

/** What an answer would do to the user's files: from what the agent started from to what it made. */
export const Patch = z.object({ parts: z.array(PatchPart) });
export type Patch = z.infer<typeof Patch>;

export function sameEntry(a: Entry | null, b: Entry | null): boolean {
  if (a === null || b === null) return a === b;
  if (a.kind === "link") return b.kind === "link" && a.target === b.target;
  return b.kind === "file" && a.sha256 === b.sha256 && a.mode === b.mode;
}

/** A file that was moved without being changed: what the user wrote into the old one meanwhile moves along. */
export type Rename = { readonly from: Change; readonly to: Change };

/** Pairs of a deleted and a new file with the same content; each file is in one pair at most. */
export function renamesIn(changes: readonly Change[]): readonly Rename[] {
  const gone = new Map<string, Change[]>();
  for (const change of changes) {
    const { before, after } = change;
    if (after !== null || before?.kind !== "file" || before.bytes === 0) continue;
    gone.set(before.sha256, [...(gone.get(before.sha256) ?? []), change]);
  }
  return changes.flatMap((to) => {
    if (to.before !== null || to.after?.kind !== "file") return [];
    const from = gone.get(to.after.sha256)?.shift();
    return from ? [{ from, to }] : [];
  });
}

/** "M src/a.ts", "A b", "D c", "R old → new": a line for each change, sorted by path. */
export function changeLines(part: PatchPart): readonly string[] {
  const renames = renamesIn(part.changes);
  const moved = new Set(renames.flatMap(({ from, to }) => [from, to]));
  return [
    ...renames.map(({ from, to }) => ({ path: to.path, line: `R ${from.path} → ${to.path}` })),
    ...part.changes
      .filter((change) => !moved.has(change))
      .map(({ path, before, after }) => ({
        path,
        line: `${before === null ? "A" : after === null ? "D" : "M"} ${path}`,
      })),
  ]
    .sort((a, b) => (a.path < b.path ? -1 : 1))
    .map(({ line }) => line);
}
