import type { Capability } from "./tool.ts";
import { meansHost, opensHost } from "./host-rules.ts";
import type { ClosedPaths } from "./workspace.ts";
import { pathAccess } from "./tool-names.ts";
import { parseShellLine } from "./shell-words.ts";

/** "run_command(npm test)", "write(migrations/**)", "read_file", "network": a tool or what it can do, and for what. */
export type Rule = {
  readonly text: string;
  /** The name of a tool, or a capability: then every tool that has it. */
  readonly tool: string;
  /** The beginning of a command, a host, or a path pattern as in .gitignore; undefined: whatever it is called with. */
  readonly pattern: string | undefined;
};

export type Permissions = {
  /** auto: what no rule forbids is done. ask: commands and the network need a rule that allows them. plan: nothing is changed. */
  readonly mode: "auto" | "ask" | "plan";
  readonly allow: readonly Rule[];
  readonly ask: readonly Rule[];
  readonly deny: readonly Rule[];
};

export const NO_RULES: Permissions = { mode: "auto", allow: [], ask: [], deny: [] };

export type Verdict = { readonly verdict: "allow" } | { readonly verdict: "ask" | "deny"; readonly because: string };

const RULE = /^([a-z_][\w-]*)(?:\((.+)\))?$/is;

/** Undefined for what is no rule. */
export function parseRule(text: string): Rule | undefined {
  const [, tool, pattern] = RULE.exec(text.trim()) ?? [];
  return tool === undefined ? undefined : { text: text.trim(), tool, pattern: pattern?.trim() };
}

/** Both hold: what either forbids is forbidden, and the stricter mode counts. */
export function bothPermissions(a: Permissions, b: Permissions): Permissions {
  const modes = ["plan", "ask", "auto"] as const;
  return {
    mode: modes.find((mode) => a.mode === mode || b.mode === mode) ?? "auto",
    allow: [...a.allow, ...b.allow],
    ask: [...a.ask, ...b.ask],
    deny: [...a.deny, ...b.deny],
  };
}

type Call = {
  readonly tool: string;
  readonly capability: Capability;
  readonly command?: string | undefined;
  /** What it talks to. */
  readonly host?: { readonly name: string; readonly port: number } | undefined;
  /** Why commands could do what the user may: then each needs a rule that allows it, or the user's yes. */
  readonly unconfined?: string | undefined;
};

/**
 * Whether a tool may be called: deny before ask before allow, then the mode. `command` is a line for the shell. Paths are
 * not judged here: see `closedPaths`.
 */
export function judgeCall(permissions: Permissions, call: Call): Verdict {
  const { mode, allow, ask, deny } = permissions;
  const concerned = (rules: readonly Rule[]): readonly Rule[] =>
    rules.filter((rule) => rule.tool === call.tool || rule.tool === call.capability);
  const [denied, asked, allowed] = [concerned(deny), concerned(ask), concerned(allow)];
  for (const [verdict, rules] of [
    ["deny", denied],
    ["ask", asked],
  ] as const) {
    const rule = rules.find((one) => forbids(one, call));
    if (rule)
      return { verdict, because: `the rule "${rule.text}" ${verdict === "deny" ? "denies it" : "wants it asked for"}` };
  }
  const line = call.command === undefined ? undefined : parseShellLine(call.command);
  if (allowed.some(({ pattern }) => pattern === undefined || opens(pattern, call))) return { verdict: "allow" };
  if (line && line.opaque === undefined && line.commands.length > 0) {
    const isCovered = line.commands.every((words) => allowed.some((rule) => beginsWith(words, rule.pattern)));
    if (isCovered) return { verdict: "allow" };
  }
  const isBounded = line && [...denied, ...asked].some(({ pattern }) => pattern !== undefined);
  if (isBounded && line.opaque !== undefined) {
    return { verdict: "ask", because: `${line.opaque}, so that it cannot be told whether a rule forbids it` };
  }
  if (call.unconfined !== undefined && call.capability === "execute" && mode !== "plan") {
    return { verdict: "ask", because: `there is no sandbox for commands here (${call.unconfined})` };
  }
  if (mode === "auto" || call.capability === "read" || call.capability === "coordinate") return { verdict: "allow" };
  if (mode === "plan") return { verdict: "deny", because: "the mode is plan: nothing is changed" };
  if (call.capability === "write") return { verdict: "allow" };
  return { verdict: "ask", because: line?.opaque ?? "no rule allows it, and the mode is ask" };
}

/** Path patterns below every granted directory that must not be read, or written: never, or not without a yes. */
export function closedPaths({ ask, deny }: Permissions): { readonly closed: ClosedPaths; readonly asks: ClosedPaths } {
  const of = (rules: readonly Rule[], access: string): readonly string[] =>
    rules.flatMap(({ tool, pattern }) => (pathAccess(tool) === access && pattern !== undefined ? [pattern] : []));
  // What must not be read must not be overwritten either.
  const both = (rules: readonly Rule[]): ClosedPaths => ({
    read: of(rules, "read"),
    write: [...of(rules, "read"), ...of(rules, "write")],
  });
  return { closed: both(deny), asks: both(ask) };
}

/** A rule with a pattern forbids a line when one of its commands begins so; for paths there is `closedPaths`. */
function forbids({ pattern }: Rule, { command, host }: Call): boolean {
  if (pattern === undefined) return true;
  if (host) return meansHost(pattern, host.name, host.port);
  if (command === undefined) return false;
  const { commands } = parseShellLine(command);
  return commands.some((words) => beginsWith(words, pattern) || beginsWith(withoutPath(words), pattern));
}

function opens(pattern: string, { host }: Call): boolean {
  return host !== undefined && opensHost(pattern, host.name, host.port);
}

function withoutPath([program = "", ...rest]: readonly string[]): readonly string[] {
  return [program.slice(program.lastIndexOf("/") + 1), ...rest];
}

/** Word by word: "npm test" allows "npm test --watch", not "npm testing". */
function beginsWith(words: readonly string[], pattern: string | undefined): boolean {
  const wanted = (pattern ?? "").replace(/[: ]\*$/, "").split(/\s+/);
  return wanted.every((word, index) => words[index] === word);
}
