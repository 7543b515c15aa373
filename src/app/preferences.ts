import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { Preferences } from "../core/front-end.ts";
import { configDirectory, type Environment } from "./config-directory.ts";

const NAME = "preferences";
const Stored = z.object({
  vim: z.boolean().catch(false),
  theme: z.enum(["dark", "light", "none"]).optional().catch(undefined),
});

/** Those that the user never chose are the usual ones; a file that cannot be read has none. */
export async function readPreferences(env: Environment): Promise<Preferences> {
  try {
    return Stored.parse(JSON.parse(await readFile(join(configDirectory(env), `${NAME}.json`), "utf8")));
  } catch {
    return { vim: false };
  }
}

export async function writePreferences(preferences: Preferences, env: Environment): Promise<void> {
  const { default: Conf } = await import("conf");
  const store = new Conf<Preferences>({ cwd: configDirectory(env), configName: NAME, clearInvalidConfig: true });
  const { theme, ...rest } = preferences;
  store.set({ ...rest, ...(theme === undefined ? {} : { theme }) });
  if (theme === undefined) store.delete("theme");
}
