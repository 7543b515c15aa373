import { massgenLogs } from "../../projects/layout.ts";
import type { Config } from "../core/config/schema.ts";
import { closedPaths, type Permissions } from "../core/permissions.ts";
import type { AgentFiles } from "../core/workspace.ts";
import type { LeadToolsOptions } from "../tools/lead-tools.ts";
import type { KeepImage } from "../tools/read-file.ts";
import { leadBackend } from "./team.ts";

/** The lead has the tools of the backend that it talks with. */
export function leadToolsOptions(config: Config, keepImage: KeepImage): LeadToolsOptions {
  return { permissions: config.permissions, keepImage, webFetch: leadBackend(config)?.webFetch ? {} : undefined };
}

/** What the lead's tools read: the working directory, and what runs have delivered below its .massgen, which is closed otherwise. */
export function leadFiles(cwd: string, permissions: Permissions): AgentFiles {
  const grants = [cwd, massgenLogs(cwd)].map((path) => ({
    path,
    permission: "read" as const,
    ...closedPaths(permissions),
  }));
  return { root: cwd, snapshots: cwd, grants };
}
