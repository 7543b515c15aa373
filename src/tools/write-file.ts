import * as z from "zod";
import { plural } from "../core/text.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { openWrite, replaceContent } from "../workspace/safe-handle.ts";
import { brief, toAbsolute, toShown } from "./tool-path.ts";

export function writeFileTool(files: AgentFiles): Tool {
  return defineTool({
    name: "write_file",
    description:
      "Write a whole text file. Makes it, and the directories above it, or replaces what is in it. To change a part of a file, use edit_file.",
    capability: "write",
    input: z.object({
      path: z.string().min(1).describe("Relative to your working directory, or absolute"),
      content: z.string().describe("The complete content of the file"),
    }),
    summary: ({ path }) => `write ${brief(path)}`,
    async run({ path, content }) {
      const file = await openWrite(toAbsolute(files, path), files.grants, { create: true });
      try {
        const bytes = Buffer.from(content);
        await replaceContent(file, bytes);
        const lines = content === "" ? 0 : content.replace(/\n$/, "").split("\n").length;
        const size = `${plural(lines, "line")}, ${plural(bytes.length, "byte")}`;
        return `${file.created ? "Created" : "Replaced"} ${toShown(files, file.path)} (${size})`;
      } finally {
        await file.handle.close();
      }
    },
  });
}
