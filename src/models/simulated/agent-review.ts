import { plural } from "../../core/text.ts";
import { ANSWER_NOTE, approachOf, bullets, evidence, readFiles, subjectOf } from "./agent-answer.ts";
import type { Player } from "./draft.ts";
import type { TeamView } from "./read-request.ts";
import type { FileText } from "./tool-output.ts";
import { chance, namedPaths, salientWords, stem } from "./words.ts";

type Finding = { readonly weight: "must" | "should"; readonly text: string };

const LONG_FILE = 300;
/** Two agents seldom mention the same things: each leaves out this share of what there is to find. */
const OVERLOOKS = 0.3;

/** "review …", "check …": judged by what is there rather than by an approach. */
export function isReview(task: string): boolean {
  return /^\W*(please )?(re-?)?(review|check|verify|validate|audit|critique|double-check)\b/i.test(task);
}

/** Findings that can be checked, from the files that were read and from the result that the task hands over. */
export function writeReview(player: Player, { task, context, done }: TeamView): string {
  const files = readFiles(done);
  const found = [...files.flatMap(inFile), ...inResult(task, context)];
  const noticed = found.filter(({ text }) => chance(player.seed, player.agentId, "notice", text) >= OVERLOOKS);
  const findings = noticed.length > 0 ? noticed : found;
  const must = findings.filter(({ weight }) => weight === "must");
  const should = findings.filter(({ weight }) => weight === "should");
  const lens = approachOf(player, task);
  return [
    `## Review with an eye on: ${lens.name.toLowerCase()}`,
    `“${subjectOf(task)}”, judged by one rule above all: ${lens.stance}`,
    found.length === 0
      ? "I found nothing to object to by the few rules that a simulated model has. That is no proof that it is right."
      : `${plural(findings.length, "finding")}, ${must.length} of them to be settled before going on.`,
    section("Has to be settled", must),
    section("Would be better", should),
    ["### Looked at", ...evidence(done, files)].join("\n"),
    `### Not sure about\n- Whether it does what it should: that takes running it, and understanding it.\n- ${lens.worry}`,
    ANSWER_NOTE,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function section(title: string, findings: readonly Finding[]): string {
  return findings.length === 0
    ? ""
    : [`### ${title}`, ...findings.map(({ text }, at) => `${at + 1}. ${text}`)].join("\n");
}

function inFile({ path, total, lines }: FileText): Finding[] {
  const at = (pattern: RegExp): string | undefined => {
    const line = lines.find(({ text }) => pattern.test(text));
    return line && `\`${path}:${line.number}\``;
  };
  const open = at(/\b(TODO|FIXME|XXX|HACK)\b/);
  const swallowed = at(/catch\s*(\([^)]*\))?\s*\{\s*\}|except:\s*(pass)?\s*$/);
  const loose = at(/:\s*any\b|\bas any\b|@ts-ignore/);
  const printed = at(/\bconsole\.log\(|^\s*print\(/);
  const findings: (Finding | false)[] = [
    swallowed !== undefined && { weight: "must", text: `${swallowed} swallows an error without a word.` },
    open !== undefined && { weight: "should", text: `${open} leaves something open (TODO or FIXME).` },
    loose !== undefined && { weight: "should", text: `${loose} switches the type checker off.` },
    printed !== undefined && {
      weight: "should",
      text: `${printed} prints directly: is that left over from debugging?`,
    },
    total > LONG_FILE && { weight: "should", text: `\`${path}\` has ${total} lines; it may hold more than one thing.` },
  ];
  return findings.filter((finding) => finding !== false);
}

function inResult(task: string, context: string): Finding[] {
  if (context.trim() === "") return [];
  const lower = context.toLowerCase();
  const missing = salientWords(task.replace(/^.*?[“"]|[”"].*$/g, ""), 6).filter(
    (word) => !lower.includes(stem(word).toLowerCase()),
  );
  const findings: (Finding | false)[] = [
    missing.length > 0 && {
      weight: "must",
      text: `The result says nothing about ${missing.map((word) => `“${word}”`).join(", ")}.`,
    },
    namedPaths(context).length === 0 && {
      weight: "must",
      text: "It names no file, so that nobody can check it against the code.",
    },
    bullets(context).length === 0 && { weight: "should", text: "It has no steps that could be followed one by one." },
    !/\btests?\b/i.test(context) && { weight: "should", text: "It does not say how it is going to be tested." },
    !/\b(roll ?back|revert|way back|undo)\b/i.test(context) && {
      weight: "should",
      text: "It does not say how to go back if it fails.",
    },
    /simulated/i.test(context) && {
      weight: "should",
      text: "It was made by a simulated model, so its substance is untested.",
    },
  ];
  return findings.filter((finding) => finding !== false);
}
