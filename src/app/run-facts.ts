import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Workspaces } from "../core/workspace.ts";
import type { RunFacts } from "../logs/metadata.ts";
import type { Roster } from "./roster.ts";

/** What the log folder of a run keeps about where and how it was started. */
export async function runFacts(
  roster: Pick<Roster, "cwd" | "config" | "origin" | "launch">,
  run: {
    readonly journal: string;
    readonly workspaces: Workspaces;
    readonly agents: readonly { readonly id: string }[];
  },
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
    // Read anew whenever it is written: agents may join.
    get agentWorkspaces() {
      return Object.fromEntries(run.agents.map(({ id }) => [id, run.workspaces.filesOf(id).root]));
    },
  };
}

/** The commit that is checked out at `cwd`, read from the repository's files; undefined where there is none. */
async function readGit(cwd: string): Promise<RunFacts["git"]> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const git = join(folder, ".git");
    const head = await read(join(git, "HEAD"));
    if (head !== undefined) {
      const ref = /^ref: (.+)$/.exec(head)?.[1];
      if (ref === undefined) return { commit: head, branch: null };
      const commit = (await read(join(git, ref))) ?? packed(await read(join(git, "packed-refs")), ref);
      return commit === undefined ? undefined : { commit, branch: ref.replace(/^refs\/heads\//, "") };
    }
    if (folder === dirname(folder)) return undefined;
  }
}

function packed(refs: string | undefined, ref: string): string | undefined {
  return refs
    ?.split("\n")
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(" ")[0];
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, "utf8").then(
    (text) => text.trim(),
    () => undefined,
  );
}
