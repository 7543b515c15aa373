import { never } from "../never.ts";
import type { RunReport } from "../run/report.ts";
import { plain } from "../terminal-safe.ts";
import { clip, formatDuration, formatTokens, formatUsd, oneLine, plural } from "../text.ts";
import { modeLabel } from "./approval.ts";
import type { ChatItem, ChatState, FinishedCall } from "./state.ts";

/** A conversation as a document: everything that was said and done, in order, whatever the lead still knows of it. */
export function chatMarkdown(chat: ChatState, title: string): string {
  const { session, project, lead, startedAt, leadSpend, reports } = chat;
  const usd = reports.reduce((sum, { costUsd }) => sum + costUsd, leadSpend.costUsd);
  const isPriced = leadSpend.unpricedCalls === 0 && reports.every(({ costComplete }) => costComplete);
  const facts = [
    `project ${project}`,
    `session ${session}`,
    ...(startedAt === 0 ? [] : [timeOf(startedAt)]),
    `lead ${lead.model}${lead.simulated ? " (simulated)" : ""}`,
    `${formatUsd(usd)}${isPriced ? "" : "+"}`,
  ];
  const parts = chat.items.map(itemMarkdown).filter((part) => part !== "");
  return `${[`# ${inline(title)}`, facts.map(inline).join(" · "), ...parts].join("\n\n")}\n`;
}

/** "2026-11-21 08:20 UTC" */
function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

const CHANGES = { shown: "looked at", applied: "put into the files", undone: "taken back" } as const;

function itemMarkdown(item: ChatItem): string {
  switch (item.kind) {
    case "user":
      return `## You, ${timeOf(item.at)}\n\n${quote(item.text)}`;
    case "lead":
      return plain(item.text).trim();
    case "tools":
      return item.calls.map(callMarkdown).join("\n");
    case "shell":
      return plain(item.output).trimEnd().replaceAll(/^/gm, "    ");
    case "approval": {
      const what =
        item.ask.kind === "run" ? `${item.ask.proposal.title} · ${modeLabel(item.ask.proposal)}` : item.ask.title;
      const reason = item.note === "" ? "" : `: “${inline(item.note)}”`;
      return `_${item.allow ? "Approved" : "Declined"}${item.edited ? ", edited" : ""}: ${inline(what)}${reason}_`;
    }
    case "run":
      return runMarkdown(item.report);
    case "project":
      return `_Project ${inline(item.project)}, ${inline(item.root)}_`;
    case "changes":
      return `_Changes of run ${item.number} ${CHANGES[item.action]}: ${item.lines.map(inline).join(", ")}_`;
    case "fault":
      return `**✖ ${inline(item.fault.message)}**${item.fault.hint === undefined ? "" : ` ${inline(item.fault.hint)}`}`;
    case "interrupted":
      return [plain(item.text).trim(), "_Stopped here._"].filter((part) => part !== "").join("\n\n");
    case "compacted":
      return `_Summarised for the lead here (${formatTokens(item.tokensBefore)} → ${formatTokens(item.tokensAfter)} tok); kept: ${item.kept.map(inline).join(", ")}._`;
    case "rewound":
      return `_Back to before “${clip(inline(item.text), 80)}”: what stands between there and here no longer counts._`;
    case "aside":
      return `_Beside the conversation: ${inline(item.question)}_\n\n${quote(item.text)}`;
    case "note":
      return `_${inline(item.text)}_`;
    case "direct":
    case "recap":
      return "";
    default:
      return never(item);
  }
}

function callMarkdown({ name, summary, failed, durationMs }: FinishedCall): string {
  return `- ${failed ? "✖ " : ""}${inline(summary === "" ? name : summary)} (${formatDuration(durationMs)})`;
}

function runMarkdown(report: RunReport): string {
  const { number, title, outcome, winner, winnerReason, votes, answer, answers, files, fault } = report;
  const facts = [
    outcome,
    ...(winner === null ? [] : [`won by ${winner}`]),
    ...(winnerReason === null ? [] : [winnerReason]),
    plural(answers.length, "answer"),
    formatDuration(report.durationMs),
    `${formatTokens(report.tokens)} tok`,
    `${formatUsd(report.costUsd)}${report.costComplete ? "" : "+"}`,
  ];
  const cast = votes.map(({ voter, target, label, reason }) => `- ${voter} → ${target} ${label}: ${reason}`);
  return [
    `### Run ${number} · ${inline(title)}`,
    facts.map(inline).join(" · "),
    ...(fault === null ? [] : [`**✖ ${inline(fault)}**`]),
    plain(answer).trim(),
    ...(cast.length === 0 ? [] : [`Votes:\n\n${cast.map(inline).join("\n")}`]),
    ...(files.length === 0 ? [] : [`Files:\n\n${files.map((file) => `- ${inline(file)}`).join("\n")}`]),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function quote(text: string): string {
  return plain(text)
    .trim()
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

function inline(text: string): string {
  return oneLine(plain(text));
}
