import type { Conversation } from "./read-request.ts";

/** What the person wants from the lead, as far as rules over words can tell. */
export type Intent =
  | { readonly kind: "small_talk"; readonly topic: "greeting" | "thanks" | "identity" }
  | { readonly kind: "new_project"; readonly goals: string }
  | { readonly kind: "continue"; readonly words: string }
  /** Agrees to what the lead proposed, perhaps with conditions. */
  | { readonly kind: "agree"; readonly proposal: string }
  | { readonly kind: "disagree" }
  | { readonly kind: "rerun" }
  | { readonly kind: "inspect_run" }
  | { readonly kind: "run_command"; readonly command: string }
  | { readonly kind: "work"; readonly mode: Mode }
  /** `asked`: put as a question, not as a statement that may want something done. */
  | { readonly kind: "question"; readonly asked: boolean };

export type Mode =
  | "plan"
  | "execute"
  | "review"
  | "verify"
  | "research"
  | "debate"
  | "analyse"
  /** An earlier task, changed. */
  | "change";

/** What was heard: the words as typed, without politeness in front (`bare`), and what stands behind them. */
type Heard = {
  readonly text: string;
  readonly bare: string;
  /** What the lead proposed just before; empty when it did not. */
  readonly proposal: string;
  readonly hasRuns: boolean;
};

const POLITE =
  /^(?:(?:please|now|then|ok|okay|also|so|actually|next|and|but|let's|lets|go ahead and|can|could|would|will|you|we|i|i'd|need|want|have|had|to|like|us|the team|team|should|help|me|just|quick question:?|massgen)\b[\s,:]*)+/i;

const WORK =
  /^(add|implement|build|fix|refactor|migrate|write|create|change|update|remove|delete|rename|convert|port|upgrade|improve|optimi[sz]e|replace|extract|introduce|support|make|set up|generate|develop|integrate|carry out|move|split|clean|use|switch|rewrite|draft|extend|finish|solve|resolve|deploy|ship|run|prepare|translate|wire|hook|enable|disable|drop|bump|document)\b/i;

const QUESTION =
  /^(?:(?:quick question|so|and|ok|now|also|please|could you|can you)[,:\s]+)?(what|what's|whats|how|how's|why|where|where's|which|who|when|whose|does|do (?!it|that|this)|did|is|are|was|were|has|have we|can i|explain|describe|show|tell me|list|find|summari[sz]e|look up|any)\b/i;

const STATUS =
  /^(where (are|were|do) we|what('s| is) (left|next|the state|the status)|how far (are|have) we|status( report| update)?[.?!]*$|give me (a |the )?status|pick up where)/i;

const CHOICE = /^should\b[^?]*\bor\b|^which\b[^?]*\b(better|or|best)\b/i;
const SEVERAL_VIEWS =
  /\b(vs\.?|versus)\b|\b(decide|choose|pick) between\b|^compare\b|\bindependent(ly)?\b|\bperspectives?\b|pros and cons|^research\b/i;
const PAST_RUN = /\b(last|that|previous|the|this) run\b|\brun \d+\b|in circles|\bvotes?\b|\bdisagree/i;

/** How a piece of work is to be done, by its first words. In order: the first that fits holds. */
const MODES: readonly (readonly [RegExp, Mode])[] = [
  [/^(plan|make a plan|design|outline|break down)\b/i, "plan"],
  [/^((re-?)?review|audit|critique)\b/i, "review"],
  [/^(verify|check|validate|double-check)\b/i, "verify"],
  [/^(analy[sz]e|investigate)\b/i, "analyse"],
];

/** In order: the first rule that has something to say holds. */
const RULES: readonly ((heard: Heard) => Intent | undefined)[] = [
  ({ text }) => (/<user_came_back\b/.test(text) ? { kind: "continue", words: "" } : undefined),
  newProject,
  answerToProposal,
  smallTalk,
  ({ bare, text }) => (STATUS.test(text) || STATUS.test(bare) ? { kind: "continue", words: "" } : undefined),
  resumeProject,
  runCommand,
  ({ bare }) => (/^(re-?run|run (it|that) again|try again|again)\b/i.test(bare) ? { kind: "rerun" } : undefined),
  ({ text, hasRuns }) =>
    hasRuns && PAST_RUN.test(text) && !startsWithWork(text) ? { kind: "inspect_run" } : undefined,
  ({ text }) => (/\b(debate|converge|agree on one)\b/i.test(text) ? { kind: "work", mode: "debate" } : undefined),
  ({ text, bare }) => (CHOICE.test(text) || SEVERAL_VIEWS.test(bare) ? { kind: "work", mode: "research" } : undefined),
  ({ text }) => (QUESTION.test(text) ? { kind: "question", asked: true } : undefined),
  work,
];

export function readIntent({ said, history, calls, before }: Conversation): Intent {
  const text = said.at(-1)?.trim() ?? "";
  const heard: Heard = {
    text,
    bare: text.replace(POLITE, ""),
    proposal: /(?:^|\n|\. )(Shall I [^\n]*?\?)/.exec(before.reply)?.[1] ?? "",
    hasRuns: history.length > 0 || calls.some(({ name }) => name === "launch_run"),
  };
  for (const rule of RULES) {
    const intent = rule(heard);
    if (intent) return intent;
  }
  return { kind: "question", asked: text.endsWith("?") };
}

function newProject({ text, bare }: Heard): Intent | undefined {
  const asked = /^(?:start|create|begin|open|set up|make)\s+(?:a\s+)?new project\b([\s\S]*)$/i.exec(bare);
  if (!asked) return undefined;
  const goals = (asked[1] ?? "").replace(/^[\s:,-]*(called |named |to |for )?/i, "").trim();
  return { kind: "new_project", goals: goals || text };
}

function answerToProposal({ text, proposal }: Heard): Intent | undefined {
  if (proposal === "") return undefined;
  if (isYes(text)) return { kind: "agree", proposal };
  return /^(no|nope|not now|later|don't|stop|never mind)\b/i.test(text) ? { kind: "disagree" } : undefined;
}

function smallTalk({ text }: Heard): Intent | undefined {
  if (/^(hi|hello|hey|good (morning|evening|day)|moin|hallo)\b[\s\w!,.]{0,20}$/i.test(text)) {
    return { kind: "small_talk", topic: "greeting" };
  }
  if (/^(thanks|thank you|thx|great|nice|cool|perfect|well done|bye|ok|okay)\b[\s\w!,.]{0,30}$/i.test(text)) {
    return { kind: "small_talk", topic: "thanks" };
  }
  return /\b(who|what) are you\b|\bare you (real|an? |simulated)|what can you do|\bwhich model\b/i.test(text)
    ? { kind: "small_talk", topic: "identity" }
    : undefined;
}

function resumeProject({ bare }: Heard): Intent | undefined {
  const asked = /^(?:continue|resume|go on|carry on|pick up|back to|open (?:the )?project)\b(.*)$/is.exec(bare);
  if (!asked) return undefined;
  const words = (asked[1] ?? "").replace(/^(\s+(with|on|the|project)\b)+/i, "").replace(/\s+project\b|[.!?]+$/gi, "");
  return { kind: "continue", words: words.trim() };
}

/** Programs that a person names without quoting them. */
const PROGRAMS = /^(?:npm|npx|pnpm|yarn|node|make|pytest|cargo|git|(?:go|deno|bun) (?=build|run|test|vet))\b/;

/** "run `npm test`", "please run npm test and tell me what fails". */
function runCommand({ bare }: Heard): Intent | undefined {
  const asked = /^(?:run|execute|start)\s+(?:the command\s+)?(?:`([^`\n]+)`|([^`\n]+))/i.exec(bare);
  const [, quoted, plain = ""] = asked ?? [];
  if (quoted !== undefined) return { kind: "run_command", command: quoted.trim() };
  const command = plain.replace(/(?:[,;]|\s(?:and|then)\s)[^]*$|[.?!]+$/, "").trim();
  return PROGRAMS.test(command) ? { kind: "run_command", command } : undefined;
}

function work({ text, bare, hasRuns }: Heard): Intent | undefined {
  const mode = MODES.find(([words]) => words.test(bare))?.[1];
  if (mode) return { kind: "work", mode };
  if (/\binstead\b/i.test(text) && hasRuns) return { kind: "work", mode: "change" };
  if (WORK.test(bare)) return { kind: "work", mode: /\b(entire|whole)\b/i.test(text) ? "plan" : "execute" };
  return isQuick(text) && hasRuns ? { kind: "work", mode: "verify" } : undefined;
}

/** "Add …", "please fix …", "I need to build …": something to be made rather than something to be known. */
export function startsWithWork(text: string): boolean {
  return WORK.test(text.trim().replace(POLITE, ""));
}

/** The person wants one agent and no refinement. */
export function isQuick(text: string): boolean {
  return /\bsingle[- ]agent\b|\bone agent\b|\bjust one\b|\bquick(ly)?\b(?! question)/i.test(text);
}

function isYes(text: string): boolean {
  return (
    /^(yes|yep|yeah|y|sure|ok(ay)?|go ahead|go on|go|please do|do (it|that|so)|sounds good|proceed|continue|next|fine|agreed|let's (do it|go))\b/i.test(
      text,
    ) &&
    text.length < 160 &&
    !/^(continue|go on|next) (?!please|then)\w/i.test(text)
  );
}
