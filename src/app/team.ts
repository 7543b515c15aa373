import type { BackendConfig, Config } from "../core/config/schema.ts";
import { problemText } from "../core/config/problem.ts";
import type { ReadImage } from "../core/image.ts";
import { bothPermissions } from "../core/permissions.ts";
import type { ModelClient } from "../core/model.ts";
import type { Redactor } from "../core/redact.ts";
import { findLocalServers } from "../models/local-servers.ts";
import { openModel } from "../models/open-model.ts";
import type { Environment } from "./config-directory.ts";
import { defaultTeam } from "./default-team.ts";
import { type Keys, loadKeys, redactorFor, resolveModelSpec } from "./keys.ts";
import { findConfig, loadConfig } from "./load-config.ts";
import { relative } from "node:path";

export type Team = {
  readonly config: Config;
  readonly keys: Keys;
  /** The team in a few words. */
  readonly label: string;
  /** Lines for the user: warnings of the configuration, where the team is from. */
  readonly notices: readonly string[];
  /** Nobody chose this team: a better one may be found later. */
  readonly isDefault: boolean;
  /** Absolute path of the configuration that names it; undefined when none does. */
  readonly file: string | undefined;
};

export type TeamOptions = {
  readonly cwd: string;
  readonly env: Environment;
  /** As on the command line: a path, a name or @examples/NAME. */
  readonly configRef?: string | undefined;
  readonly strict?: boolean | undefined;
  readonly trusted: boolean;
  readonly dryRun: boolean;
};

/** The team that the command line, the configuration files or the keys at hand make. Throws FaultError "config". */
export async function findTeam(options: TeamOptions): Promise<Team> {
  const { cwd, env, trusted, strict = false, dryRun } = options;
  const keys = loadKeys({ env, cwd, trusted });
  const ref = options.configRef ?? (await findConfig({ cwd, env, trusted }));
  if (ref === undefined) {
    const team = defaultTeam({ keys, localServers: [] });
    return { ...team, keys, isDefault: !dryRun, file: undefined, ...(dryRun ? dryRunTeam(team.config) : {}) };
  }
  const { config: found, file, problems } = await loadConfig(ref, { cwd, env, strict });
  const config = await withOwnRules(found, file, { cwd, env });
  const shown = relative(cwd, file).startsWith("..") ? file : relative(cwd, file);
  const warnings = problems
    .filter(({ severity }) => severity === "warning")
    .map((problem) => problemText(problem, shown));
  const named = { config, keys, isDefault: false, file };
  if (dryRun) return { ...named, ...dryRunTeam(config), notices: [...warnings, DRY_RUN] };
  return { ...named, label: labelOf(config), notices: warnings };
}

/** What the user has forbidden for all teams holds for this one, wherever its configuration is from. */
async function withOwnRules(config: Config, file: string, place: Pick<TeamOptions, "cwd" | "env">): Promise<Config> {
  const own = await findConfig({ ...place, trusted: false });
  if (own === undefined || own === file) return config;
  const { permissions } = (await loadConfig(own, { ...place, strict: false })).config;
  return { ...config, permissions: bothPermissions(permissions, config.permissions) };
}

/** Looks for a model server on this machine when nothing else makes a real team. Undefined: there is none. */
export async function findLocalTeam(team: Team): Promise<Team | undefined> {
  if (!team.isDefault || team.config.agents.some(({ backend }) => backend.type !== "simulated")) return undefined;
  const localServers = await findLocalServers();
  if (localServers.length === 0) return undefined;
  return { ...defaultTeam({ keys: team.keys, localServers }), keys: team.keys, isDefault: true, file: undefined };
}

/** The model that the lead talks with: the one that the configuration names for it, else that of the first agent. */
export async function openLeadModel(team: Team, dryRun: boolean, readImage: ReadImage): Promise<ModelClient> {
  const backend = leadBackend(team.config);
  if (!backend) throw new Error("A configuration without agents was accepted");
  const agent = { id: "lead", systemMessage: undefined, backend };
  return openModel({ ...resolveModelSpec(agent, team.keys, team.config, { dryRun }), readImage });
}

export function leadBackend({ lead, agents }: Pick<Config, "lead" | "agents">): BackendConfig | undefined {
  return lead ?? agents[0]?.backend;
}

/** Takes the keys of the team out of whatever is kept, shown or sent. */
export function secretsOf({ config: { agents, lead }, keys }: Pick<Team, "config" | "keys">): Redactor {
  const backends = [...agents.map(({ backend }) => backend), ...(lead ? [lead] : [])];
  return redactorFor(keys, backends);
}

const DRY_RUN = "Dry run: the simulated backend answers in place of every model.";

function dryRunTeam(config: Config): { label: string; notices: readonly string[] } {
  return { label: `simulated ×${config.agents.length}`, notices: [DRY_RUN] };
}

function labelOf({ agents }: Config): string {
  const models = new Set(agents.map(({ backend }) => backend.model));
  const [only] = models;
  if (models.size === 1 && only !== undefined) return `${only} ×${agents.length}`;
  return agents.map(({ id, backend }) => `${id} ${backend.model}`).join(", ");
}
