import { plural } from "../../core/text.ts";
import type { ModelRequest } from "../../core/model.ts";
import { ANSWER_NOTE, bullets, subjectOf, withoutNote } from "./agent-answer.ts";
import { call, type Draft, say } from "./draft.ts";
import { messageText, readTeamView, type TeamView } from "./read-request.ts";
import { callTool, isOffered } from "./tool-input.ts";
import { firstSentence, namedPaths } from "./words.ts";

/** The winner's last word, written from its own answer and from what the voters found good about it. Also plain chat. */
export function playPresenter({ messages, tools }: ModelRequest): Draft {
  const view = readTeamView(messages);
  const own = ownAnswer(messages.map(messageText).join("\n"), view);
  if (own === undefined) return plainReply(messageText(messages.findLast(({ role }) => role === "user")), tools.length);
  if (isOffered(tools, "write_plan") && !view.done.some(({ name }) => name === "write_plan")) {
    return call("First the plan as data.", callTool(tools, "write_plan", { ...planOf(view.task, own) }));
  }
  const text = withoutNote(own).replace(/^## Combined: /, "## ");
  return say(
    text.replace(/ \(from agent\d+\)$/gm, ""),
    remarks(messages.map(messageText).join("\n")),
    own.includes(ANSWER_NOTE) ? ANSWER_NOTE : "_Simulated answer._",
  );
}

/** The steps of an answer, one after the other. */
function planOf(task: string, answer: string) {
  const steps = [...answer.matchAll(/^\s*\d+[.)]\s+(\S.*)$/gm)].map(([, step = ""]) => step.trim());
  const title = /^#+\s*(.+)$/m.exec(answer)?.[1] ?? subjectOf(task);
  const tasks = (steps.length > 0 ? steps : [subjectOf(task)]).map((step, index) => ({
    id: `1.${index + 1}`,
    title: step,
    after: index === 0 ? [] : [`1.${index}`],
    files: namedPaths(step),
    check: `Somebody else can see that this is done: ${firstSentence(step)}`,
  }));
  return { title: subjectOf(task), phases: [{ id: "1", title, tasks }] };
}

function ownAnswer(conversation: string, { answers, done }: TeamView): string | undefined {
  const submitted = done.findLast(({ name, failed }) => name === "new_answer" && !failed)?.input;
  if (typeof submitted === "object" && submitted !== null && "content" in submitted) return String(submitted.content);
  const named = /own answer is the one of (agent\d+)|winner[^\n]*?(agent\d+)|(agent\d+)[^\n]*?(?:won|winner)/i.exec(
    conversation,
  );
  const id = named?.slice(1).find((group) => group !== undefined) ?? "";
  return answers.get(id) ?? [...answers.values()].sort((a, b) => b.length - a.length)[0];
}

/** The user of the final answer knows nothing of agents and votes: remarks that speak of them are left out. */
function remarks(conversation: string): string | undefined {
  const block = /remarks:\n((?:- .*\n?)+)/.exec(conversation)?.[1] ?? "";
  const points = bullets(block).flatMap((remark) => {
    const [praise = ""] = remark.replace(/^“[^”]*”: /, "").split(/(?<=\.)\s/);
    return /\bagent\d|\bvote/i.test(praise) || praise === "" ? [] : [`- ${praise}`];
  });
  const distinct = [...new Set(points)];
  return distinct.length > 0 ? ["### What speaks for it", ...distinct].join("\n") : undefined;
}

function plainReply(text: string, tools: number): Draft {
  const heard =
    text.trim() === ""
      ? "I was sent no message."
      : `I read your message (${plural(text.trim().split(/\s+/).length, "word")}).`;
  return say(
    `${heard} This is the simulated model: it works offline and follows fixed rules, it does not understand text and has nothing to say of its own.`,
    tools > 0
      ? `${plural(tools, "tool")} came with the request, but none that I know how to use without a team.`
      : "For real answers, name a real backend in the configuration, or set a key.",
  );
}
