import * as z from "zod";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { git, NOT_SHOWN } from "./git.ts";

export function gitStatusTool(files: AgentFiles): Tool {
  return defineTool({
    name: "git_status",
    description: "Show the branch and the changed and new files of the working directory, as git status --short does.",
    capability: "read",
    input: z.object({}),
    summary: () => "git status",
    async run(_, { signal }) {
      const args = [
        "status",
        "--short",
        "--branch",
        "--no-renames",
        "--ignore-submodules=dirty",
        "--",
        ".",
        ...NOT_SHOWN,
      ];
      const [branch = "", ...changes] = (await git(files, args, signal)).trimEnd().split("\n");
      return [branch.replace(/^## /, "branch "), ...(changes.length === 0 ? ["nothing changed"] : changes)].join("\n");
    },
  });
}
