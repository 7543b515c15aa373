import { realpath } from "node:fs/promises";
import { configDirectory, type Environment } from "./config-directory.ts";

/** Has the user trusted this folder, by its real path? A folder below a trusted one is not trusted by that. */
export async function isTrusted(dir: string, env: Environment = process.env): Promise<boolean> {
  const store = await openStore(env);
  return store.get("folders").includes(await realpath(dir));
}

/** Remembers that the user trusts this folder. */
export async function trust(dir: string, env: Environment = process.env): Promise<void> {
  const store = await openStore(env);
  store.set("folders", [...new Set([...store.get("folders"), await realpath(dir)])].sort());
}

async function openStore(env: Environment) {
  const { default: Conf } = await import("conf");
  return new Conf<{ folders: readonly string[] }>({
    cwd: configDirectory(env),
    configName: "trust",
    defaults: { folders: [] },
    schema: { folders: { type: "array", items: { type: "string" } } },
    clearInvalidConfig: true, // what cannot be read trusts nothing
    configFileMode: 0o600,
  });
}
