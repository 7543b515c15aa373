import type { Message } from "../../core/message.ts";
import type { ModelRequest } from "../../core/model.ts";
import { readReports, withoutReports, type ReportText } from "./run-report.ts";
import { isOffered } from "./tool-input.ts";

export type Role = "lead" | "agent" | "presenter" | "evaluator" | "host" | "summariser" | "aside";

export type DoneCall = {
  readonly name: string;
  readonly input: unknown;
  readonly output: string;
  readonly failed: boolean;
};

/** What the lead has to react to now, and what was before. */
export type Conversation = {
  /** What the person said since the lead's last complete reply, oldest first. */
  readonly said: readonly string[];
  /** Calls since the person last said something, without those that keep what a run brought. */
  readonly done: readonly DoneCall[];
  /** Reports of this turn; `saved` when the lead called a tool since, `told` when it said something about it. */
  readonly reports: readonly {
    readonly report: ReportText;
    readonly saved: readonly DoneCall[];
    readonly told: boolean;
  }[];
  /** Every report so far, this turn's too. */
  readonly history: readonly ReportText[];
  /** Every call so far, this turn's too. */
  readonly calls: readonly DoneCall[];
  /** What came of the user's slash commands in this turn. */
  readonly commands: readonly { readonly tool: string; readonly failed: boolean; readonly output: string }[];
  /** The lead's last complete reply before this turn, and what the person had said to get it. */
  readonly before: { readonly reply: string; readonly said: string };
};

/** The team agent's task and the newest answers that it was shown, by anonymous id. */
export type TeamView = {
  readonly task: string;
  /** What the task was given along: results of earlier runs, constraints. */
  readonly context: string;
  readonly answers: ReadonlyMap<string, string>;
  /** What an attempt before was sent back with; empty in the first one. */
  readonly feedback: string;
  readonly done: readonly DoneCall[];
  /** The conversation tells the agent to submit at once. */
  readonly hurry: boolean;
};

export function roleOf({ tools, messages }: ModelRequest): Role {
  if (tools.length === 0 && messageText(messages[0]).startsWith("<conversation_to_summarise>")) return "summariser";
  if (tools.length === 0 && messageText(messages[0]).startsWith("<conversation_so_far>")) return "aside";
  if (isOffered(tools, "launch_run")) return "lead";
  if (isOffered(tools, "restart_orchestration")) return "evaluator";
  if (isOffered(tools, "assign_perspectives")) return "host";
  return isOffered(tools, "new_answer") || isOffered(tools, "vote") ? "agent" : "presenter";
}

export function readConversation(messages: readonly Message[]): Conversation {
  const start = messages.findLastIndex((message) => message.role === "assistant" && message.calls.length === 0) + 1;
  const turn = messages.slice(start);
  const saidAt = turn.findLastIndex((message) => spoken(message).length > 0);
  const past = messages.slice(0, start);
  const reply = past.at(-1);
  return {
    said: turn.flatMap(spoken),
    done: readCalls(turn.slice(saidAt + 1)).filter((done) => !keeps(done)),
    reports: turn.flatMap((message, index) => {
      if (message.role !== "user") return [];
      const later = turn.slice(index + 1);
      const saved = readCalls(later).filter(keeps);
      return readReports(message.text).map((report) => ({ report, saved, told: isTold(report, later) }));
    }),
    history: messages.flatMap((message) => (message.role === "user" ? readReports(message.text) : [])),
    calls: readCalls(messages),
    commands: turn.flatMap((message) => (message.role === "user" ? readCommands(message.text) : [])),
    before: { reply: reply?.role === "assistant" ? reply.text : "", said: past.flatMap(spoken).at(-1) ?? "" },
  };
}

export function readTeamView(messages: readonly Message[]): TeamView {
  const answers = new Map<string, string>();
  for (const message of messages) {
    const text = message.role === "user" ? message.text : message.role === "tool" ? message.output : "";
    for (const [, id = "", answer = ""] of text.matchAll(/<(agent\d+)[^>\n]*>([\s\S]*?)<end of \1>/g)) {
      answers.set(id, answer.trim());
    }
  }
  const first = messages.find((message) => message.role === "user")?.text ?? "";
  const later = messages.flatMap((message) =>
    message.role === "user" && message.text !== first ? [message.text] : [],
  );
  const original = (
    /<ORIGINAL MESSAGE>([\s\S]*?)<END OF ORIGINAL MESSAGE>/.exec(first)?.[1] ?? withoutBlocks(first)
  ).trim();
  const [task = "", ...context] = original.split("\n\nContext:\n");
  return {
    task,
    context: context.join("\n\n"),
    answers,
    feedback: /<PREVIOUS ATTEMPT FEEDBACK>[\s\S]*?^What to do now: (.*)$/m.exec(first)?.[1]?.trim() ?? "",
    done: readCalls(messages),
    hurry: /\b(submit|wrap(ping)? up|answer now|time is (nearly )?up|finish now)\b/i.test(later.at(-1) ?? ""),
  };
}

/** Everything that a message says, whatever its kind. */
export function messageText(message: Message | undefined): string {
  if (!message) return "";
  return message.role === "tool" ? message.output : message.text;
}

/** What the program tells the lead in the user's place: outcomes of slash commands, what stands for older messages. */
const NOTE =
  /<earlier_conversation>[\s\S]*?<\/earlier_conversation>|<winner_changed\b[\s\S]*?<\/winner_changed>|<user_command\b[^>]*>[\s\S]*?(?:<\/user_command>|$)|^\(The user (?:put|took back) the changes of run [^]*\)$|^\[An older part of this conversation[^\]]*\]$/g;

/** Notes what a run brought; the lead does so by itself, whatever was asked. */
function keeps({ name }: DoneCall): boolean {
  return name === "save_deliverable" || name === "update_context";
}

function withoutBlocks(text: string): string {
  return text.replace(/<CURRENT ANSWERS[\s\S]*$/, "");
}

function readCommands(text: string): { tool: string; failed: boolean; output: string }[] {
  return [...text.matchAll(/<user_command tool="([^"]*)" outcome="(\w+)">([\s\S]*?)<\/user_command>/g)].map(
    ([, tool = "", outcome, output = ""]) => ({ tool, failed: outcome === "failed", output: output.trim() }),
  );
}

function spoken(message: Message): string[] {
  if (message.role !== "user") return [];
  const text = withoutReports(message.text).replace(NOTE, "").trim();
  return text === "" ? [] : [text];
}

function readCalls(messages: readonly Message[]): DoneCall[] {
  const inputs = new Map<string, unknown>();
  return messages.flatMap((message) => {
    if (message.role === "assistant") for (const { id, input } of message.calls) inputs.set(id, input);
    if (message.role !== "tool") return [];
    const { callId, name, output, failed } = message;
    return [{ name, input: inputs.get(callId), output, failed }];
  });
}

function isTold(report: ReportText, later: readonly Message[]): boolean {
  return later.some((message) => message.role === "assistant" && message.text.includes(reportTitle(report)));
}

/** How the lead calls a run when it tells of its end; also the sign that it has told. */
export function reportTitle({ run, title }: ReportText): string {
  return `Run ${run || "?"}${title === "" ? "" : ` · ${title}`}`;
}
