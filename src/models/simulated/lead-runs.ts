import { clip, formatUsd } from "../../core/text.ts";
import type { ModelRequest, ToolSpec } from "../../core/model.ts";
import { bullets } from "./agent-answer.ts";
import { call, type Draft, type DraftCall, say } from "./draft.ts";
import { launchCall, lastLaunch, launches, type Launching } from "./launch.ts";
import { LEAD_NOTE } from "./lead-question.ts";
import { type Proposal, proposalText } from "./proposal.ts";
import { type Conversation, type DoneCall, reportTitle } from "./read-request.ts";
import { readReports, type ReportText } from "./run-report.ts";
import { callTool } from "./tool-input.ts";
import { slug } from "./words.ts";

/** Starts the run, or says what came of it: started, declined, or impossible. */
export function launchOrTell(request: ModelRequest, chat: Conversation, { sentence, call: launch }: Launching): Draft {
  const result = chat.done.findLast(({ name }) => name === "launch_run" || name === "rerun");
  if (result) return afterLaunch(request, result, chat);
  if (launch) return call(sentence, launch);
  return say(
    "I would start a run for that, but I do not know which task you mean. Tell me in a sentence what the team shall do.",
  );
}

function afterLaunch(request: ModelRequest, result: DoneCall, chat: Conversation): Draft {
  const { output, failed } = result;
  if (isDeclined(result)) return afterRefusal(output);
  if (!failed) {
    const number = /\brun (\d+)/i.exec(output)?.[1];
    const changes = bullets(/changed your proposal:\n([\s\S]*)$/.exec(output)?.[1] ?? "");
    return say(
      `${number === undefined ? "The run" : `Run ${number}`} is under way. I'll tell you when it is over; you can go on talking to me, or watch it.`,
      changes.length > 0
        ? `With your changes: ${changes.map((change) => change.replace(/ \(you had proposed:.*$/, "")).join("; ")}.`
        : undefined,
    );
  }
  const before = lastLaunch(chat);
  const retried = chat.done.filter(({ name }) => name === "launch_run").length > 1;
  if (before?.context_paths && !retried && /path|exist|not found|director/i.test(output)) {
    return call(
      "One of those paths does not exist; I leave the files to the project's defaults.",
      launchCall(request, { ...before, context_paths: undefined }),
    );
  }
  return say(`The run could not be started: ${output.trim()}`, "Tell me what to change, and I will try again.");
}

/** Declined by the user, not failed by itself. */
export function isDeclined({ output, failed }: DoneCall): boolean {
  return failed && /\buser\b[^.\n]{0,20}\b(declin|refus|reject|did not|said no|cancel)|^declined/i.test(output);
}

/** Accepts the no, and says in words what else there is; asking again for the same would be nagging. */
export function afterRefusal(output: string): Draft {
  const quoted =
    /[“"]([^”"]+)[”"]/.exec(output)?.[1] ?? /\b(?:reason|because|note|said|saying)\b[:\s]+([^\n]+)/i.exec(output)?.[1];
  const reason = quoted?.trim().replace(/\.$/, "") ?? "";
  const cheaper = /cost|expens|cheap|money|budget|much/i.test(reason);
  return say(
    reason === "" ? "All right, no run." : `All right, no run: “${reason}”.`,
    cheaper
      ? "A single agent without refinement would cost about a third of it: say “quick, single agent” if you want that. Reading and searching I can do myself at no cost."
      : "If it was the size: “plan it first” gives you a plan and changes nothing, “quick, single agent” is one agent and no vote. Or tell me what to do differently.",
  );
}

/** What is kept of a run before the lead tells of it: the answer as a deliverable, a line in the project's memory. */
export function keepReport(tools: readonly ToolSpec[], report: ReportText): DraftCall[] {
  const name = deliverableName(report);
  const answered = report.outcome === "answered" && report.answer !== "" && report.purpose !== "verification";
  const by = report.winner === "" ? report.outcome : wonText(report);
  const line = `- ${reportTitle(report)}${report.purpose === "" ? "" : ` (${report.purpose})`}: ${by}${answered ? `; see deliverables, ${name}` : ""}.`;
  const save = answered
    ? callTool(tools, "save_deliverable", { name, content: report.answer, run: report.id || undefined }, report.title)
    : undefined;
  const note = callTool(
    tools,
    "update_context",
    { section: "State", "text|content|entry": line, mode: "append" },
    line,
  );
  return [save, note].filter((call) => call !== undefined);
}

/** The end of a run as a person wants to hear it: who won and why, who disagreed, what it left, what next. */
export function tellReport(chat: Conversation, report: ReportText, kept: readonly DoneCall[]): string {
  const headline =
    report.outcome === "answered"
      ? `**${reportTitle(report)}** is done${report.winner === "" ? "" : `: ${wonText(report)}`}.`
      : `**${reportTitle(report)}** ended without an answer (${report.outcome})${report.fault === "" ? "" : `: ${report.fault}`}.`;
  const proposal = report.outcome === "answered" ? proposeAfter(chat, report) : undefined;
  return [
    headline,
    excerpt(report.answer),
    votesText(report),
    `${report.files.length > 0 ? `Files changed: ${report.files.map(shortPath).join(", ")}. ` : ""}${effort(report)}`,
    report.simulated && report.outcome === "answered"
      ? "The team is simulated: its answer shows how a run goes, not what is right."
      : "",
    keptText(kept),
    report.outcome === "answered"
      ? ""
      : "What the agents had is kept. Say “rerun it” to try again, or tell me what to change.",
    proposal && proposalText(proposal),
  ]
    .filter((part) => part !== undefined && part !== "")
    .join("\n\n");
}

/** What the user asks about a past run is answered from its report. `slow`: the user finds fault with how it went. */
export function inspectRun(request: ModelRequest, chat: Conversation, text: string): Draft {
  const number = /\brun (\d+)/i.exec(text)?.[1] ?? chat.history.at(-1)?.run ?? "";
  const wanted = { "run|run_id|id": number };
  const read = chat.done.findLast(({ name, failed }) => !failed && (name === "analyze_run" || name === "read_run"));
  if (chat.done.length === 0) {
    const look =
      callTool(request.tools, "analyze_run", wanted, number) ?? callTool(request.tools, "read_run", wanted, number);
    const first = number === "" ? callTool(request.tools, "list_runs", {}) : look;
    if (first) return call("", first);
  }
  const output = (read ?? chat.done.at(-1))?.output.trim() ?? "";
  const report = readReports(output)[0] ?? chat.history.findLast(({ run }) => run === number);
  const complaint = /slow|circle|long|expensive|stuck|waste|loop/i.test(text);
  return say(
    report ? `${reportTitle(report)}: ${wonText(report)}. ${effort(report)}` : quoted(output),
    report && votesText(report),
    complaint
      ? "Two things usually help: fewer agents (two still disagree usefully), and lenient voting, so that small matters of style do not start another round."
      : LEAD_NOTE,
    complaint ? proposalText({ kind: "lenient_rerun" }) : undefined,
  );
}

function quoted(output: string): string {
  const rows = output.split("\n");
  if (output === "") return "I know nothing of that run.";
  return ["```", ...rows.slice(0, 15), ...(rows.length > 15 ? [`… ${rows.length - 15} more lines`] : []), "```"].join(
    "\n",
  );
}

function effort({ cost, duration }: ReportText): string {
  const parts = [cost !== "" && `Cost ${costText(cost)}.`, duration !== "" && `It took ${duration}.`];
  return parts.filter((part) => part !== false).join(" ");
}

function proposeAfter(chat: Conversation, report: ReportText): Proposal | undefined {
  const purpose = report.purpose || (lastLaunch(chat)?.purpose ?? "execution");
  const step = nextStep(chat);
  switch (purpose) {
    case "planning":
      return step === undefined ? { kind: "check" } : { kind: "step", step };
    case "verification":
      return step === undefined ? undefined : { kind: "step", step };
    case "review":
      return { kind: "fix" };
    case "research":
      return lastLaunch(chat)?.refinement === false ? { kind: "debate" } : { kind: "plan" };
    case "analysis":
      return undefined;
    default:
      return { kind: "check" };
  }
}

/** The first step of the newest plan that no run was started for. */
function nextStep(chat: Conversation): string | undefined {
  const plan = chat.history.findLast(({ purpose }) => purpose === "planning")?.answer ?? "";
  const numbered = [...plan.matchAll(/^\s*\d+[.)]\s+(\S.*)$/gm)].map(([, step = ""]) => step.trim());
  const steps = (numbered.length > 0 ? numbered : bullets(plan)).map((step) => clip(step.replace(/[*`?]/g, ""), 140));
  const begun = launches(chat).map(({ task }) => task);
  return steps.find((step) => !begun.some((task) => task.includes(step)));
}

function votesText({ votes, winner }: ReportText): string {
  if (votes.length === 0) return "";
  const against = votes.filter(({ target }) => target !== winner);
  return [
    "Votes:",
    ...votes.map(({ voter, target, reason }) => `- ${voter} → ${target}${reason === "" ? "" : `: ${reason}`}`),
    against.length === 0
      ? "Nobody disagreed."
      : `Disagreed: ${against.map(({ voter, target }) => `${voter} preferred ${target === voter ? "its own answer" : target}`).join(", ")}.`,
  ].join("\n");
}

function keptText(kept: readonly DoneCall[]): string {
  const failed = kept.filter((call) => call.failed);
  if (failed.length > 0) return `Not kept: ${failed.map(({ output }) => output.trim().split("\n")[0]).join("; ")}`;
  const saved = kept.find(({ name }) => name === "save_deliverable")?.input;
  const name = typeof saved === "object" && saved !== null && "name" in saved ? String(saved.name) : undefined;
  return name === undefined ? "" : `Kept as deliverable \`${name}\`${kept.length > 1 ? ", noted in CONTEXT.md" : ""}.`;
}

function excerpt(answer: string): string {
  const paragraphs = answer.trim().split(/\n\n+/);
  const kept: string[] = [];
  for (const paragraph of paragraphs) {
    if (kept.join("").length + paragraph.length > 1400 && kept.length > 0) break;
    kept.push(paragraph);
  }
  return kept.length < paragraphs.length ? `${kept.join("\n\n")}\n\n…` : kept.join("\n\n");
}

/** "ada won with 2 of 3 votes", or that the user chose it. */
function wonText(report: ReportText): string {
  const { winner, chosen } = report;
  const votes = scoreOf(report) === "" ? "" : ` with ${scoreOf(report)} votes`;
  return chosen ? `you chose the answer of ${winner}` : `${winner || "nobody"} won${votes}`;
}

function scoreOf({ score, votes, winner }: ReportText): string {
  if (score !== "") return score;
  return votes.length === 0 ? "" : `${votes.filter(({ target }) => target === winner).length} of ${votes.length}`;
}

function costText(cost: string): string {
  return /^\d+(\.\d+)?$/.test(cost) ? formatUsd(Number(cost)) : cost;
}

function deliverableName({ title, purpose, run }: ReportText): string {
  const name = title === "" ? `run-${run}` : slug(title);
  return `${purpose === "planning" && !name.includes("plan") ? `${name}-plan` : name}.md`;
}

/** As the agent knew it: relative to its workspace. */
function shortPath(path: string): string {
  return /\/workspace\/(.+)$/.exec(path)?.[1] ?? path;
}
