import type { AgentConfig, Config } from "../core/config/schema.ts";
import { faultText, toFault } from "../core/fault.ts";
import type { Shut } from "../workspace/sandbox.ts";

/** The sandbox for the commands of these agents; none, and no notice, when they run no commands. Throws as `openSandbox` does. */
export async function commandSandbox(
  agents: readonly AgentConfig[],
  { sandbox }: Pick<Config, "sandbox">,
): Promise<Shut> {
  if (!agents.some(({ backend }) => backend.runCommand))
    return { sandbox: undefined, unconfined: undefined, notice: undefined };
  const { openSandbox } = await import("../workspace/sandbox.ts");
  return openSandbox(sandbox);
}

/** What the user should know of the sandbox before a run is started. */
export async function sandboxNotice(config: Pick<Config, "agents" | "sandbox">): Promise<string | undefined> {
  try {
    return (await commandSandbox(config.agents, config)).notice;
  } catch (error) {
    return faultText(toFault(error));
  }
}
