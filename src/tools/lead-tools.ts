import { NO_RULES, type Permissions } from "../core/permissions.ts";
import type { Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { gitDiffTool } from "./git-diff.ts";
import { gitStatusTool } from "./git-status.ts";
import { globTool } from "./glob.ts";
import { guarded, hostJudge } from "./guard.ts";
import { type LeadCommandOptions, leadCommandTools } from "./lead-command.ts";
import { listDirectoryTool } from "./list-directory.ts";
import { type KeepImage, readFileTool } from "./read-file.ts";
import { searchFilesTool } from "./search-files.ts";
import { type WebFetchOptions, webFetchTool } from "./web-fetch.ts";

export type LeadToolsOptions = {
  /** Default: no rules. */
  readonly permissions?: Permissions;
  /** Absent: images are not shown. */
  readonly keepImage?: KeepImage | undefined;
  /** Absent: no pages of the web. */
  readonly webFetch?: WebFetchOptions | undefined;
  /** Absent: no commands. */
  readonly commands?: LeadCommandOptions | undefined;
};

/** What the lead looks at the project with, and checks work with: but for commands none of it changes anything. */
export function leadTools(
  files: AgentFiles,
  { permissions = NO_RULES, keepImage, webFetch, commands }: LeadToolsOptions = {},
): readonly Tool[] {
  const make = (files: AgentFiles): readonly Tool[] => [
    readFileTool(files, keepImage),
    listDirectoryTool(files),
    globTool(files),
    searchFilesTool(files),
    gitStatusTool(files),
    gitDiffTool(files),
    ...(webFetch === undefined ? [] : [webFetchTool(webFetch, hostJudge(permissions))]),
  ];
  return [
    ...guarded(make, { files, permissions: () => permissions }),
    ...(commands === undefined ? [] : leadCommandTools(commands)),
  ];
}
