import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

export type Environment = Readonly<Record<string, string | undefined>>;

/** The user's own directory for settings, keys and teams: `$XDG_CONFIG_HOME/massgen` or `~/.config/massgen`. */
export function configDirectory(env: Environment): string {
  const base = env["XDG_CONFIG_HOME"];
  return join(base && isAbsolute(base) ? base : join(homeDirectory(env), ".config"), "massgen");
}

export function homeDirectory(env: Environment): string {
  return env["HOME"] || homedir();
}
