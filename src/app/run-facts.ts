import type { Workspaces } from "../core/workspace.ts";
import type { RunFacts } from "../logs/metadata.ts";
import { readGit } from "./read-git.ts";
import type { Roster } from "./roster.ts";

/** What the log folder of a run keeps about where and how it was started. */
export async function runFacts(
  roster: Pick<Roster, "cwd" | "config" | "origin" | "launch">,
  run: {
    readonly journal: string;
    readonly workspaces: Workspaces;
    readonly agents: readonly { readonly id: string }[];
    /** Takes secrets out. */
    readonly clean: <Value>(value: Value) => Value;
  },
): Promise<RunFacts> {
  const { cwd, config, origin, launch } = roster;
  const facts = {
    configPath: origin.config ?? undefined,
    config: config.raw,
    cliArgs: launch?.args,
    git: await readGit(cwd),
    massgenVersion: launch?.version ?? "unknown",
    workingDirectory: cwd,
    journal: run.journal,
  };
  return {
    ...run.clean(facts),
    // Read anew whenever it is written: agents may join.
    get agentWorkspaces() {
      return Object.fromEntries(run.agents.map(({ id }) => [id, run.workspaces.filesOf(id).root]));
    },
  };
}
