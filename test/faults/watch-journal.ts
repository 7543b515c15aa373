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

/** Calls `then` once the journal has that many lines. Its folder must exist. Returns what ends the watch. */
export function whenJournalHas(path: string, count: number, then: () => void): () => void {
  const watcher = watch(dirname(path), look);
  look();
  return () => watcher.close();

  function look(): void {
    if (journalLines(path).length < count) return;
    watcher.close();
    then();
  }
}
