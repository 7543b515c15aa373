import * as z from "zod";
import type { Preferences } from "../core/front-end.ts";
import type { Environment } from "./config-directory.ts";
import { userFile } from "./user-file.ts";

const Stored = z.object({
  vim: z.boolean().catch(false),
  theme: z.enum(["dark", "light", "none"]).optional().catch(undefined),
});

/** Those that the user never chose are the usual ones; a file that cannot be read has none. */
export function readPreferences(env: Environment): Promise<Preferences> {
  return userFile("preferences", Stored, env).read();
}

export function writePreferences(preferences: Preferences, env: Environment): Promise<void> {
  return userFile("preferences", Stored, env).write(preferences);
}
