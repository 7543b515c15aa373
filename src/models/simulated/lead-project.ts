import { clip, plural } from "../../core/text.ts";
import type { ModelRequest } from "../../core/model.ts";
import { bullets } from "./agent-answer.ts";
import { call, type Draft, say } from "./draft.ts";
import { isDeclined, afterRefusal } from "./lead-runs.ts";
import { proposalText } from "./proposal.ts";
import type { Conversation } from "./read-request.ts";
import { section } from "./tool-output.ts";
import { callTool } from "./tool-input.ts";
import { salientWords, slug } from "./words.ts";

/** Creates the project, then proposes to plan it. */
export function createProject({ tools }: ModelRequest, { done }: Conversation, goals: string): Draft {
  const created = done.find(({ name }) => name === "create_project");
  const name = projectName(goals);
  if (!created) {
    const create = callTool(tools, "create_project", { name, "goals|description": goals }, goals);
    return create
      ? call("A new project, then.", create)
      : say("I cannot create projects here: no tool for it was offered.");
  }
  if (isDeclined(created)) return afterRefusal(created.output);
  if (created.failed) return say(`The project could not be created: ${created.output.trim()}`);
  return say(
    `Created the project “${name}”. Its CONTEXT.md holds the goal (“${goals.replace(/[.\s]+$/, "")}”); decisions and results will be noted there.`,
    proposalText({ kind: "plan" }),
  );
}

/** Opens the project when words name one, reads what is known of it, and says what is done, left, stopped and next. */
export function continueProject({ system, tools }: ModelRequest, { done }: Conversation, words: string): Draft {
  if (done.length === 0) {
    const open = words === "" ? undefined : callTool(tools, "open_project", { "name|project|words": words }, words);
    const path = /(?:[\w.~-]*\/)+CONTEXT\.md/.exec(system)?.[0];
    const read = open || path === undefined || hasContext(system) ? undefined : callTool(tools, "read_file", { path });
    const first = call("", open, read, open ? undefined : callTool(tools, "list_runs", {}));
    if (first.calls.length > 0) return first;
  }
  const opened = done.find(({ name }) => name === "open_project");
  if (opened?.failed) return say(opened.output.trim(), "Say “start a new project: …” to begin one.");
  if (opened && done.length === 1 && !/<last_runs>|\brun \d/i.test(opened.output)) {
    const list = callTool(tools, "list_runs", {});
    if (list) return call("", list);
  }
  const told = done.filter(({ failed }) => !failed).map(({ output }) => output);
  return standing([...told, opened ? "" : system].join("\n"));
}

function standing(known: string): Draft {
  const state = section(known, /^(current )?(state|status|where things stand|progress)/i);
  const goals = section(known, /^goals?/i);
  const questions = section(known, /^open questions?/i);
  const { told, left } = leftItems(known, state);
  const runs = runLines(known);
  const stopped = runs.filter((line) => /\b(stopped|cancelled|failed|interrupted|on hold)\b/i.test(line));
  if (state === "" && goals === "" && runs.length === 0 && left.length === 0) {
    return say(
      "I find nothing to continue: no state in CONTEXT.md, no runs.",
      "Say “start a new project: <what it is about>”, or just what shall be done.",
    );
  }
  const [next] = left;
  return say(
    list("Goal", goals === "" || state !== "" ? [] : lines(goals, 5)),
    list("Where things stand", state === "" ? ["CONTEXT.md does not say yet."] : lines(state.replace(told, ""), 10)),
    list("Left", left.slice(0, 6).map(item)),
    list("Open questions", lines(questions, 4)),
    list(runs.length > 5 ? "The last runs" : "Runs", runs.slice(-5).map(item)),
    stopped.length > 0
      ? `${plural(stopped.length, "run")} ended without an answer; what the agents had is kept, /resume goes on with it.`
      : undefined,
    next === undefined ? proposalText({ kind: "plan" }) : proposalText({ kind: "step", step: clip(next, 140) }),
  );
}

/** What is open: unticked boxes, a list or a sentence that says what is left. `told`: the text of the state that says so. */
function leftItems(known: string, state: string): { told: string; left: string[] } {
  const listed = /^[^\n]*\b(?:left|remaining|to do|next)\b[^\n]*:[ \t]*\n+((?:[ \t]*[-*] [^\n]*\n?)+)/im.exec(state);
  const sentence = /\b(?:left|remaining|to do)\b(?: in [\w ]+?)? ?(?:are|is|:) ([^.\n]+)\.?/i.exec(state);
  const boxes = [...known.matchAll(/^\s*[-*]\s+\[ \]\s+(.+)$/gm)].map(([, item = ""]) => item);
  const told = listed ? bullets(listed[1] ?? "") : (sentence?.[1]?.split(/,\s*(?:and\s+)?|\s+and\s+/) ?? []);
  const left = [...told, ...boxes].map((item) => item.trim()).filter((item) => item.length > 2);
  return { told: listed?.[0] ?? "", left: [...new Set(left)] };
}

/** Lines about runs, as list_runs and the system message write them; where their logs lie is left out. */
function runLines(text: string): string[] {
  const rows = text.split("\n").map((line) => line.replace(/^[-*\s|]+/, "").replace(/ · (started|id|log) .*$/, ""));
  return [...new Set(rows.filter((line) => /^run #?\d+ · /i.test(line)))];
}

function hasContext(system: string): boolean {
  return section(system, /^(goals?|current state|state)/i) !== "";
}

function list(title: string, rows: readonly string[]): string | undefined {
  return rows.length === 0 ? undefined : [`**${title}**`, "", ...rows].join("\n");
}

function item(text: string): string {
  return `- ${text}`;
}

function lines(text: string, max: number): string[] {
  const all = text.split("\n").filter((line) => line.trim() !== "" && !/^<!--.*-->$/.test(line.trim()));
  return all.length > max ? [...all.slice(0, max), "…"] : all;
}

/** "migrate the user service to gRPC" becomes "grpc-migration": short enough to be said again. */
function projectName(goals: string): string {
  const target = /\bmigrat\w+\b[^.]*?\bto ([\w.+#-]+)/i.exec(goals)?.[1];
  if (target !== undefined) return `${slug(target)}-migration`;
  const words = salientWords(goals, 3);
  return slug(words.length > 0 ? words.join(" ") : goals);
}
