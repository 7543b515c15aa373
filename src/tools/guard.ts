import { FaultError } from "../core/fault.ts";
import { judgeCall, type Permissions } from "../core/permissions.ts";
import type { Tool } from "../core/tool.ts";

/** The tools as far as the rules permit them. One that is never permitted is not offered. */
export function guarded(tools: readonly Tool[], permissions: Permissions): readonly Tool[] {
  return tools.flatMap((tool) => {
    const { name, capability } = tool;
    const isNever = permissions.deny.some(
      (rule) => rule.pattern === undefined && (rule.tool === name || rule.tool === capability),
    );
    return isNever ? [] : [guard(tool, permissions)];
  });
}

function guard(tool: Tool, permissions: Permissions): Tool {
  const { name, description, capability, summary, approval } = tool;
  return {
    name,
    description,
    capability,
    get inputSchema() {
      return tool.inputSchema; // made when it is first asked for
    },
    summary,
    approval,
    async run(input, context) {
      const command = commandOf(input);
      const judged = judgeCall(permissions, { tool: name, capability, command, host: hostOf(input) });
      if (judged.verdict === "allow") return tool.run(input, context);
      const what = command === undefined ? name : `${name} "${command}"`;
      throw new FaultError({
        code: "denied",
        message: `Not permitted: ${what}. Reason: ${judged.because}`,
        hint:
          judged.verdict === "deny"
            ? "Do without it. If the task needs it, say so in your answer."
            : "Nobody can be asked during a run. Do without it, or use a plain command that is allowed; the user can add a rule to permissions.allow.",
      });
    },
  };
}

function hostOf(input: unknown): ReturnType<typeof hostAt> {
  if (typeof input !== "object" || input === null || !("url" in input)) return undefined;
  return typeof input.url === "string" ? hostAt(input.url) : undefined;
}

/** Why web_fetch must not visit an address, for those that only turn up on the way. */
export function hostJudge(permissions: Permissions): (url: URL) => string | undefined {
  return ({ href }) => {
    const judged = judgeCall(permissions, { tool: "web_fetch", capability: "network", host: hostAt(href) });
    return judged.verdict === "allow" ? undefined : judged.because;
  };
}

/** The host and port of an address of the web; undefined for anything else. */
function hostAt(address: string): { readonly name: string; readonly port: number } | undefined {
  if (!URL.canParse(address)) return undefined;
  const { hostname, port, protocol } = new URL(address);
  return { name: hostname, port: port === "" ? (protocol === "https:" ? 443 : 80) : Number(port) };
}

function commandOf(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null || !("command" in input)) return undefined;
  return typeof input.command === "string" ? input.command : undefined;
}
