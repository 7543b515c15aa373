/** Words that say nothing about what a sentence is about, and those of the trade that match everywhere. */
const STOP_WORDS = new Set(
  `a about above after again against all also am an and any are as at be because been before being below between both but by
  can cannot could did do does doing done down during each every few for from further get gets give go goes going got had has
  have having he her here hers him his how i if in into is it its itself just know let lets like list look make makes may me
  mean might more most must my need needs no nor not now of off on once one only or other our out over own please should show
  simple so some such tell than that the their them then there these they thing things this those through to today too under
  until up us use used uses using very want was we were what when where which while who whole whom why will with within work
  works would you your yours currently current existing explain describe find exactly really mostly many much module modules
  file files test code codebase project projects repository repo program app application
  happen happens handle handled live lives located defined implemented come comes summarise summarize question quick add
  implement build fix refactor migrate write create plan review team agent agents run`.split(/\s+/),
);

/** A 53-bit number in [0, 1) that depends on every part and on their order, and on nothing else. */
export function chance(...parts: readonly (string | number)[]): number {
  const text = parts.join("\u0000");
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 2654435761);
    high = Math.imul(high ^ unit, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return (2 ** 32 * (2097151 & high) + (low >>> 0)) / 2 ** 53;
}

/** Eleven characters that name these parts: the same parts, the same name. */
export function digest(...parts: readonly (string | number)[]): string {
  return Math.floor(chance(...parts) * 2 ** 53)
    .toString(36)
    .padStart(11, "0");
}

/** What a text is about: its distinct words without stop words, identifiers first, else in the order of the text. */
export function salientWords(text: string, max: number): string[] {
  const words = [...text.matchAll(/[\p{L}\p{N}_][\p{L}\p{N}_.+#-]*/gu)]
    .map(([word]) => word.replace(/[.+-]+$/, "").replace(/['’]s$/, ""))
    .filter((word) => word.length > 2 && !STOP_WORDS.has(word.toLowerCase()) && !/^\d+$/.test(word))
    .map((word) => (isIdentifier(word) ? word : word.toLowerCase()));
  const distinct = [...new Set(words)];
  return [...distinct.filter(isIdentifier), ...distinct.filter((word) => !isIdentifier(word))].slice(0, max);
}

/** "voting" → "vot", "agents" → "agent": crude, good enough to search for. */
export function stem(word: string): string {
  if (isIdentifier(word)) return word;
  const cut = word.replace(/(ings?|ed|es|s)$/, "");
  return cut.length >= 3 ? cut : word;
}

/** Paths that a text names: "src/auth.ts", "models/", "README.md", with or without backticks. */
export function namedPaths(text: string): string[] {
  const found = [
    ...text.matchAll(
      /(?<![\w:/.])((?:\.{0,2}\/)?[\w@.-]+(?:\/[\w@.*-]+)+\/?|[\w-]+\/(?!\w)|[\w-]+\.[a-z]{1,5})(?![\w/])/g,
    ),
  ]
    .map(([, path = ""]) => path)
    .filter((path) => path.includes("/") || FILE_ENDING.test(path));
  return [...new Set(found.filter((path) => !/^\d|\*/.test(path) && !/^(and|or|e\.g)\b/.test(path)))];
}

const FILE_ENDING =
  /\.(ts|tsx|js|jsx|mjs|cjs|py|go|rs|rb|java|kt|c|h|cc|cpp|cs|swift|sh|sql|proto|md|txt|json|ya?ml|toml|html|css)$/;

export function slug(text: string, max = 40): string {
  const whole = text
    .toLowerCase()
    .normalize("NFKD")
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "");
  if (whole.length <= max) return whole || "task";
  const cut = whole.slice(0, max);
  return cut.slice(0, Math.max(cut.lastIndexOf("-"), max / 2)).replace(/-+$/, "");
}

/** The first sentence on the first line that has one, without heading marks and the full stop. */
export function firstSentence(text: string): string {
  const line = text.split("\n").find((line) => /\w/.test(line)) ?? "";
  return (
    line
      .replace(/^[#>*\s-]+/, "")
      .split(/(?<=[.!?])\s/)[0]
      ?.replace(/[.!]+$/, "")
      .trim() ?? ""
  );
}

function isIdentifier(word: string): boolean {
  return /[a-z\d][A-Z]|_|\w\.\w/.test(word);
}
