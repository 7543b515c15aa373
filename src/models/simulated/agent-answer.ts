import { clip, oneLine, plural } from "../../core/text.ts";
import type { Player } from "./draft.ts";
import { APPROACHES, placeOf, type Approach } from "./approaches.ts";
import type { DoneCall, TeamView } from "./read-request.ts";
import { fileFacts, type FileText, readFileText, readListing } from "./tool-output.ts";
import { chance, firstSentence, salientWords } from "./words.ts";

/** Closes every answer, so that nobody takes it for the work of a real model. */
export const ANSWER_NOTE =
  "_Simulated answer: the steps are generic, only the files named above were really looked at._";

/** The approach of an agent to a task; `again` moves on to another one after an answer was turned down. */
export function approachOf({ agentId, seed }: Player, task: string, again = 0): Approach {
  const start = Math.floor(chance(seed, "approach", task) * APPROACHES.length);
  return APPROACHES[(start + placeOf(agentId) + again) % APPROACHES.length] ?? APPROACHES[0];
}

/** An agent's own answer, made from its approach and from what its tools said. */
export function writeAnswer(
  player: Player,
  { task, done, feedback }: Pick<TeamView, "task" | "done" | "feedback">,
  again = 0,
): string {
  const approach = approachOf(player, task, again);
  const subject = subjectOf(task);
  const reads = readFiles(done);
  const place = reads[0] ? `\`${reads[0].path}\`` : "the code that is closest to it";
  const choice = choose(player, task);
  const steps = approach.steps(subject, place);
  return [
    choice === undefined ? `## ${approach.name}` : `## ${choice.option} — ${approach.name.toLowerCase()}`,
    choice === undefined
      ? approach.stance
      : `Recommendation: **${choice.option}** over ${choice.others.join(" and ")}, because ${approach.leaning}. ${approach.stance}`,
    ["### Steps", ...steps.map((step, index) => `${index + 1}. ${step}`)].join("\n"),
    feedback === "" ? "" : ["### Since the attempt before", `- ${feedback}`].join("\n"),
    ["### Looked at", ...evidence(done, reads)].join("\n"),
    ["### Not sure about", `- ${approach.worry}`, `- ${openQuestion(player, task)}`].join("\n"),
    ANSWER_NOTE,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** One improved answer out of the best one and what the others have beyond it. */
export function combineAnswers(
  player: Player,
  task: string,
  best: string,
  others: ReadonlyMap<string, string>,
): string {
  const base = withoutNote(best).replace(/### Looked at\n(?:- .*\n)*\n?/, "");
  const known = new Set(salientWords(base, 400));
  const additions = [...others].flatMap(([id, text]) => {
    const points = bullets(text).filter(
      (point) => salientWords(point, 20).filter((word) => !known.has(word)).length > 3,
    );
    return points.slice(0, 2).map((point) => `- ${point} (from ${id})`);
  });
  const title = /^#+\s*(.+)$/m.exec(base)?.[1] ?? firstSentence(base);
  return [
    `## Combined: ${clip(title.replace(/^Combined: /, ""), 60)}`,
    `Takes the strongest current answer and adds what the others have beyond it, for “${subjectOf(task)}”.`,
    base.replace(/^#+\s.*\n+/, ""),
    additions.length > 0 ? ["### Taken over from the others", ...additions].join("\n") : "",
    `Order of work: ${approachOf(player, task).stance.toLowerCase()}`,
    ANSWER_NOTE,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The task in a few words: its first sentence without politeness. */
export function subjectOf(task: string): string {
  const sentence = firstSentence(task).replace(/^(please|i need to|i want to|we need to|can you|could you)\s+/i, "");
  return clip(oneLine(sentence) || "the task", 90);
}

export function withoutNote(answer: string): string {
  return answer
    .replace(ANSWER_NOTE, "")
    .replace(/\n\(\d+ files? in agent\d+\.\d+:[^\n]*\)\s*$/, "")
    .trim();
}

/** Points of a list, without their marks. */
export function bullets(text: string): string[] {
  return [...text.matchAll(/^\s*(?:[-*•]|\d+[.)])\s+(\S.*)$/gm)].map(([, point = ""]) => point.trim());
}

/** Two or more things that the task wants to be decided between. */
export function optionsOf(task: string): string[] {
  const text = oneLine(task);
  const between = /\bbetween ([^.?!;]+?) and ([^.?!;,]+?)(?= for | in | on |[.?!;,]|$)/i.exec(text);
  const versus = /([\w.+#-]+) (?:vs\.?|versus|or) ([\w.+#-]+)/i.exec(text);
  const found = between ?? versus;
  if (!found) return [];
  const names = [...(found[1] ?? "").split(/,\s*/), found[2] ?? ""].map((name) => name.trim());
  return names.filter((name) => name !== "" && name.length < 40);
}

function choose({ agentId, seed }: Player, task: string): { option: string; others: string[] } | undefined {
  const options = optionsOf(task);
  if (options.length < 2) return undefined;
  const index = (placeOf(agentId) + Math.floor(chance(seed, "option", task) * options.length)) % options.length;
  return { option: options[index] ?? "", others: options.filter((_, other) => other !== index) };
}

/** The files that the agent has read so far. */
export function readFiles(done: readonly DoneCall[]): FileText[] {
  return done.flatMap(({ name, input, output, failed }) => {
    const path = pathOf(input);
    return name === "read_file" && !failed && path !== undefined ? [readFileText(path, output)] : [];
  });
}

/** What an answer rests on, a list item each. */
export function evidence(done: readonly DoneCall[], reads: readonly FileText[]): string[] {
  const files = reads.map((file) => {
    const { exports, headings, comment } = fileFacts(file);
    const names = [
      ...exports.map(({ name }) => `\`${name}\``),
      ...headings.map(({ text }) => text.replace(/^#+ /, "")),
    ];
    const holds = names.length > 0 ? `: ${names.slice(0, 4).join(", ")}` : comment ? `: “${comment.text}”` : "";
    return `- \`${file.path}\`, ${plural(file.total, "line")}${holds}`;
  });
  const listed = done.find(({ name, failed }) => name === "list_directory" && !failed);
  const entries = listed ? readListing(listed.output).length : 0;
  const wrote = done.filter(({ name, failed }) => name === "write_file" && !failed).map(({ input }) => pathOf(input));
  const lines = [
    ...files,
    ...(files.length === 0 && entries > 0
      ? [`- a directory with ${plural(entries, "entry", "entries")}, nothing in it that the task names`]
      : []),
    ...wrote.map((path) => `- wrote \`${path}\`: a sketch of these steps, no finished work`),
  ];
  return lines.length > 0 ? lines : ["- nothing: no tool was offered, or there was nothing to find"];
}

function openQuestion({ agentId, seed }: Player, task: string): string {
  const words = salientWords(task, 6);
  const word = words[Math.floor(chance(seed, agentId, "open", task) * words.length)] ?? "this";
  return `What “${word}” has to mean at the edges is not in the message; I took the narrow reading.`;
}

function pathOf(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null || !("path" in input)) return undefined;
  return typeof input.path === "string" ? input.path : undefined;
}
