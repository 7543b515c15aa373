import * as z from "zod";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { brief, toAbsolute, toShown } from "./tool-path.ts";
import { walk, type Entry } from "./walk.ts";

const MAX_ENTRIES = 500;

const MARKS: Readonly<Record<Entry["kind"], string>> = {
  file: "",
  directory: "/",
  link: " (symbolic link)",
  other: " (special file)",
};

export function listDirectoryTool(files: AgentFiles): Tool {
  return defineTool({
    name: "list_directory",
    description: `List files and directories (ending in "/"), without what .gitignore excludes. At most ${MAX_ENTRIES} entries.`,
    capability: "read",
    input: z.object({
      path: z
        .string()
        .min(1)
        .optional()
        .describe("Relative to your working directory, or absolute. Default: that directory"),
      depth: z.int().min(1).max(20).optional().describe("How many levels to list. Default: 1"),
    }),
    summary: ({ path = "." }) => `list ${brief(path)}`,
    async run({ path = ".", depth = 1 }, { signal }) {
      const lines: string[] = [];
      for await (const entry of walk(files, toAbsolute(files, path), { depth, signal })) {
        if (lines.length === MAX_ENTRIES) {
          const note = `[only the first ${MAX_ENTRIES} entries: list a directory below, or with less depth]`;
          return [...lines.sort(), note].join("\n");
        }
        lines.push(toShown(files, entry.path) + MARKS[entry.kind]);
      }
      return lines.length === 0 ? `${path} is empty` : lines.sort().join("\n");
    },
  });
}
