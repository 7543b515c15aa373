import { massgenLogs } from "../../projects/layout.ts";
import { closedPaths, type Permissions } from "../core/permissions.ts";
import type { AgentFiles } from "../core/workspace.ts";

/** What the lead's tools read: the working directory, and what runs have delivered below its .massgen, which is closed otherwise. */
export function leadFiles(cwd: string, permissions: Permissions): AgentFiles {
  const closed = closedPaths(permissions);
  const grants = [cwd, massgenLogs(cwd)].map((path) => ({ path, permission: "read" as const, closed }));
  return { root: cwd, snapshots: cwd, grants };
}
