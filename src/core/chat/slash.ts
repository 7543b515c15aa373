import type { ChangesAction, Command } from "../command.ts";
import { nearest } from "../nearest.ts";
import type { Steer } from "../run/steer.ts";

/** What only a screen can do; `arg` is the rest of the line, trimmed. */
export type ScreenAction =
  | "help"
  | "runs"
  | "votes"
  | "compare"
  | "timeline"
  | "deliverables"
  | "inbox"
  | "details"
  | "context"
  | "status"
  | "permissions"
  | "plan"
  | "copy"
  | "theme"
  | "team"
  | "now"
  | "stop"
  | "cost"
  | "resume"
  | "rewind"
  | "fork"
  | "clear"
  | "vim"
  | "quit";

export type ParsedSlash =
  | { readonly kind: "command"; readonly command: Command }
  | { readonly kind: "screen"; readonly action: ScreenAction; readonly arg: string }
  /** For the newest run under way; to choose a winner also for one that is over. */
  | { readonly kind: "steer"; readonly steer: Steer }
  /** The command exists but lacks what it needs: `usage` is "/run <task>". */
  | { readonly kind: "incomplete"; readonly name: string; readonly usage: string }
  | { readonly kind: "unknown"; readonly name: string; readonly didYouMean: string | undefined };

export type SlashCommand = {
  readonly name: string;
  readonly aliases: readonly string[];
  /** "<task>" when it must be given, "[number]" when it may be. */
  readonly args: string;
  readonly help: string;
  readonly parse: (arg: string, line: string) => Command | ScreenAction | { readonly steer: Steer };
};

/** Every slash command, in the order in which help and completion list them. */
export const slashCommands: readonly SlashCommand[] = [
  {
    name: "run",
    aliases: [],
    args: "<task>",
    help: "have the whole team work on it, vote and refine",
    parse: (task, line) => callTool(line, "launch_run", { task, agent_mode: "multi" }),
  },
  {
    name: "plan",
    aliases: [],
    args: "[task]",
    help: "a plan by the team, which changes nothing; alone: plan mode on or off",
    parse: (task, line) =>
      task === "" ? "plan" : callTool(line, "launch_run", { task, purpose: "planning", planning_mode: true }),
  },
  {
    name: "single",
    aliases: [],
    args: "<task>",
    help: "one agent, straight to the answer",
    parse: (task, line) => callTool(line, "launch_run", { task, agent_mode: "single", refinement: false }),
  },
  screen("runs", ["agents", "tasks", "ps", "bashes", "subagents"], "", "runs of this project, past and present"),
  screen("votes", ["vote"], "[number]", "who voted for what, and why"),
  screen("compare", ["answers"], "[number]", "answers side by side; another one can be made the winner"),
  screen("timeline", ["replay"], "[number]", "scrub through a run, event by event"),
  screen("deliverables", ["shelf"], "", "what the project has delivered"),
  screen("details", ["output", "verbose"], "", "all that the lead's tools said"),
  screen("inbox", [], "", "questions and approvals that wait for you"),
  screen("team", ["model", "models"], "", "who is in the team, and on which models"),
  screen("now", [], "[number]", "wrap the run up: answer with what there is"),
  screen("stop", [], "[number]", "stop a run; what it has is kept"),
  steering("tell", "<text>", "a note to the agents of the run; begin with @name for one of them", note),
  steering("pause", "", "no new model call until /go", () => ({ do: "pause" })),
  steering("go", "", "goes on with a paused run", () => ({ do: "continue" })),
  steering("add", "<agent>", "one more agent for the run: a configured one, or another of it", (agent) => ({
    do: "add",
    agent: bareName(agent),
  })),
  steering("drop", "<agent>", "takes an agent out of the run", (agent) => ({ do: "drop", agent: bareName(agent) })),
  steering("choose", "<agent>", "makes this agent's answer the winner: now, or of the run that is over", (agent) => ({
    do: "choose",
    agent: bareName(agent),
  })),
  steering("answer", "<text>", "answers the question of an agent", (text) => ({ do: "answer", text })),
  steering("allow", "[p1] [run]", "lets an agent do what it asks for; run: and all of the kind", (arg) => ({
    do: "permit",
    allow: true,
    ...askNamed(arg),
    forRun: /(?:^|\s)run$/.test(arg),
  })),
  steering("deny", "[p1] [reason]", "says no to what an agent asks for, and why", (arg) => ({
    do: "permit",
    allow: false,
    ...askNamed(arg),
    reason: arg.replace(ASK, ""),
  })),
  changes("diff", "show", "what a run would change in your files, or has changed"),
  changes("apply", "apply", "put a run's changes into your files: all or none, yours are kept"),
  changes("undo", "undo", "take back what was applied last"),
  screen(
    "cost",
    ["usage", "stats", "tokens", "budget"],
    "",
    "money and tokens by agent, run and session; what the team was worth",
  ),
  screen(
    "resume",
    ["continue", "sessions", "chat"],
    "",
    "earlier sessions: search, look inside, rename, go on with one",
  ),
  screen("context", [], "", "what the lead's window is filled with, and what is left"),
  screen("copy", [], "[number]", "the lead's last answer to the clipboard; 2 is the one before"),
  {
    name: "btw",
    aliases: ["side"],
    args: "<question>",
    help: "ask beside the conversation: the lead answers and does not remember",
    parse: (question) => ({ do: "ask_aside", question }),
  },
  screen(
    "permissions",
    ["approvals", "approval-mode", "allowed-tools", "mode"],
    "[mode]",
    "what agents and the lead may do; ask, plan or auto changes the mode",
  ),
  screen(
    "status",
    ["about", "doctor", "config", "settings"],
    "",
    "version, files, keys found, sandbox, and whether all is saved",
  ),
  screen("rewind", ["checkpoint", "restore"], "", "go back to before one of your messages"),
  screen("fork", ["branch"], "[title]", "go on in a copy of this session; this one stays as it is"),
  screen("clear", ["new", "reset"], "", "start a new session; this one can be resumed"),
  {
    name: "rename",
    aliases: ["title"],
    args: "<title>",
    help: "give this session a name",
    parse: (title) => ({ do: "rename", title }),
  },
  {
    name: "compact",
    aliases: ["compress", "summarize", "summarise"],
    args: "[focus]",
    help: "summarise the conversation for the lead; all of it stays in the session",
    parse: (focus) => ({ do: "compact", focus }),
  },
  {
    name: "export",
    aliases: ["save"],
    args: "[file]",
    help: "the conversation as a file: .md, .html or .json",
    parse: (file) => ({ do: "export", file }),
  },
  {
    name: "project",
    aliases: ["projects"],
    args: "[name]",
    help: "open a project, or hear where this one stands",
    parse: (name, line) =>
      name === ""
        ? { do: "say", text: "Where does this project stand, and what would you do next?" }
        : callTool(line, "open_project", { name }),
  },
  {
    name: "review",
    aliases: [],
    args: "[what]",
    help: "have the team review your uncommitted changes, or what you name",
    parse: (what) => ({ do: "say", text: `Review ${what === "" ? "my uncommitted changes (git diff)" : what}.` }),
  },
  {
    name: "init",
    aliases: [],
    args: "",
    help: "have the lead look around and note in CONTEXT.md what one has to know here",
    parse: () => ({ do: "say", text: INIT }),
  },
  screen("theme", [], "[name]", "colours: dark, light, none, or auto for what the terminal says"),
  screen("vim", [], "", "edit messages with the keys of vi, or no longer"),
  screen("help", ["?", "keys", "shortcuts", "keybindings"], "", "commands and keys"),
  screen("quit", ["exit", "q"], "", "leave; running runs go on hold"),
];

/**
 * What a line that begins with "/" asks for. Undefined when it is no command but text to say: a path such as
 * "/etc/hosts", a comment, a lone slash.
 */
export function parseSlash(line: string): ParsedSlash | undefined {
  const [, name, rest = ""] = /^\/([\p{L}?][\p{L}\d-]*)(?:\s+(.*))?$/su.exec(line.trim()) ?? [];
  if (name === undefined) return undefined;
  const wanted = name.toLowerCase();
  const found = slashCommands.find((slash) => slash.name === wanted || slash.aliases.includes(wanted));
  if (!found) {
    const names = slashCommands.flatMap((slash) => [slash.name, ...slash.aliases]);
    return { kind: "unknown", name, didYouMean: nearest(wanted, names) };
  }
  const arg = rest.trim();
  if (arg === "" && found.args.startsWith("<")) {
    return { kind: "incomplete", name: found.name, usage: `/${found.name} ${found.args}` };
  }
  const asked = found.parse(arg, line.trim());
  if (typeof asked === "string") return { kind: "screen", action: asked, arg };
  return "steer" in asked ? { kind: "steer", steer: asked.steer } : { kind: "command", command: asked };
}

function callTool(text: string, tool: string, input: unknown): Command {
  return { do: "call", text, tool, input };
}

function screen(name: ScreenAction, aliases: readonly string[], args: string, help: string): SlashCommand {
  return { name, aliases, args, help, parse: () => name };
}

function steering(name: string, args: string, help: string, steer: (arg: string) => Steer): SlashCommand {
  return { name, aliases: [], args, help, parse: (arg) => ({ steer: steer(arg) }) };
}

const INIT =
  "Look around in this directory and note in CONTEXT.md, in a few lines each, what somebody has to know who works here: what it is, how it is built and tested, its parts, and the conventions that show.";

/** "p3" before whatever else is said. */
const ASK = /^p(\d+)(?:\s+|$)/;

/** The question that is meant; the oldest one when none is named. */
function askNamed(arg: string): { readonly ask?: string } {
  const [, number] = ASK.exec(arg) ?? [];
  return number === undefined ? {} : { ask: `p${number}` };
}

/** "@ada" is ada. */
function bareName(agent: string): string {
  return agent.replace(/^@/, "");
}

function changes(name: string, action: ChangesAction, help: string): SlashCommand {
  return { name, aliases: [], args: "[number]", help, parse: (run) => ({ do: "changes", action, run }) };
}

/** "@ada @bob look at the tests": names first, then the note. */
function note(arg: string): Steer {
  const [, names = "", text = ""] = /^((?:@\S+\s+)*)([^]*)$/.exec(arg) ?? [];
  const agents = names.split(/\s+/).flatMap((name) => (name === "" ? [] : [bareName(name)]));
  return { do: "note", text, agents: agents.length === 0 ? undefined : agents };
}
