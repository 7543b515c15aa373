import { homedir } from "node:os";
import { join, resolve } from "node:path";
import type { Environment } from "./config-directory.ts";

/** A file as a user writes it: "~" is home, and what is relative lies below `cwd`. */
export function located(file: string, cwd: string, env: Environment): string {
  if (file === "~" || file.startsWith("~/")) return join(env["HOME"] ?? homedir(), file.slice(1));
  return resolve(cwd, file);
}
