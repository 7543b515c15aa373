import { readFileSync, watch } from "node:fs";
import { dirname } from "node:path";

/** The whole lines of a journal, its header left out; empty while there is none. */
export function journalLines(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8").split("\n").slice(1, -1);
  } catch {
    return [];
  }
}

/** Calls `then` once the journal has so many lines, or is as wanted. Its folder must exist. Returns what ends the watch. */
export function whenJournalHas(
  path: string,
  wanted: number | ((lines: readonly string[]) => boolean),
  then: () => void,
): () => void {
  const watcher = watch(dirname(path), look);
  look();
  return () => watcher.close();

  function look(): void {
    const lines = journalLines(path);
    if (typeof wanted === "number" ? lines.length < wanted : !wanted(lines)) return;
    watcher.close();
    then();
  }
}
