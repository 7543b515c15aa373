import type { ApprovalAsk } from "../core/chat/approval.ts";
import { commandCovers } from "../core/covers.ts";
import { FaultError } from "../core/fault.ts";
import { judgeCall, type Permissions } from "../core/permissions.ts";
import { oneLine } from "../core/text.ts";
import { printableJson, visible } from "../core/terminal-safe.ts";
import type { Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { judgeCommandPaths, judgePath } from "./path-rules.ts";

export type Guarded = {
  readonly files: AgentFiles;
  /** As they are at the time of a call. */
  readonly permissions: () => Permissions;
  /** Why there is no sandbox for commands, where there should be one: then they need a rule or the user's yes. */
  readonly unconfined?: string | undefined;
  /** Commands run in a sandbox, which keeps from them what rules close. */
  readonly shutIn?: boolean;
  /** What the user should know of every command before agreeing to it. */
  readonly place?: string | undefined;
};

/** What the rules say to one call. `opens`: absolute paths that are open to it once the user has said yes. */
type Judged =
  | { readonly verdict: "allow" }
  | { readonly verdict: "deny"; readonly because: string }
  | {
      readonly verdict: "ask";
      readonly because: string;
      readonly covers: readonly string[];
      readonly opens: readonly string[];
      /** What a path in it leads to. */
      readonly where?: string;
    };

/** The tools as far as the rules permit them. One that is never permitted is not offered. */
export function guarded(make: (files: AgentFiles) => readonly Tool[], options: Guarded): readonly Tool[] {
  return make(options.files).flatMap((tool) => {
    const { name, capability } = tool;
    const isNever = options
      .permissions()
      .deny.some((rule) => rule.pattern === undefined && (rule.tool === name || rule.tool === capability));
    const again = (files: AgentFiles): Tool => make(files).find((one) => one.name === name) ?? tool;
    return isNever ? [] : [guard(tool, options, again)];
  });
}

/** `again` makes the same tool for other files. */
function guard(tool: Tool, options: Guarded, again: (files: AgentFiles) => Tool): Tool {
  const { name, description, capability, summary } = tool;
  /** What the user was shown: a link that leads elsewhere by the time of the call opens nothing there. */
  const asked = new WeakMap<object, readonly string[]>();
  return {
    name,
    description,
    capability,
    get inputSchema() {
      return tool.inputSchema; // made when it is first asked for
    },
    summary,
    async approval(input) {
      const wanted = await tool.approval(input);
      const judged = await judge(tool, input, options);
      if (judged.verdict !== "ask") return wanted;
      if (typeof input === "object" && input !== null) asked.set(input, judged.opens);
      return askFor(tool, input, judged, options.place);
    },
    async run(input, context) {
      const judged = await judge(tool, input, options);
      if (judged.verdict === "allow") return tool.run(input, context);
      if (judged.verdict === "deny" || context.approved !== true) throw denied(name, input, judged);
      const opens = (typeof input === "object" && input !== null && asked.get(input)) || [];
      if (opens.length === 0) return tool.run(input, context);
      const { files } = options;
      await files.agree?.(opens);
      const grants = files.grants.map((grant) => ({ ...grant, opened: [...(grant.opened ?? []), ...opens] }));
      return again({ ...files, grants }).run(input, context);
    },
  };
}

function hostOf(input: unknown): ReturnType<typeof hostAt> {
  if (typeof input !== "object" || input === null || !("url" in input)) return undefined;
  return typeof input.url === "string" ? hostAt(input.url) : undefined;
}

/**
 * Why web_fetch must not visit an address, for those that only turn up on the way. `agreed`: the user has said yes to
 * the host.
 */
export function hostJudge(permissions: Permissions): (url: URL, agreed: boolean) => string | undefined {
  return ({ href }, agreed) => {
    const judged = judgeCall(permissions, { tool: "web_fetch", capability: "network", host: hostAt(href) });
    if (judged.verdict === "allow" || (judged.verdict === "ask" && agreed)) return undefined;
    return judged.because;
  };
}

/** The host and port of an address of the web; undefined for anything else. */
function hostAt(address: string): { readonly name: string; readonly port: number } | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, protocol } = new URL(address);
  return { name: hostname, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}

async function judge(
  tool: Tool,
  input: unknown,
  { files, permissions, unconfined, shutIn = false }: Guarded,
): Promise<Judged> {
  const { name, capability } = tool;
  const command = textAt(input, "command");
  const host = hostOf(input);
  const call = judgeCall(permissions(), { tool: name, capability, command, host, unconfined });
  if (call.verdict === "deny") return { verdict: "deny", because: call.because };
  const path = textAt(input, "path");
  const access = capability === "read" || capability === "write" ? capability : undefined;
  const byPath =
    command !== undefined
      ? await judgeCommandPaths(files, command, shutIn)
      : path !== undefined && access
        ? await judgePath(files, path, access)
        : undefined;
  if (byPath?.verdict === "deny") return { verdict: "deny", because: byPath.because };
  const isPathAsked = byPath?.verdict === "ask";
  if (call.verdict === "allow" && !isPathAsked) return call;
  const covers = [
    ...(call.verdict === "ask" && command === undefined
      ? [host ? `${name} ${host.name}:${host.port}` : `tool ${name}`]
      : []),
    ...(command === undefined ? [] : commandCovers(command)),
    ...(isPathAsked && command === undefined ? [`${access} ${byPath.shown}`] : []),
  ];
  const because = [call.verdict === "ask" ? call.because : "", isPathAsked ? byPath.because : ""];
  return {
    verdict: "ask",
    because: because.filter((one) => one !== "").join(", and "),
    covers,
    opens: isPathAsked ? byPath.paths : [],
    ...(isPathAsked && { where: byPath.shown }),
  };
}

function askFor(
  tool: Tool,
  input: unknown,
  { because, covers, where }: Extract<Judged, { verdict: "ask" }>,
  place = "",
): ApprovalAsk {
  const command = textAt(input, "command");
  const path = textAt(input, "path");
  const leads = path !== undefined && where !== undefined && where !== path ? ` (${where})` : "";
  const what = command === undefined ? printableJson(JSON.stringify(input ?? null)) : commandLines(command);
  return {
    kind: "command",
    title: visible(`${tool.summary(input)}${leads}`),
    detail: `${what}\n\n${place === "" ? "" : `${place}\n`}Asked for because ${visible(oneLine(because))}.`,
    covers: [...covers],
  };
}

/** As at a prompt: no line of a command can be taken for one that says something about it. */
function commandLines(command: string): string {
  return visible(command)
    .split("\n")
    .map((line, index) => `${index === 0 ? "$" : ">"} ${line}`)
    .join("\n");
}

function denied(name: string, input: unknown, judged: Exclude<Judged, { verdict: "allow" }>): FaultError {
  const command = textAt(input, "command");
  const what = command === undefined ? name : `${name} "${command}"`;
  return new FaultError({
    code: "denied",
    message: `Not permitted: ${what}. Reason: ${judged.because}`,
    hint:
      judged.verdict === "deny"
        ? "Do without it. If the task needs it, say so in your answer."
        : "Nobody was asked. Do without it, or use a plain command that is allowed; the user can add a rule to permissions.allow.",
  });
}

function textAt(input: unknown, key: "command" | "path"): string | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const value = (input as Readonly<Record<string, unknown>>)[key];
  return typeof value === "string" ? value : undefined;
}
