import { maxAttempts } from "../core/run/attempts.ts";
import { findAgent, findAnswer, validVote } from "../core/run/freshness.ts";
import type { AnswerLabel } from "../core/run/terms.ts";
import type { Answer, PastAttempt, RunState } from "../core/run/state.ts";
import { plural } from "../core/text.ts";
import type { EngineAgent } from "./agent.ts";
import type { AnonymousId } from "./workflow-tools.ts";

const SENSITIVITY = {
  lenient: `If the best current answer handles the original message well, vote for it. Otherwise write a better one that takes over what is good in the others.`,
  balanced: `Examine the current answers critically: is the best one complete and correct, and does it hold what the others have? If you can combine, fix or add something, write a new answer. Vote only when you are satisfied.`,
  strict: `Be sceptical. Look for gaps and errors in every current answer. Vote only for work that is excellent and that you cannot improve; otherwise write a better answer.`,
} as const;

const NOVELTY = {
  lenient: "",
  balanced: "A new answer has to differ from the current ones in substance.",
  strict: "A new answer has to take a fundamentally different approach from the current ones.",
} as const;

/** The system message of an execution. Says "agentN" and never a configured id. */
export function systemPrompt(run: RunState, agent: EngineAgent, mayAnswer: boolean): string {
  const rules = mayAnswer
    ? `${SENSITIVITY[run.settings.votingSensitivity]} ${NOVELTY[run.settings.answerNovelty]}`.trim()
    : "You have no new answers left. Compare the current answers and vote for the best one.";
  return joinSections([
    personaSection(run, agent.id),
    agent.instructions,
    `You are one of several agents that work on the same message in parallel, each in a workspace of its own. You see each other's answers as "agent1", "agent2", …; one of these may be your own.`,
    rules,
    `End your go with exactly one call: ${mayAnswer ? "new_answer or vote" : "vote"}. Plain text is not delivered.`,
    planningSection(run),
    filesSection(agent),
  ]);
}

/** Strong until the agent sees what others answered: from then on the best answer counts, from whatever side it comes. */
function personaSection(run: RunState, id: string): string {
  const persona = run.personas && Object.hasOwn(run.personas, id) ? run.personas[id] : undefined;
  if (persona === undefined) return "";
  const status = findAgent(run, id)?.status;
  const seesOthers = status?.kind === "working" && status.sees.length > 0;
  return seesOthers
    ? `You lean toward this perspective, and stay open to better arguments: ${persona}`
    : `Your perspective on the task, from which you work: ${persona}`;
}

const DEPTH = { shallow: "5 to 10", medium: "20 to 50", deep: "100 to 200" } as const;

function planningSection({ settings }: RunState): string {
  if (!settings.planningMode) return "";
  const { planningInstruction, planDepth } = settings;
  const what =
    planningInstruction ??
    "Plan only: describe what should be done, by whom and in which order, and what could go wrong. Do not change anything.";
  return planDepth === null ? what : `${what} The plan should have about ${DEPTH[planDepth]} tasks.`;
}

function filesSection({ files, tools }: EngineAgent): string {
  if (tools.length === 0) return "";
  const copies = files.copies ?? [];
  const named = new Set([files.snapshots, ...copies.map(({ from }) => from)]);
  const others = files.grants.filter(({ path }) => !named.has(path) && !isBelow(path, files.root));
  return [
    "Files:",
    `- Your workspace is ${files.root}. Relative paths and commands start there. Put there what belongs to your answer.`,
    `- The files of every answer lie in ${files.snapshots}/<label>, for example ${files.snapshots}/agent1.1. Read them; they never change.`,
    ...copies.map(
      ({ from, path }) =>
        `- ${path} is your own copy of ${from}. Work there: what you change in it is your answer's change to the user's files.`,
    ),
    ...others.map(({ path }) => `- ${path} (read only)`),
  ].join("\n");
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`) || path.startsWith(`${root}\\`);
}

/** The first user message of an execution. `sees` are the answers to show. */
export function openingMessage(run: RunState, sees: readonly AnswerLabel[], snapshotsOf: SnapshotsOf): string {
  const answers = sees.flatMap((label) => findAnswer(run, label) ?? []);
  const current =
    answers.length === 0
      ? "(no answers yet)"
      : answers.map((answer) => answerBlock(run, answer, snapshotsOf)).join("\n\n");
  return [...taskOf(run), `<CURRENT ANSWERS from the agents>\n${current}\n<END OF CURRENT ANSWERS>`].join("\n\n");
}

/** What the user wants; in a later attempt also what was wrong with the answer before. */
function taskOf(run: RunState): readonly string[] {
  const message = `<ORIGINAL MESSAGE> ${run.question} <END OF ORIGINAL MESSAGE>`;
  const before = run.past.at(-1);
  if (!before) return [message];
  return [
    [
      "<PREVIOUS ATTEMPT FEEDBACK>",
      `The team has delivered an answer before, and it was sent back. Why: ${before.reason}`,
      before.instructions === "" ? "" : `What to do now: ${before.instructions}`,
      `The answer that was sent back:\n${before.final.text}`,
      filesBefore(before.final),
      "<END OF PREVIOUS ATTEMPT FEEDBACK>",
    ]
      .filter((line) => line !== "")
      .join("\n"),
    message,
  ];
}

function filesBefore({ snapshot, files }: PastAttempt["final"]): string {
  if (snapshot === null || files.length === 0) return "";
  const name = snapshot.split("/").at(-1) ?? snapshot;
  return `(${plural(files.length, "file")} in ${name}: ${files.slice(0, 20).join(", ")})`;
}

/** Rewrites the workspace of an answer's author to where readers find those files. */
export type SnapshotsOf = (agent: string) => { readonly root: string; readonly snapshots: string } | undefined;

function answerBlock(run: RunState, answer: Answer, snapshotsOf: SnapshotsOf): string {
  const name = anonymous(run, answer.agent);
  const files = snapshotsOf(answer.agent);
  const text = files ? answer.text.replaceAll(files.root, `${files.snapshots}/${answer.label}`) : answer.text;
  const list =
    answer.files.length > 0
      ? `\n(${plural(answer.files.length, "file")} in ${answer.label}: ${answer.files.slice(0, 20).join(", ")})`
      : "";
  const changes =
    answer.changes.length > 0
      ? `\n(${plural(answer.changes.length, "change")} to the user's files: ${answer.changes.slice(0, 40).join(", ")})`
      : "";
  return `<${name}> ${text}${list}${changes} <end of ${name}>`;
}

export function anonymous(run: RunState, agent: string): AnonymousId {
  return `agent${findAgent(run, agent)?.number ?? 0}`;
}

/** Put into a conversation under way when others have answered meanwhile. */
export function updateMessage(
  run: RunState,
  fresh: readonly Answer[],
  snapshotsOf: SnapshotsOf,
  mayAnswer: boolean,
): string {
  return [
    `<UPDATE> ${fresh.length === 1 ? "A new answer has" : `${fresh.length} new answers have`} arrived while you worked:`,
    ...fresh.map((answer) => answerBlock(run, answer, snapshotsOf)),
    `Look at ${fresh.length === 1 ? "it" : "them"}, then decide again: ${mayAnswer ? "improve on them with new_answer, or vote" : "vote"} for the best. <END OF UPDATE>`,
  ].join("\n\n");
}

/** The user's word to an agent at work. */
export function noteMessage(text: string): string {
  return `<NOTE from the user> ${text} <END OF NOTE>\n\nTake it into account from here on.`;
}

export function wrapUpMessage(mayAnswer: boolean, mayVote: boolean): string {
  return `The time or budget of this run is nearly used up. Submit now what you have: call ${submitWith(mayAnswer, mayVote)} in your next reply and use no other tool.`;
}

export function roundOverMessage(graceSeconds: number, mayAnswer: boolean, mayVote: boolean): string {
  return `The time of this round is up. Within ${graceSeconds} s, submit what you have: call ${submitWith(mayAnswer, mayVote)}. After that no other tool is available.`;
}

function submitWith(mayAnswer: boolean, mayVote: boolean): string {
  return mayAnswer && mayVote ? "new_answer or vote" : mayVote ? "vote" : "new_answer";
}

export function outOfToolsMessage(max: number): string {
  return `You have made ${max} tool calls, which is the limit. Submit or vote now.`;
}

/** The winner's last call: it writes what the user gets. */
export function presentationMessages(
  run: RunState,
  agent: EngineAgent,
  label: AnswerLabel,
  snapshotsOf: SnapshotsOf,
): { system: string; user: string } {
  const votes = run.agents.flatMap((voter) => {
    const vote = validVote(run, voter);
    return vote?.label === label ? [vote.reason] : [];
  });
  const own = anonymous(run, agent.id);
  const answers = run.agents.flatMap((other) => run.answers.findLast((answer) => answer.agent === other.id) ?? []);
  const remarks = votes.filter((reason) => reason !== "").map((reason) => `- ${reason}`);
  return {
    system: joinSections([
      agent.instructions,
      `The agents have voted, and your answer won. Write the final answer to the original message now, for the user who asked: complete, self-contained, without mentioning agents or votes. Take over what is better in the other answers. Finish files in your workspace if something is missing.`,
      run.settings.planningMode
        ? "This is a plan: change nothing. First call write_plan with all of it as data: phases, tasks with ids, what comes before each, files, and how one can tell that it is done. Then write it out for the user."
        : "",
      filesSection(agent),
    ]),
    user: [
      ...taskOf(run),
      `You received ${plural(votes.length, "vote")}${remarks.length > 0 ? ` with these remarks:\n${remarks.join("\n")}` : "."}`,
      `Your own answer is the one of ${own}.`,
      `<CURRENT ANSWERS from the agents>\n${answers.map((answer) => answerBlock(run, answer, snapshotsOf)).join("\n\n")}\n<END OF CURRENT ANSWERS>`,
    ].join("\n\n"),
  };
}

/** The winner's second look at what it wrote for the user. */
export function evaluationMessages(run: RunState, agent: EngineAgent): { system: string; user: string } {
  const left = maxAttempts(run) - run.attempt;
  return {
    system: joinSections([
      agent.instructions,
      `You have written the final answer below for the user. Look at it once more, as a stranger would: does it do all of what the original message asks, and is it right? Call submit when it does. Call restart_orchestration only for something that matters and that another attempt of the whole team can mend: that attempt costs as much again as this one did, and at most ${plural(left, "more attempt")} may follow. Say exactly what is wrong and what has to be done otherwise.`,
    ]),
    user: [
      ...taskOf(run),
      `<FINAL ANSWER>\n${run.final?.text ?? ""}\n<END OF FINAL ANSWER>`,
      ...(run.final && run.final.files.length > 0
        ? [`It comes with ${plural(run.final.files.length, "file")}: ${run.final.files.slice(0, 40).join(", ")}`]
        : []),
    ].join("\n\n"),
  };
}

function joinSections(sections: readonly string[]): string {
  return sections.filter((section) => section.trim() !== "").join("\n\n");
}
