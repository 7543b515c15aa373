import * as z from "zod";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { findPlaces, requireAccess } from "../workspace/places.ts";
import { git, NOT_SHOWN } from "./git.ts";
import { brief, toAbsolute } from "./tool-path.ts";

export function gitDiffTool(files: AgentFiles): Tool {
  return defineTool({
    name: "git_diff",
    description:
      "Show what changed in the working directory since the last commit, or what is staged for the next one.",
    capability: "read",
    input: z.object({
      path: z.string().min(1).optional().describe("Only this file or directory, relative to your working directory"),
      staged: z.boolean().optional().describe("What is staged instead"),
    }),
    summary: ({ path }) => (path === undefined ? "git diff" : `git diff ${brief(path)}`),
    async run({ path = ".", staged = false }, { signal }) {
      requireAccess(toAbsolute(files, path), await findPlaces(files.grants), "read");
      const since = staged ? ["--cached"] : (await hasCommits(files, signal)) ? ["HEAD"] : [];
      const options = ["--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=dirty"];
      const diff = await git(files, ["diff", ...options, ...since, "--", `:(literal)${path}`, ...NOT_SHOWN], signal);
      return diff === "" ? "No difference. New files that git does not know yet are in git_status." : diff.trimEnd();
    },
  });
}

function hasCommits(files: AgentFiles, signal: AbortSignal): Promise<boolean> {
  return git(files, ["rev-parse", "--verify", "--quiet", "HEAD"], signal).then(
    () => true,
    () => false,
  );
}
