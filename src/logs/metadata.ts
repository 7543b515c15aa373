import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { parse, stringify } from "yaml";
import * as z from "zod";
import { writePrivate } from "../../projects/atomic-write.ts";
import type { RunState } from "../core/run/state.ts";

/** What no event says about a run and its log folder still has to. Paths are absolute. */
export type RunFacts = {
  readonly configPath?: string | undefined;
  /** The configuration as written: `${NAME}` is not expanded. */
  readonly config?: unknown;
  readonly cliArgs?: Readonly<Record<string, unknown>> | undefined;
  readonly git?: { readonly commit: string; readonly branch: string | null } | undefined;
  readonly massgenVersion: string;
  readonly workingDirectory: string;
  readonly journal: string;
  /** Working directories by agent id. */
  readonly agentWorkspaces: Readonly<Record<string, string>>;
};

/** What a rebuild needs of execution_metadata.yaml. */
const Kept = z.object({
  journal: z.string().optional(),
  workspaces: z.string().optional(),
  agent_workspaces: z.record(z.string(), z.string()).default({}),
});
export type KeptFacts = z.infer<typeof Kept>;

const NAME = "execution_metadata.yaml";

export async function writeMetadata(
  attempt: string,
  run: Pick<RunState, "question" | "startedAt" | "attempt" | "past"> & { readonly workspaces: string },
  facts: RunFacts,
): Promise<void> {
  const content = {
    query: run.question,
    timestamp: new Date(run.startedAt).toISOString(),
    config_path: facts.configPath ?? null,
    config: withoutSecrets(facts.config ?? null),
    cli_args: { ...(withoutSecrets(facts.cliArgs ?? {}) as object), ...restartOf(attempt, run) },
    git: facts.git ?? null,
    runtime: `node ${process.version.slice(1)}`,
    massgen_version: facts.massgenVersion,
    working_directory: facts.workingDirectory,
    journal: facts.journal,
    workspaces: run.workspaces,
    agent_workspaces: facts.agentWorkspaces,
  };
  await writePrivate(join(attempt, NAME), stringify(content));
}

/** What made a later attempt, as its own readers look for it. */
function restartOf(folder: string, { attempt, past }: Pick<RunState, "attempt" | "past">) {
  const before = past.at(-1);
  if (!before) return {};
  const session_id = basename(dirname(dirname(folder)));
  return { mode: "coordination_restart", attempt, session_id, restart_reason: before.reason };
}

/** Undefined when there is none, or it cannot be read. */
export async function readMetadata(attempt: string): Promise<KeptFacts | undefined> {
  try {
    return Kept.parse(parse(await readFile(join(attempt, NAME), "utf8")));
  } catch {
    return undefined;
  }
}

const SECRET = /api_?key|token$|secret|password|authorization|credential/i;

/** A key that somebody wrote into the file itself stays there; references to the environment are no secret. */
function withoutSecrets(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => withoutSecrets(item, key));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withoutSecrets(item, name)]));
  }
  if (typeof value !== "string" || !SECRET.test(key) || key.endsWith("_env")) return value;
  return /^\$\{?\w+\}?$/.test(value) ? value : "(not logged)";
}
