import type { Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { editFileTool } from "./edit-file.ts";
import { listDirectoryTool } from "./list-directory.ts";
import { readFileTool } from "./read-file.ts";
import { runCommandTool, type RunCommandOptions } from "./run-command.ts";
import { searchFilesTool } from "./search-files.ts";
import { writeFileTool } from "./write-file.ts";

export type AgentToolsOptions = {
  /** Describe, do not act: tools that only read. */
  readonly planningMode?: boolean;
  /** Absent: no commands. */
  readonly runCommand?: RunCommandOptions | undefined;
};

/** What an agent of a team works with. */
export function agentTools(
  files: AgentFiles,
  { planningMode = false, runCommand }: AgentToolsOptions,
): readonly Tool[] {
  const tools = [
    readFileTool(files),
    listDirectoryTool(files),
    searchFilesTool(files),
    writeFileTool(files),
    editFileTool(files),
    ...(runCommand === undefined ? [] : [runCommandTool(files, runCommand)]),
  ];
  return planningMode ? tools.filter(({ capability }) => capability === "read") : tools;
}
