import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { BACKENDS, findBackend, type BackendInfo } from "../core/config/backends.ts";
import type { AgentConfig, BackendConfig, Config } from "../core/config/schema.ts";
import { FaultError } from "../core/fault.ts";
import type { ModelSpec } from "../core/model.ts";
import { createRedactor, type Redactor } from "../core/redact.ts";
import { namedSecrets } from "../core/secret-names.ts";
import { configDirectory, type Environment } from "./config-directory.ts";

/** Secrets by the name of their variable. A function, so that printing or storing it shows nothing. */
export type Keys = {
  readonly find: (variable: string) => string | undefined;
  /** Where it was found, for people: "in the environment", "in /home/you/.config/massgen/.env". */
  readonly whence: (variable: string) => string;
  /** Everything in the same places that looks like a secret by its name: to be kept out of logs. */
  readonly secrets: () => readonly string[];
};

/** The first that is set wins: the environment, `./.env` of a trusted folder, `.env` of the user's own directory. */
export function loadKeys(options: {
  readonly env: Environment;
  readonly cwd: string;
  readonly trusted: boolean;
}): Keys {
  const files = [...(options.trusted ? [options.cwd] : []), configDirectory(options.env)];
  const sources = [options.env, ...files.map((directory) => readEnvFile(join(directory, ".env")))];
  return {
    find: (variable) => sources.map((source) => ownValue(source, variable)).find((value) => value),
    whence(variable) {
      const at = sources.findIndex((source) => ownValue(source, variable));
      const directory = files[at - 1];
      return directory === undefined ? "in the environment" : `in ${join(directory, ".env")}`;
    },
    secrets: () => sources.flatMap(namedSecrets),
  };
}

/**
 * The key of a backend and the variable that it is from, or should be from. No variable: the configuration has to
 * name one, since a key never goes to a host that it was not made for. "none" where no key is needed.
 */
export function keyFor(
  backend: Pick<BackendConfig, "type" | "baseUrl" | "apiKey" | "apiKeyEnv">,
  keys: Keys,
): { readonly key?: string; readonly variable?: string } {
  if (backend.apiKey !== undefined && backend.apiKey !== "") {
    return written(backend.apiKey, keys);
  }
  if (backend.apiKeyEnv !== undefined) return found(backend.apiKeyEnv, keys);
  const known = findBackend(backend.type);
  if (known?.local || isLoopback(backend.baseUrl)) return { key: "none" };
  const variables = variablesFor(backend);
  const variable = variables.find((name) => keys.find(name) !== undefined) ?? variables[0];
  return variable === undefined ? {} : found(variable, keys);
}

/** Takes out the keys of these backends, `more`, and everything else at hand that looks like a secret. */
export function redactorFor(
  keys: Keys,
  backends: readonly Parameters<typeof keyFor>[0][],
  more: readonly string[] = [],
): Redactor {
  const own = backends.flatMap((backend) => keyFor(backend, keys).key ?? []);
  return createRedactor([...keys.secrets(), ...own, ...more]);
}

/** Everything that the model layer needs to open the model of an agent. Throws FaultError "config" when its key is missing. */
export function resolveModelSpec(
  agent: AgentConfig,
  keys: Keys,
  config: Pick<Config, "idleTimeoutSeconds">,
  { dryRun }: { readonly dryRun: boolean },
): ModelSpec {
  const { backend } = agent;
  const common = { agentId: agent.id, seed: backend.seed, idleTimeoutMs: config.idleTimeoutSeconds * 1000 };
  if (backend.type === "simulated") {
    return { ...common, type: "simulated", model: backend.model, options: backend.options, scenario: backend.scenario };
  }
  if (dryRun) return { ...common, type: "simulated", model: "simulated", options: {} };
  const { key, variable } = keyFor(backend, keys);
  if (key === undefined) throw missingKey(agent, variable);
  const openai = backend.type === "chatcompletion" ? "https://api.openai.com/v1" : undefined;
  const baseUrl = backend.baseUrl ?? findBackend(backend.type)?.baseUrl ?? openai;
  return { ...common, type: backend.type, model: backend.model, baseUrl, apiKey: key, options: backend.options };
}

/** The variables whose keys are made for the host that this backend talks to. */
function variablesFor({ type, baseUrl }: Pick<BackendConfig, "type" | "baseUrl">): readonly string[] {
  const own = findBackend(type);
  if (baseUrl === undefined || !own) return own?.keyEnv ?? [];
  if (!URL.canParse(baseUrl)) return [];
  const { hostname, protocol } = new URL(baseUrl);
  if (protocol !== "https:") return [];
  const makers: readonly BackendInfo[] = type === "chatcompletion" ? Object.values(BACKENDS) : [own];
  return makers.find((maker) => hostsOf(maker).some((host) => isWithin(hostname, host)))?.keyEnv ?? [];
}

function missingKey({ id, backend }: AgentConfig, variable: string | undefined): FaultError {
  const where = backend.where === undefined ? "" : `${backend.where}  `;
  if (variable === undefined) {
    const host = backend.baseUrl !== undefined && URL.canParse(backend.baseUrl) ? new URL(backend.baseUrl).host : "it";
    return new FaultError({
      code: "config",
      message: `${where}agent "${id}" talks to ${backend.baseUrl ?? backend.type}, and no key is named for it`,
      hint: `Name the variable that holds the key for ${host} with api_key_env: NAME, or look around with --dry-run.`,
    });
  }
  return new FaultError({
    code: "config",
    message: `${where}agent "${id}" uses ${backend.type}, but ${variable} is not set`,
    hint: `export ${variable}=… (or put it into ~/.config/massgen/.env), or look around with --dry-run.`,
  });
}

/** A key as it stands in a file, with its variables filled in. */
function written(apiKey: string, keys: Keys): { readonly key?: string; readonly variable?: string } {
  const names = [...apiKey.matchAll(/\$\{([^{}]+)\}/g)].map(([, name = ""]) => name);
  const variable = names.find((name) => keys.find(name) === undefined) ?? names[0];
  if (variable === undefined) return { key: apiKey };
  if (keys.find(variable) === undefined) return { variable };
  return { key: apiKey.replace(/\$\{([^{}]+)\}/g, (_, name: string) => keys.find(name) ?? ""), variable };
}

function found(variable: string, keys: Keys): { readonly key?: string; readonly variable: string } {
  const key = keys.find(variable);
  return key === undefined ? { variable } : { key, variable };
}

function hostsOf({ baseUrl, hosts = [] }: BackendInfo): readonly string[] {
  return baseUrl === undefined ? hosts : [new URL(baseUrl).hostname, ...hosts];
}

function isWithin(hostname: string, host: string): boolean {
  return hostname === host || hostname.endsWith(`.${host}`);
}

function isLoopback(baseUrl: string | undefined): boolean {
  if (baseUrl === undefined || !URL.canParse(baseUrl)) return false;
  const { hostname } = new URL(baseUrl);
  return isWithin(hostname, "localhost") || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

function ownValue(source: Environment, variable: string): string | undefined {
  return Object.hasOwn(source, variable) ? source[variable] : undefined;
}

/** Empty when there is none. */
function readEnvFile(file: string): Environment {
  try {
    return parseEnv(readFileSync(file, "utf8"));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") return {};
    const message = `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`;
    throw new FaultError(
      { code: "config", message, hint: `Make it a file that you may read: chmod 600 ${file}` },
      { cause: error },
    );
  }
}
