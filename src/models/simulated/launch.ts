import { clip } from "../../core/text.ts";
import type { ModelRequest } from "../../core/model.ts";
import { never } from "../../core/never.ts";
import type { DraftCall } from "./draft.ts";
import { isQuick, type Mode } from "./lead-intent.ts";
import { type Proposal, readProposal } from "./proposal.ts";
import type { Conversation } from "./read-request.ts";
import type { ReportText } from "./run-report.ts";
import { callTool } from "./tool-input.ts";
import { namedPaths, salientWords } from "./words.ts";

/** Arguments of launch_run as this lead wishes them; what the offered tool does not know is left out. */
type Launch = {
  readonly task: string;
  readonly purpose: string;
  readonly context?: string | undefined;
  readonly agent_mode?: "single" | "multi";
  readonly agents?: readonly string[] | undefined;
  readonly refinement?: boolean;
  readonly planning_mode?: boolean;
  readonly context_paths?: readonly string[] | undefined;
  readonly coordination_overrides?: Readonly<Record<string, unknown>>;
};

/** More of an earlier result would drown the task. */
const CONTEXT_CHARS = 4000;

const SETTINGS: Readonly<Record<Mode, Omit<Launch, "task">>> = {
  plan: { purpose: "planning", planning_mode: true },
  execute: { purpose: "execution" },
  change: { purpose: "execution" },
  review: { purpose: "review", agent_mode: "multi", refinement: false },
  verify: { purpose: "verification", agent_mode: "single", refinement: false },
  research: { purpose: "research", agent_mode: "multi", refinement: false },
  debate: { purpose: "research", agent_mode: "multi", refinement: true },
  analyse: { purpose: "analysis" },
};

const QUICK = { agent_mode: "single", refinement: false } as const;
const LENIENT = { voting_sensitivity: "lenient" } as const;

/** The run that a wish of the user comes to, and the sentence that goes with it. */
export function launchFor(request: ModelRequest, chat: Conversation, text: string, mode: Mode): Launching {
  const last = chat.history.at(-1);
  const declined = isBare(text) && isLaunchFailed(chat) ? lastLaunch(chat) : undefined;
  if (declined && isQuick(text)) {
    return { sentence: sentenceFor(mode, text), call: launchCall(request, { ...declined, ...QUICK }) };
  }
  const builds = mode === "debate" || mode === "change" || (last !== undefined && refersBack(text));
  return {
    sentence: sentenceFor(mode, text),
    call: launchCall(request, {
      ...SETTINGS[mode],
      ...(isQuick(text) && QUICK),
      task: taskFor(chat, text, mode),
      context: builds && last ? contextOf(last) : undefined,
      agents: namedAgents(request, chat, text),
      context_paths: namedPaths(text).filter((path) => path.includes("/") && /^\.?\/|\/$|\.\w{1,5}$/.test(path)),
    }),
  };
}

/** The run that an accepted proposal comes to. What the user said beside "yes" goes along. */
export function launchAgreed(request: ModelRequest, chat: Conversation, text: string, proposal: string): Launching {
  const agreed = readProposal(proposal);
  if (agreed.kind === "lenient_rerun") return launchAgain(request, chat, true);
  const last = chat.history.at(-1);
  const plan = chat.history.findLast(({ purpose }) => purpose === "planning");
  const source = agreed.kind === "step" ? (plan ?? last) : last;
  const mode = modeOf(agreed);
  const extra = text.length > 25 ? `\n\nThe user adds: “${text}”` : "";
  return {
    sentence: sentenceFor(mode, text),
    call: launchCall(request, {
      ...SETTINGS[mode],
      ...(isQuick(text) && QUICK),
      task: agreedTask(agreed, chat) + extra,
      context: source && agreed.kind !== "team" ? contextOf(source) : undefined,
      agents: namedAgents(request, chat, text),
    }),
  };
}

/** The last task once more; `gentler` with the settings that end a quarrel over details. */
export function launchAgain(request: ModelRequest, chat: Conversation, gentler: boolean): Launching {
  const before = lastLaunch(chat);
  const last = chat.history.at(-1);
  const overrides = gentler ? { coordination_overrides: LENIENT, agents: teamOf(chat).slice(0, 2) } : {};
  const rerun = last && callTool(request.tools, "rerun", { "run|run_id": last.run, ...overrides }, last.run);
  const input = before ?? { task: last?.title ?? "", purpose: last?.purpose ?? "execution" };
  return {
    sentence: gentler ? "Once more, with two agents and lenient voting." : "Once more, the same task.",
    call: rerun ?? (input.task === "" ? undefined : launchCall(request, { ...input, ...overrides })),
  };
}

export type Launching = { readonly sentence: string; readonly call: DraftCall | undefined };

/** The arguments of the newest launch_run, whether it was approved or not. */
export function lastLaunch(chat: Conversation): Launch | undefined {
  return launches(chat).at(-1);
}

/** The arguments of every launch_run so far, oldest first. */
export function launches({ calls }: Conversation): Launch[] {
  return calls.flatMap(({ name, input }) => {
    if (name !== "launch_run" || typeof input !== "object" || input === null || !("task" in input)) return [];
    return [{ purpose: "execution", ...input, task: String(input.task) }];
  });
}

function isLaunchFailed({ calls }: Conversation): boolean {
  return calls.findLast(({ name }) => name === "launch_run")?.failed === true;
}

export function launchCall({ tools }: ModelRequest, launch: Launch): DraftCall | undefined {
  return callTool(tools, "launch_run", launch, launch.task);
}

function agreedTask(proposal: Proposal, chat: Conversation): string {
  const last = chat.history.at(-1);
  const named = last ? `run ${last.run}${last.title === "" ? "" : ` “${last.title}”`}` : "the last run";
  const subject = lastSubject(chat) ?? chat.before.said;
  switch (proposal.kind) {
    case "step":
      return `Carry out this step: ${proposal.step}`;
    case "check":
      return `Check the result of ${named}: is it complete and correct, and what is missing?`;
    case "fix":
      return `Fix what the review in ${named} found, and nothing else.`;
    case "debate":
      return lastLaunch(chat)?.task ?? subject;
    case "plan":
      return `Plan: ${subject}`;
    case "team":
    case "lenient_rerun":
      return chat.before.said || subject;
    default:
      return never(proposal);
  }
}

function modeOf(proposal: Proposal): Mode {
  if (proposal.kind === "plan" || proposal.kind === "debate") return proposal.kind;
  return proposal.kind === "check" ? "verify" : "execute";
}

function taskFor(chat: Conversation, text: string, mode: Mode): string {
  const last = chat.history.at(-1);
  const before = lastLaunch(chat)?.task;
  const checked = launches(chat).findLast(({ purpose }) => purpose !== "verification")?.task;
  if (mode === "debate") return before ?? text;
  if (mode === "change" && checked !== undefined) return `${checked}\n\nChanged by the user: ${text}`;
  if (isBare(text) && mode === "verify" && last) return agreedTask({ kind: "check" }, chat);
  if (isBare(text) && before !== undefined) return before;
  if (!refersBack(text)) return text;
  if (last)
    return `${text}\n\n(This is about run ${last.run}${last.title === "" ? "" : `, “${last.title}”`}: see the context.)`;
  return before === undefined ? text : `${text}\n\n(This is about: ${before})`;
}

/** "fix those", "plan it first", "quick check is fine": words that need what was before. */
function refersBack(text: string): boolean {
  return (
    /\b(it|that|those|these|them|this|the (issues?|findings?|result|plan|consensus|gaps?))\b/i.test(text) ||
    salientWords(text, 3).length < 2
  );
}

/** "quick, single agent then", "plan it first": says how, not what. */
function isBare(text: string): boolean {
  const how = /\b(quick(ly)?|single|one|agents?|plan|first|review|check|then|again|yes|fine|rather|better|please)\b/gi;
  return salientWords(text.replace(how, " "), 1).length === 0;
}

function contextOf({ run, title, answer }: ReportText): string {
  return `Result of run ${run}${title === "" ? "" : ` “${title}”`}:\n\n${clip(answer, CONTEXT_CHARS)}`;
}

/** What the newest project or run is about, whichever came last. */
function lastSubject({ calls }: Conversation): string | undefined {
  const input = calls.findLast(
    ({ name, failed }) => name === "launch_run" || (name === "create_project" && !failed),
  )?.input;
  if (typeof input !== "object" || input === null) return undefined;
  if ("goals" in input) return String(input.goals);
  return "task" in input ? String(input.task) : undefined;
}

/** "with ada and bob", "without cyd", "two agents": ids are those that earlier runs or the system message name. */
function namedAgents({ system }: ModelRequest, chat: Conversation, text: string): string[] | undefined {
  const team = teamOf(chat);
  const without = /\bwithout ([\w-]+)/i.exec(text)?.[1]?.toLowerCase();
  if (without !== undefined && team.includes(without)) return team.filter((id) => id !== without);
  if (/\b(two|2) agents\b/i.test(text) && team.length > 2) return team.slice(0, 2);
  const listed = /\b(?:only|with|just) ([\w-]+(?:(?:, | and )[\w-]+)*)/i.exec(text)?.[1]?.split(/, | and /) ?? [];
  const ids = listed.filter((id) => team.includes(id) || new RegExp(`(^|[\\s"'(,:-])${id}( \\(|:)`, "m").test(system));
  return ids.length > 0 ? ids : undefined;
}

/** Who took part in the last run, as the tool and the reports name them. */
function teamOf({ calls, history }: Conversation): string[] {
  const started = calls.findLast(({ name, failed }) => name === "launch_run" && !failed)?.output ?? "";
  const named = /; ([\w-]+(?:, [\w-]+)+);/.exec(started)?.[1]?.split(", ");
  const last = history.at(-1);
  return (
    named ??
    [...new Set(last ? [last.winner, ...last.votes.flatMap(({ voter, target }) => [voter, target])] : [])].filter(
      (id) => id !== "",
    )
  );
}

function sentenceFor(mode: Mode, text: string): string {
  if (isQuick(text)) return "One agent will do for that.";
  switch (mode) {
    case "plan":
      return "That is worth a plan first; the team will make one and change nothing.";
    case "review":
      return "I'll have the team look at it independently, so that agreement means something.";
    case "verify":
      return "A single agent will check it.";
    case "research":
      return "I'll ask for independent answers first: different views are worth more here than one.";
    case "debate":
      return "Now they get each other's answers and have to converge.";
    case "analyse":
      return "I'll have the team analyse it.";
    case "change":
      return "Understood: the same task with that change.";
    case "execute":
      return "That is work for the team.";
    default:
      return never(mode);
  }
}
