import type { ImageStore } from "../../projects/images.ts";
import type { AgentConfig, BackendConfig } from "../core/config/schema.ts";
import { closedPaths } from "../core/permissions.ts";
import type { Redactor } from "../core/redact.ts";
import type { RunState } from "../core/run/state.ts";
import type { EngineAgent } from "../engine/agent.ts";
import { type BackgroundCommands, openBackgroundCommands } from "../workspace/background-commands.ts";
import { createRunWorkspaces, type RunWorkspaces } from "../workspace/run-workspaces.ts";
import { createSandboxes } from "./command-sandbox.ts";
import { redactorFor } from "./keys.ts";
import { nestedEnvironment } from "./nesting.ts";
import { openAgents, type Roster, type RunOrder } from "./roster.ts";

/** What the agents of a run work in and with. */
export type RunSurroundings = {
  readonly workspaces: RunWorkspaces;
  readonly secrets: Redactor;
  /** What the user should know of them, a line each. */
  readonly notices: readonly string[];
  /** Opens the agents of an order. Throws FaultError when a key is missing. */
  readonly open: (order: RunOrder, run: () => RunState) => Promise<readonly EngineAgent[]>;
  /** Makes place for one more and opens it; `order` has nobody else. */
  readonly add: (order: RunOrder, number: number, run: () => RunState) => Promise<EngineAgent | undefined>;
  /** Ends what agents left running. */
  readonly close: () => Promise<void>;
};

export async function openSurroundings(
  order: RunOrder,
  roster: Roster,
  directory: string,
  images: ImageStore,
): Promise<RunSurroundings> {
  const workspaces = await createRunWorkspaces({
    directory,
    agents: order.agents.map(({ id }, index) => ({ id, number: index + 1 })),
    contextPaths: contextOf(order, roster),
    rules: closedPaths(roster.config.permissions),
  });
  const backends = [...roster.config.agents, ...order.agents].map(({ backend }) => backend);
  const secrets = redactorFor(roster.keys, backends, await containerSecrets(backends, roster.cwd));
  const sandboxes = createSandboxes(roster.config, roster.cwd);
  // A plan runs no commands.
  const shutIn = (members: readonly AgentConfig[]): Promise<readonly string[]> =>
    sandboxes.open(order.settings.planningMode ? [] : members);
  const notices = await shutIn(order.agents);
  const commands = new Map<string, BackgroundCommands>();

  const open: RunSurroundings["open"] = (members, run) =>
    openAgents(members, roster, {
      workspaces,
      secrets,
      images,
      sandboxes,
      env: nestedEnvironment(roster.depth, run),
      background(agent) {
        const own = openBackgroundCommands();
        commands.set(agent, own);
        return own;
      },
    });

  return {
    workspaces,
    secrets,
    notices,
    open,
    async add(added, number, run) {
      await Promise.all(added.agents.map(({ id }) => workspaces.add({ id, number })));
      await shutIn(added.agents);
      const [opened] = await open(added, run);
      return opened;
    },
    async close() {
      await Promise.all([...commands.values()].map((own) => own.close()));
      await sandboxes.close();
    },
  };
}

async function containerSecrets(backends: readonly BackendConfig[], cwd: string): Promise<readonly string[]> {
  const given = new Set(backends.flatMap(({ docker }) => docker?.credentials ?? []));
  if (given.size === 0) return [];
  const { credentialSecrets } = await import("../workspace/docker-credentials.ts");
  return (await Promise.all([...given].map((one) => credentialSecrets(one, cwd)))).flat();
}

/** A plan changes nothing: nobody needs a copy to work in. */
function contextOf({ contextPaths, settings }: RunOrder, { config }: Roster): RunOrder["contextPaths"] {
  const isPlan = settings.planningMode || config.permissions.mode === "plan";
  return isPlan ? contextPaths.map(({ path }) => ({ path, permission: "read" })) : contextPaths;
}
