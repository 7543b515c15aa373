import { NO_RULES, type Permissions } from "../core/permissions.ts";
import type { Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { editFileTool, multiEditTool } from "./edit-file.ts";
import { globTool } from "./glob.ts";
import { guarded, hostJudge } from "./guard.ts";
import { listDirectoryTool } from "./list-directory.ts";
import { type KeepImage, readFileTool } from "./read-file.ts";
import { commandTools, type RunCommandOptions } from "./run-command.ts";
import { searchFilesTool } from "./search-files.ts";
import { updatePlanTool } from "./update-plan.ts";
import { type WebFetchOptions, webFetchTool } from "./web-fetch.ts";
import { writeFileTool } from "./write-file.ts";

export type AgentToolsOptions = {
  /** Describe, do not act: tools that only read, be it pages of the web. */
  readonly planningMode?: boolean;
  /** Default: no rules. */
  readonly permissions?: Permissions;
  /** Absent: images are not shown. */
  readonly keepImage?: KeepImage | undefined;
  /** Absent: no pages of the web. */
  readonly webFetch?: WebFetchOptions | undefined;
  /** Absent: no commands. */
  readonly runCommand?: RunCommandOptions | undefined;
  /** Why there is no sandbox for commands, where there should be one: then they need a rule or the user's yes. */
  readonly unconfined?: string | undefined;
};

const HARMLESS: ReadonlySet<Tool["capability"]> = new Set(["read", "coordinate"]);

/** What an agent of a team works with. */
export function agentTools(
  files: AgentFiles,
  { planningMode = false, permissions = NO_RULES, keepImage, webFetch, runCommand, unconfined }: AgentToolsOptions,
): readonly Tool[] {
  const isPlan = planningMode || permissions.mode === "plan";
  const make = (files: AgentFiles): readonly Tool[] => [
    readFileTool(files, keepImage),
    listDirectoryTool(files),
    globTool(files),
    searchFilesTool(files),
    writeFileTool(files),
    editFileTool(files),
    multiEditTool(files),
    ...(webFetch === undefined ? [] : [webFetchTool(webFetch, hostJudge(permissions))]),
    ...(runCommand === undefined || isPlan ? [] : commandTools(files, runCommand)),
    updatePlanTool(),
  ];
  // Whoever plans looks things up; the mode plan takes a rule for that.
  const mayLookUp =
    permissions.mode !== "plan" || permissions.allow.some(({ tool }) => /^(web_fetch|network)$/.test(tool));
  const offered = (files: AgentFiles): readonly Tool[] =>
    isPlan
      ? make(files).filter(({ capability }) => HARMLESS.has(capability) || (capability === "network" && mayLookUp))
      : make(files);
  return guarded(offered, {
    files,
    permissions: () => permissions,
    unconfined,
    shutIn: runCommand?.sandbox !== undefined,
  });
}
