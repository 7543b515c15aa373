import * as z from "zod";
import { plural } from "../core/text.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { findPlaces } from "../workspace/places.ts";
import { lookUp } from "../workspace/safe-handle.ts";
import { findFiles, MAX_FILES } from "./find-files.ts";
import { brief, toAbsolute, toShown } from "./tool-path.ts";

const MAX_NAMES = 500;

export function globTool(files: AgentFiles): Tool {
  return defineTool({
    name: "glob",
    description:
      'Find files by name: "*.ts" at any depth, "src/**/*.test.ts" from the start. Without what .gitignore excludes.',
    capability: "read",
    input: z.object({
      pattern: z.string().min(1),
      path: z.string().min(1).optional().describe("The directory to look in. Default: your working directory"),
    }),
    summary: ({ pattern }) => `find ${brief(pattern)}`,
    async run({ pattern, path = "." }, { signal }) {
      const start = await lookUp(toAbsolute(files, path), await findPlaces(files.grants));
      const { paths, complete } = await findFiles(files, start, pattern, signal);
      if (paths.length === 0) return "No file matches.";
      const notes = [
        ...(paths.length > MAX_NAMES
          ? [`[${plural(paths.length - MAX_NAMES, "more file")} left out: narrow the pattern]`]
          : []),
        ...(complete ? [] : [`[only the first ${MAX_FILES} files were looked at: narrow it with path]`]),
      ];
      return [...paths.slice(0, MAX_NAMES).map((one) => toShown(files, one)), ...notes].join("\n");
    },
  });
}
