import type { AgentConfig, Config } from "../core/config/schema.ts";
import { faultText, toFault } from "../core/fault.ts";
import type { Sandbox, Shut } from "../workspace/sandbox.ts";

/** What the commands of a run's agents are shut in: the system's own sandbox, or each one's container. */
export type Sandboxes = {
  /**
   * Opens what these agents need and what is not open yet; resolves with what the user should know of it, a line each.
   * Rejects with FaultError "config" where something is required and missing.
   */
  readonly open: (agents: readonly AgentConfig[]) => Promise<readonly string[]>;
  /** Undefined: it runs no commands, or there is no sandbox. */
  readonly of: (agent: AgentConfig) => Sandbox | undefined;
  /** Why there is none for its commands, where there should be one. */
  readonly unconfined: (agent: AgentConfig) => string | undefined;
  readonly close: () => Promise<void>;
};

export function createSandboxes({ sandbox: settings }: Pick<Config, "sandbox">, cwd: string): Sandboxes {
  let system: Shut | undefined;
  const containers = new Map<string, Sandbox>();

  return {
    async open(agents) {
      const notices: string[] = [];
      for (const { id, backend } of agents) {
        if (!backend.runCommand || containers.has(id)) continue;
        if (backend.docker) {
          const { openDocker } = await import("../workspace/docker.ts");
          containers.set(id, await openDocker(backend.docker, { agent: id, cwd }));
          continue;
        }
        if (system) continue;
        const { openSandbox } = await import("../workspace/sandbox.ts");
        system = await openSandbox(settings);
        if (system.notice !== undefined) notices.push(system.notice);
      }
      return notices;
    },
    of: ({ id, backend }) => (backend.docker ? containers.get(id) : system?.sandbox),
    unconfined: ({ backend }) => (backend.docker ? undefined : system?.unconfined),
    async close() {
      await Promise.all([...containers.values(), system?.sandbox].map(async (each) => each?.close()));
    },
  };
}

/** What the user should know of the sandbox before a run is started. */
export async function sandboxNotice(
  config: Pick<Config, "agents" | "sandbox">,
  cwd: string,
): Promise<string | undefined> {
  try {
    return (await createSandboxes(config, cwd).open(config.agents))[0];
  } catch (error) {
    return faultText(toFault(error));
  }
}
