import type { ChatMode } from "../core/chat/mode.ts";
import type { Config } from "../core/config/schema.ts";
import { bothPermissions, closedPaths, NO_RULES } from "../core/permissions.ts";
import { networkText } from "../core/sandbox.ts";
import type { LeadCommandOptions, ShutIn } from "../tools/lead-command.ts";
import { createSandboxes } from "./command-sandbox.ts";
import { leadBackend } from "./team.ts";

export type LeadCommands = LeadCommandOptions & {
  /** Ends what the commands were shut in. */
  readonly close: () => Promise<void>;
};

/**
 * Where commands of the lead run and what they need: they are there whatever the configuration grants to agents, since
 * the user is asked for each. Where the chat asks, what the configuration would let agents do is asked for, too.
 */
export function leadCommands(options: {
  readonly cwd: string;
  readonly config: Config;
  readonly mode: () => ChatMode;
  /** How deep this massgen is inside others. */
  readonly depth: number;
}): LeadCommands {
  const { cwd, config, mode, depth } = options;
  const { permissions, sandbox: settings } = config;
  const sandboxes = createSandboxes(config, cwd);
  return {
    files: {
      root: cwd,
      isUsers: true,
      snapshots: cwd,
      grants: [{ path: cwd, permission: "write", ...closedPaths(permissions) }],
    },
    permissions: () => bothPermissions(permissions, { ...NO_RULES, mode: mode() }),
    shutIn,
    forModel:
      settings.mode === "off" ? "" : `In a sandbox, where there is one, it has ${networkText(settings.allowedHosts)}.`,
    env: { MASSGEN_DEPTH: String(depth + 1) },
    close: sandboxes.close,
  };

  async function shutIn(): Promise<ShutIn> {
    const backend = leadBackend(config);
    if (!backend) return { unconfined: "the lead has no backend" };
    // A container, and what it is given, is for those whom the configuration lets run commands.
    const { docker: _, ...inSystem } = backend;
    const lead = {
      id: "lead",
      systemMessage: undefined,
      backend: backend.runCommand ? backend : { ...inSystem, runCommand: true },
    };
    await sandboxes.open([lead]);
    const sandbox = sandboxes.of(lead);
    return sandbox ? { sandbox } : { unconfined: sandboxes.unconfined(lead) ?? "it is off" };
  }
}
