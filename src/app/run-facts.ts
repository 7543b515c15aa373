import type { Workspaces } from "../core/workspace.ts";
import type { RunFacts } from "../logs/metadata.ts";
import { readGit } from "./read-git.ts";
import type { Roster, RunOrder } from "./roster.ts";

/** What the log folder of a run keeps about where and how it was started. */
export async function runFacts(
  order: Pick<RunOrder, "agents">,
  roster: Pick<Roster, "cwd" | "config" | "origin" | "launch">,
  run: { readonly journal: string; readonly workspaces: Workspaces },
): Promise<RunFacts> {
  const { cwd, config, origin, launch } = roster;
  return {
    configPath: origin.config ?? undefined,
    config: config.raw,
    cliArgs: launch?.args,
    git: await readGit(cwd),
    massgenVersion: launch?.version ?? "unknown",
    workingDirectory: cwd,
    journal: run.journal,
    agentWorkspaces: Object.fromEntries(order.agents.map(({ id }) => [id, run.workspaces.filesOf(id).root])),
  };
}
