import { createHash, randomUUID } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, realpath, rm, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { FaultError } from "../core/fault.ts";
import { AnswerLabel, type AgentId } from "../core/run/terms.ts";
import type { AgentFiles, Grant, Workspaces } from "../core/workspace.ts";
import { rulesInAnswers } from "./answer-rules.ts";
import { pathFault } from "./path-fault.ts";
import { partsBelow } from "./places.ts";
import { takeSnapshot } from "./snapshot.ts";
import { isPartOfAnswer, makeBases, makeCopies, type WorkingCopies } from "./working-copies.ts";

export type RunWorkspacesOptions = {
  /** Of this run alone: agents' directories and snapshots lie in it. Made when missing; what is there is kept. */
  readonly directory: string;
  /** `number` is the N of the agent's labels. */
  readonly agents: readonly { readonly id: AgentId; readonly number: number }[];
  /** The user's files are never written. Of those marked "write" every agent gets a copy. */
  readonly contextPaths: readonly Grant[];
  /** Patterns of what is closed in all of it, for good, or until the user agrees. */
  readonly rules?: Pick<Grant, "closed" | "asks">;
};

export type RunWorkspaces = Workspaces & {
  /** Makes room for an agent that joins. */
  readonly add: (agent: RunWorkspacesOptions["agents"][number]) => Promise<void>;
};

/**
 * Lays out the files of a run, or finds them again. Throws FaultError "config" when a context path does not exist, or is
 * to be written and too large to be copied.
 */
export async function createRunWorkspaces(options: RunWorkspacesOptions): Promise<RunWorkspaces> {
  const context = await Promise.all(options.contextPaths.map(contextGrant));
  await mkdir(options.directory, { recursive: true, mode: 0o700 });
  const directory = await realpath(options.directory);
  const snapshots = join(directory, "snapshots");
  await mkdir(snapshots, { recursive: true });
  await removePartial(directory);

  const { rules = {} } = options;
  const agreed = await openAgreed(directory);
  const bases = await makeBases(directory, context, { ...rules, agreed: agreed.has });
  const readable = context.map(({ path }): Grant => ({ path, permission: "read" }));
  const files = new Map<AgentId, AgentFiles>();
  const keepers = new Map<AgentId, WorkingCopies["keep"]>();
  const numbers = new Map<AgentId, number>();
  const add: RunWorkspaces["add"] = async ({ id, number }) => {
    const root = join(directory, "agents", hiddenName(directory, id));
    await mkdir(root, { recursive: true });
    const { copies, grants: parts, keep } = await makeCopies(directory, root, bases);
    const grants: readonly Grant[] = [
      { path: root, permission: "write" },
      { path: snapshots, permission: "read" },
      ...parts,
      ...readable,
    ];
    const inAnswers = rulesInAnswers(
      rules,
      copies.map(({ path }) => partsBelow(root, path)?.[0] ?? ""),
    );
    files.set(id, {
      root,
      snapshots,
      copies,
      agree: (paths) => agreed.add(paths),
      grants: grants.map((grant): Grant => ({ ...grant, ...(grant.path === snapshots ? inAnswers : rules) })),
    });
    keepers.set(id, keep);
    numbers.set(id, number);
  };
  for (const agent of options.agents) await add(agent);

  const filesOf = (agent: AgentId): AgentFiles => {
    const found = files.get(agent);
    if (found) return found;
    throw new FaultError({ code: "bug", message: `No agent "${agent}" in ${directory}` });
  };

  return {
    filesOf,
    add,
    async snapshot(agent, label) {
      const number = numbers.get(agent);
      if (
        !AnswerLabel.safeParse(label.replace(/(?<=\.final)\.\d+$/, "")).success ||
        !label.startsWith(`agent${number}.`)
      ) {
        throw new FaultError({ code: "bug", message: `"${label}" is no label of agent "${agent}"` });
      }
      const { root } = filesOf(agent);
      const { lines = [], changed = new Map() } = (await keepers.get(agent)?.(label)) ?? {};
      const kept = await takeSnapshot({
        from: root,
        to: join(snapshots, label),
        partial: join(directory, `${PARTIAL}${randomUUID()}`),
        keeps: (path) => isPartOfAnswer(changed, path),
      });
      return {
        path: kept.length === 0 ? null : `snapshots/${label}`,
        files: kept,
        ...(lines.length > 0 && { changes: lines }),
      };
    },
  };
}

/** Paths to which the user has said yes in this run: kept, since a resumed run has to know them. */
async function openAgreed(directory: string) {
  const file = join(directory, "agreed.txt");
  const known = new Set((await readFile(file, "utf8").catch(() => "")).split("\n"));
  return {
    has: (path: string): boolean => known.has(path),
    add: async (paths: readonly string[]): Promise<void> => {
      const fresh = paths.filter((path) => !known.has(path) && !path.includes("\n"));
      for (const path of fresh) known.add(path);
      if (fresh.length > 0) await appendFile(file, `${fresh.join("\n")}\n`, { mode: 0o600 });
    },
  };
}

const PARTIAL = ".partial-";

/** Copies that an earlier life of this run did not finish: no copy takes an hour. */
async function removePartial(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith(PARTIAL)) continue;
    const path = join(directory, name);
    const age = Date.now() - (await stat(path)).mtimeMs;
    if (age > 60 * 60 * 1000) await rm(path, { recursive: true, force: true });
  }
}

/** The same for the same run and agent, and says nothing about either: an agent may see the path of another's directory. */
function hiddenName(directory: string, agent: AgentId): string {
  return createHash("sha256")
    .update(`${basename(directory)}\0${agent}`)
    .digest("hex")
    .slice(0, 8);
}

async function contextGrant({ path, permission }: Grant): Promise<Grant> {
  const absolute = resolve(path);
  try {
    return { path: await realpath(absolute), permission };
  } catch (error) {
    throw new FaultError(
      {
        code: "config",
        message: `Context path ${absolute} cannot be used: ${messageOf(pathFault(error, absolute))}`,
        hint: "Context paths must exist when a run starts. Correct context_paths in the configuration, or create it.",
      },
      { cause: error },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
