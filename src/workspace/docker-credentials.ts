import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { FaultError } from "../core/fault.ts";
import type { DockerSettings } from "../core/sandbox.ts";
import { likelySecrets } from "../core/secret-names.ts";

export type Mount = { readonly from: string; readonly to: string; readonly mode: "ro" | "rw" };

export type Credentials = { readonly variables: Readonly<Record<string, string>>; readonly mounts: readonly Mount[] };

/** Home in the container, where programs look for their settings. */
export const CONTAINER_HOME = "/tmp/home";

const SETTINGS = {
  ssh_keys: ".ssh",
  git_config: ".gitconfig",
  gh_config: ".config/gh",
  npm_config: ".npmrc",
  pypi_config: ".pypirc",
} as const;

/** They mean this machine, or one directory of it. */
const OURS = new Set(["PATH", "HOME", "PWD", "OLDPWD", "SHELL", "TMPDIR", "TMP", "TEMP", "USER", "LOGNAME", "_"]);

/** What of the user's a container gets. Paths are relative to `cwd`. Throws FaultError "config" for an env_file that cannot be read. */
export async function credentialsOf(given: DockerSettings["credentials"], cwd: string): Promise<Credentials> {
  const ofFile = given.envFile === undefined ? {} : await variablesIn(resolve(cwd, given.envFile));
  const wanted = given.fileVariables.length === 0 ? Object.keys(ofFile) : given.fileVariables;
  const ofEnvironment = given.allVariables
    ? Object.keys(process.env).filter((name) => !OURS.has(name))
    : given.variables;
  const pick = (names: readonly string[], from: Readonly<Record<string, string | undefined>>) =>
    names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]] as const]));
  const own = given.mounts.map((name): Mount => {
    return { from: join(homedir(), SETTINGS[name]), to: `${CONTAINER_HOME}/${SETTINGS[name]}`, mode: "ro" };
  });
  const others = given.otherMounts.map(({ from, to, mode }): Mount => {
    return { from: from.startsWith("~/") ? join(homedir(), from.slice(2)) : resolve(cwd, from), to, mode };
  });
  return {
    variables: Object.fromEntries([...pick(wanted, ofFile), ...pick(ofEnvironment, process.env)]),
    mounts: [...own.filter(({ from }) => existsSync(from)), ...others],
  };
}

/** What of it must not be told, should a command print it: known before anything runs. An unreadable env_file is said later. */
export async function credentialSecrets(given: DockerSettings["credentials"], cwd: string): Promise<readonly string[]> {
  const { variables } = await credentialsOf({ ...given, allVariables: false }, cwd).catch(() => ({ variables: {} }));
  return likelySecrets(variables);
}

async function variablesIn(file: string): Promise<Readonly<Record<string, string | undefined>>> {
  try {
    return parseEnv(await readFile(file, "utf8"));
  } catch (error) {
    throw new FaultError(
      {
        code: "config",
        message: `command_line_docker_credentials.env_file: ${file} cannot be read`,
        hint: "Check its path, which is relative to the directory that massgen is started in.",
      },
      { cause: error },
    );
  }
}
