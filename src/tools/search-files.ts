import { join, relative } from "node:path";
import * as z from "zod";
import { clip, plural } from "../core/text.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { findProgram } from "../workspace/find-program.ts";
import { findPlaces } from "../workspace/places.ts";
import { lookUp } from "../workspace/safe-handle.ts";
import { findFiles, MAX_FILES } from "./find-files.ts";
import { filterMatching, searchLines, type Query } from "./line-search.ts";
import { ripgrepLines } from "./ripgrep.ts";
import { brief, toAbsolute, toShown } from "./tool-path.ts";

const MAX_NAMES = 100;
const MAX_LINES = 200;
const MAX_LINE_LENGTH = 300;

/** `searchPath` is where ripgrep is looked for, like PATH; without it the search is slower, and finds the same. */
export function searchFilesTool(files: AgentFiles, searchPath = process.env["PATH"] ?? ""): Tool {
  return defineTool({
    name: "search_files",
    description:
      "Search the names and the contents of files, without what .gitignore excludes. A query in lower case ignores case. Returns matching paths, and matching lines as path:line: text.",
    capability: "read",
    input: z.object({
      query: z.string().min(1).describe("The text to find, within one line"),
      path: z
        .string()
        .min(1)
        .optional()
        .describe("Where to search: a directory or a file. Default: your working directory"),
      glob: z.string().min(1).optional().describe('Only these files: "*.ts", "src/**/*.test.ts"'),
      regex: z.boolean().optional().describe("The query is a JavaScript regular expression"),
    }),
    summary: ({ query, path }) => `search ${brief(query)}${path === undefined ? "" : ` in ${brief(path)}`}`,
    async run({ query: text, path = ".", glob, regex = false }, { signal }) {
      const query: Query = { text, regex, ignoreCase: text === text.toLowerCase() };
      const places = await findPlaces(files.grants);
      const start = await lookUp(toAbsolute(files, path), places);
      const found = await findFiles(files, start, glob, signal);
      const { directory, paths } = found;

      const below = paths.map((path) => relative(directory, path).replaceAll("\\", "/"));
      const named = filterMatching(below, query);
      const options = { max: MAX_LINES + 1, signal };
      const ripgrep = await findProgram("rg", searchPath);
      const quick = ripgrep === undefined ? undefined : await ripgrepLines(ripgrep, places, found, query, options);
      const lines = quick ?? (await searchLines(places, paths, query, options));

      const sections = [
        section(
          `${plural(named.length, "file name matches", "file names match")}:`,
          named.map((name) => toShown(files, join(directory, name))),
          MAX_NAMES,
        ),
        section(
          `${lines.length > MAX_LINES ? `more than ${MAX_LINES}` : lines.length} matching ${lines.length === 1 ? "line" : "lines"}:`,
          lines.map(
            (match) => `${toShown(files, match.path)}:${match.line}: ${clip(match.text.trim(), MAX_LINE_LENGTH)}`,
          ),
          MAX_LINES,
        ),
        ...(found.complete ? [] : [`[only the first ${MAX_FILES} files were searched: narrow it with path]`]),
      ].filter((text) => text !== "");
      return sections.length === 0 ? `Nothing matches in ${plural(paths.length, "file")}.` : sections.join("\n\n");
    },
  });
}

function section(title: string, lines: readonly string[], max: number): string {
  if (lines.length === 0) return "";
  const more = lines.length > max ? ["[more left out: narrow the search]"] : [];
  return [title, ...lines.slice(0, max), ...more].join("\n");
}
