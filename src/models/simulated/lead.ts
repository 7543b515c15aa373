import type { ModelRequest } from "../../core/model.ts";
import { never } from "../../core/never.ts";
import { call, type Draft, say } from "./draft.ts";
import { launchAgain, launchAgreed, launchFor } from "./launch.ts";
import { type Intent, readIntent } from "./lead-intent.ts";
import { continueProject, createProject } from "./lead-project.ts";
import { answerQuestion } from "./lead-question.ts";
import { notRun, runForUser } from "./lead-command.ts";
import { afterRefusal, inspectRun, isDeclined, keepReport, launchOrTell, tellReport } from "./lead-runs.ts";
import { proposalText } from "./proposal.ts";
import { type Conversation, readConversation } from "./read-request.ts";

/** The lead by rules: what was said last and what happened since decide what it says and calls next. */
export function playLead(request: ModelRequest): Draft {
  const chat = readConversation(request.messages);
  const unsaved = chat.reports.filter(({ saved, told }) => saved.length === 0 && !told);
  const keep = call("", ...unsaved.flatMap(({ report }) => keepReport(request.tools, report)));
  if (keep.calls.length > 0) return keep;
  const news = chat.reports.filter(({ told }) => !told).map(({ report, saved }) => tellReport(chat, report, saved));
  if (chat.said.length === 0) return news.length > 0 ? say(...news) : afterCommand(chat);
  const reply = replyTo(request, chat);
  return { ...reply, text: [...news, reply.text].filter((text) => text !== "").join("\n\n") };
}

function replyTo(request: ModelRequest, chat: Conversation): Draft {
  const text = chat.said.at(-1) ?? "";
  const declined = chat.done.find(isDeclined);
  if (declined) return declined.name === "run_command" ? notRun(declined.output) : afterRefusal(declined.output);
  const intent = readIntent(chat);
  switch (intent.kind) {
    case "small_talk":
      return smallTalk(intent.topic);
    case "new_project":
      return createProject(request, chat, intent.goals);
    case "continue":
      return continueProject(request, chat, intent.words);
    case "agree":
      return launchOrTell(request, chat, launchAgreed(request, chat, text, intent.proposal));
    case "disagree":
      return say("All right, I leave it at that. Tell me when you want to go on, or what you would rather do.");
    case "rerun":
      return launchOrTell(request, chat, launchAgain(request, chat, /lenient/i.test(`${text} ${chat.before.reply}`)));
    case "inspect_run":
      return inspectRun(request, chat, text);
    case "run_command":
      return runForUser(request, chat, intent.command);
    case "work":
      return launchOrTell(request, chat, launchFor(request, chat, text, intent.mode));
    case "question":
      return withProposal(answerQuestion(request, text, chat.done), intent.asked);
    default:
      return never(intent);
  }
}

/** A statement may be a wish: "the login is broken". */
function withProposal(draft: Draft, asked: boolean): Draft {
  if (asked || draft.calls.length > 0) return draft;
  return say(draft.text, proposalText({ kind: "team" }));
}

/** Nobody said anything: the turn began with a slash command, whose outcome the user has seen already. */
function afterCommand({ commands }: Conversation): Draft {
  const last = commands.at(-1);
  if (!last) return smallTalk("greeting");
  return say(last.failed ? `That failed: ${last.output.split("\n")[0]}` : "Done. What next?");
}

function smallTalk(topic: Extract<Intent, { kind: "small_talk" }>["topic"]): Draft {
  switch (topic) {
    case "greeting":
      return say(
        "Hello. I am the simulated lead: ask me about the files here, or give me something to build and I will put the team on it.",
      );
    case "thanks":
      return say("You're welcome. Say what comes next, or ask.");
    case "identity":
      return say(
        "I am massgen's simulated model, not a real one: I follow fixed rules, work offline and cost nothing.",
        "I can search and read files here, start runs of a simulated team that really answers, disagrees and votes, keep projects, and say where they stand. For real work, set a model key.",
      );
    default:
      return never(topic);
  }
}
