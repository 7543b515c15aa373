import { NO_RULES, type Permissions } from "../core/permissions.ts";
import type { Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { gitDiffTool } from "./git-diff.ts";
import { gitStatusTool } from "./git-status.ts";
import { globTool } from "./glob.ts";
import { guarded } from "./guard.ts";
import { listDirectoryTool } from "./list-directory.ts";
import { readFileTool } from "./read-file.ts";
import { searchFilesTool } from "./search-files.ts";

/** What the lead looks at the project with. None of it changes anything. */
export function leadTools(files: AgentFiles, permissions: Permissions = NO_RULES): readonly Tool[] {
  const make = (files: AgentFiles): readonly Tool[] => [
    readFileTool(files),
    listDirectoryTool(files),
    globTool(files),
    searchFilesTool(files),
    gitStatusTool(files),
    gitDiffTool(files),
  ];
  return guarded(make, { files, permissions });
}
