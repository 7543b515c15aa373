import { clip, plural } from "../../core/text.ts";
import type { ModelRequest } from "../../core/model.ts";
import { call, type Draft, say } from "./draft.ts";
import type { DoneCall } from "./read-request.ts";
import {
  fileFacts,
  type FileText,
  type Hit,
  isTest,
  pathRank,
  readFileText,
  readHits,
  readListing,
} from "./tool-output.ts";
import { callTool } from "./tool-input.ts";
import { namedPaths, salientWords, stem } from "./words.ts";

/** Ends every answer of the simulated lead that could be taken for understanding. */
export const LEAD_NOTE = "_Simulated lead: this is what searching and reading found; a real model would explain it._";

/** Answers a question about the project: search, read the best hits, then say what stands there and what was not found. */
export function answerQuestion({ tools }: ModelRequest, question: string, done: readonly DoneCall[]): Draft {
  if (/\b(git|diff|uncommitted|unstaged|branch|what changed)\b/i.test(question)) {
    const status = gitAnswer(tools, done);
    if (status) return status;
  }
  const words = salientWords(question.replace(/`/g, " "), 3);
  const paths = namedPaths(question);
  const named = (tool: string): readonly DoneCall[] => done.filter(({ name }) => name === tool);
  if (done.length === 0) {
    const reads = paths
      .slice(0, 3)
      .map((path) =>
        path.endsWith("/") ? callTool(tools, "list_directory", { path }) : callTool(tools, "read_file", { path }),
      );
    const searches =
      paths.length > 0
        ? []
        : words.map((word) => callTool(tools, "search_files", { "query|pattern|text": stem(word) }));
    const first = call("", ...reads, ...searches);
    if (first.calls.length > 0) return first;
  }
  const hits = named("search_files")
    .filter(({ failed }) => !failed)
    .flatMap(({ output }) => readHits(output));
  const listings = named("list_directory").filter(({ failed }) => !failed);
  const best = bestFiles(
    hits,
    words,
    listings.flatMap(({ output }) => readListing(output)),
  );
  if (named("read_file").length === 0 && best.length > 0) {
    const reads = call("", ...best.map((path) => callTool(tools, "read_file", { path })));
    if (reads.calls.length > 0) return reads;
  }
  const files = named("read_file").flatMap((read) => fileOf(read));
  if (files.length === 0 && named("list_directory").length === 0) {
    const list = call("", callTool(tools, "list_directory", { path: "." }));
    if (list.calls.length > 0) return list;
  }
  if (files.length > 0) return say(...describe(files, hits, words), LEAD_NOTE);
  return nothingFound(words, listings[0]?.output, done.length > 0);
}

function describe(files: readonly FileText[], hits: readonly Hit[], words: readonly string[]): string[] {
  const inFiles = new Set(files.map(({ path }) => path));
  const elsewhere = [...new Set(hits.map(({ path }) => path))].filter(
    (path) => !inFiles.has(path) && pathRank(path) > 0,
  );
  const missing = words.filter((word) => !mentions(files, hits, word));
  return [
    files.length === 1 ? "The file closest to your question:" : `The ${files.length} files closest to your question:`,
    ...files.map((file) => describeFile(file, words)),
    elsewhere.length > 0
      ? `Also mentioned in ${elsewhere
          .slice(0, 5)
          .map((path) => `\`${path}\``)
          .join(", ")}${elsewhere.length > 5 ? ` and ${elsewhere.length - 5} more` : ""}.`
      : "",
    missing.length > 0 ? `Not found anywhere: ${missing.map((word) => `“${word}”`).join(", ")}.` : "",
  ];
}

function describeFile(file: FileText, words: readonly string[]): string {
  const { exports, headings, comment } = fileFacts(file, words);
  const at = (line: number): string => `\`${file.path}:${line}\``;
  const listed = new Set([comment?.number, ...exports.slice(0, 6).map(({ number }) => number)]);
  const quotes = file.lines
    .map(({ number, text }) => ({ number, text: text.trim(), weight: weigh(text, words) }))
    .filter(({ number, text, weight }) => weight > 0 && text.length > 15 && !listed.has(number))
    .sort((a, b) => b.weight - a.weight || a.number - b.number)
    .slice(0, 3)
    .sort((a, b) => a.number - b.number);
  return [
    `**\`${file.path}\`** has ${plural(file.total, "line")}.`,
    comment && `- says: “${comment.text}” (${at(comment.number)})`,
    exports.length > 0 &&
      `- exports ${exports
        .slice(0, 6)
        .map(({ name, number }) => `\`${name}\` (line ${number})`)
        .join(", ")}${exports.length > 6 ? ` and ${exports.length - 6} more` : ""}`,
    headings.length > 0 &&
      `- headings: ${headings
        .slice(0, 6)
        .map(({ text }) => text.replace(/^#+ /, ""))
        .join(" · ")}`,
    ...quotes.map(({ number, text }) => `- ${at(number)}  \`${clip(text.replaceAll("`", "'"), 110)}\``),
  ]
    .filter((line) => typeof line === "string")
    .join("\n");
}

/** How much a line says about the words: comments say more than code, code more than imports. */
function weigh(text: string, words: readonly string[]): number {
  const found = words.filter((word) => text.toLowerCase().includes(stem(word).toLowerCase())).length;
  if (found === 0 || /^\s*(import\b|\} from|export \* from)/.test(text)) return 0;
  return found + (/^\s*(\/\/|\/?\*|#)/.test(text) ? 0.5 : 0);
}

/** Up to three files: named after the words first, then with the most hits, source before everything else. */
function bestFiles(hits: readonly Hit[], words: readonly string[], listed: readonly string[]): string[] {
  const stems = words.map((word) => stem(word).toLowerCase());
  const overview = /^(readme(\.\w+)?|package\.json|context\.md|pyproject\.toml|go\.mod|cargo\.toml)$/i;
  if (hits.length === 0) {
    const isWanted = (name: string): boolean =>
      stems.length === 0 ? overview.test(name) : stems.some((word) => name.toLowerCase().includes(word));
    return listed.filter((name) => !name.endsWith("/") && isWanted(name)).slice(0, 3);
  }
  const score = (path: string): number => {
    const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
    const named = stems.filter((word) => name.includes(word)).length;
    const onPath = stems.filter((word) => path.toLowerCase().includes(word)).length;
    const texts = hits.filter((hit) => hit.path === path).map(({ text }) => text);
    const met = stems.filter((word) => texts.some((text) => text.toLowerCase().includes(word))).length;
    const defines = texts.some((text) => words.some((word) => isDefinition(text, word)));
    return 3 * named + 1.5 * onPath + 1.5 * met + pathRank(path) + (defines ? 4 : 0) + Math.min(texts.length, 10) / 10;
  };
  const paths = [...new Set(hits.map(({ path }) => path))].filter((path) => pathRank(path) > 0);
  const own = paths.filter((path) => !isTest(path));
  return (own.length > 0 ? own : paths)
    .map((path) => ({ path, score: score(path) }))
    .sort((a, b) => b.score - a.score || a.path.localeCompare(b.path))
    .slice(0, 3)
    .map(({ path }) => path);
}

function isDefinition(text: string, word: string): boolean {
  const found = /\b(?:function\*?|const|class|type|interface|def|func|fn|struct|enum|service|message) +([\w$]+)/.exec(
    text,
  );
  return found?.[1]?.toLowerCase() === word.toLowerCase();
}

function mentions(files: readonly FileText[], hits: readonly Hit[], word: string): boolean {
  const part = stem(word).toLowerCase();
  const inHit = hits.some(({ path, text }) => `${path} ${text}`.toLowerCase().includes(part));
  return (
    inHit ||
    files.some(
      ({ path, lines }) =>
        path.toLowerCase().includes(part) || lines.some(({ text }) => text.toLowerCase().includes(part)),
    )
  );
}

function nothingFound(words: readonly string[], listing: string | undefined, looked: boolean): Draft {
  if (!looked)
    return say(
      "I have no tool to look anything up with, and as a simulated model I know nothing beyond this conversation.",
      LEAD_NOTE,
    );
  const searched =
    words.length > 0
      ? `I searched for ${words.map((word) => `“${word}”`).join(", ")} and found nothing.`
      : "Your question names nothing that I could search for.";
  const rows = (listing ?? "")
    .split("\n")
    .filter((row) => row.trim() !== "")
    .slice(0, 15);
  const tree =
    rows.length > 0
      ? ["At the top of the directory there is:", "```", ...rows, "```"].join("\n")
      : "The directory is empty.";
  return say(
    searched,
    tree,
    "Name a file or a word that occurs in it, or say what should be built and I will put the team on it.",
    LEAD_NOTE,
  );
}

function gitAnswer(tools: ModelRequest["tools"], done: readonly DoneCall[]): Draft | undefined {
  const answered = done.filter(({ name }) => name === "git_status" || name === "git_diff");
  if (answered.length === 0) {
    const draft = call("", callTool(tools, "git_status", {}), callTool(tools, "git_diff", {}));
    return draft.calls.length > 0 ? draft : undefined;
  }
  const parts = answered.map(({ name, output, failed }) => {
    const rows = output.trim().split("\n");
    if (failed) return `${name}: ${rows[0] ?? "failed"}`;
    const more = rows.length > 20 ? [`… ${rows.length - 20} more lines`] : [];
    return [
      `\`${name}\` says:`,
      "```",
      ...(output.trim() === "" ? ["(nothing)"] : rows.slice(0, 20)),
      ...more,
      "```",
    ].join("\n");
  });
  return say(...parts, LEAD_NOTE);
}

function fileOf({ input, output, failed }: DoneCall): FileText[] {
  if (failed || typeof input !== "object" || input === null || !("path" in input)) return [];
  return [readFileText(String(input.path), output)];
}
