/** A line that is longer is searched in its beginning. */
const SEARCHED_CHARACTERS = 2_000;
const MOST = 50;

/** Lines that hold every word of the query, in any case; each once, newest first. `lines` are oldest first. */
export function searchHistory(lines: readonly string[], query: string): readonly string[] {
  const words = query.toLowerCase().split(/\s+/);
  const found = new Set<string>();
  for (let at = lines.length - 1; at >= 0 && found.size < MOST; at--) {
    const line = lines[at] ?? "";
    const text = line.slice(0, SEARCHED_CHARACTERS).toLowerCase();
    if (words.every((word) => text.includes(word))) found.add(line);
  }
  return [...found];
}
