import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import { readImageFormat } from "../core/image-format.ts";
import type { Image } from "../core/image.ts";
import { formatBytes } from "../core/text.ts";
import { defineTool, type Tool, type ToolResult } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { openRead } from "../workspace/safe-handle.ts";
import { asText, readBytes } from "./text-file.ts";
import { brief, toAbsolute, toShown } from "./tool-path.ts";

const MAX_LINES = 2000;
const MAX_CHARS = 256 * 1024;

/** Keeps an image for as long as the conversation is kept. */
export type KeepImage = (bytes: Uint8Array, name: string) => Promise<Image>;

/** Without `keepImage` it reads text alone: for models that take no images. */
export function readFileTool(files: AgentFiles, keepImage?: KeepImage): Tool {
  const images = keepImage ? " An image (PNG, JPEG, GIF, WebP) is shown to you." : "";
  return defineTool({
    name: "read_file",
    description: `Read a text file. Returns at most ${MAX_LINES} lines; use offset and limit to read further.${images}`,
    capability: "read",
    input: z.object({
      path: z.string().min(1).describe("Relative to your working directory, or absolute"),
      offset: z.int().positive().optional().describe("First line to read, from 1"),
      limit: z.int().positive().optional().describe("Number of lines to read"),
    }),
    summary: ({ path }) => `read ${brief(path)}`,
    async run({ path, offset = 1, limit = MAX_LINES }) {
      const { handle, path: real } = await openRead(toAbsolute(files, path), files.grants);
      try {
        const shown = toShown(files, real);
        const bytes = await readBytes(handle, shown);
        if (keepImage && readImageFormat(bytes)) return shownImage(await keepImage(bytes, shown));
        return excerpt(asText(bytes, shown), shown, offset, Math.min(limit, MAX_LINES));
      } finally {
        await handle.close();
      }
    },
  });
}

function shownImage(image: Image): ToolResult {
  const { name, mediaType, width, height, bytes } = image;
  return { text: `${name}: ${mediaType}, ${width}×${height}, ${formatBytes(bytes)}`, images: [image] };
}

function excerpt(text: string, shown: string, offset: number, limit: number): string {
  if (text === "") return `${shown}: empty`;
  const lines = text.replace(/\n$/, "").split("\n");
  if (offset > lines.length) {
    throw new FaultError({
      code: "tool",
      message: `${shown} has only ${lines.length} lines`,
      hint: "Choose an offset within the file.",
    });
  }
  const wanted = lines.slice(offset - 1, offset - 1 + limit);
  const kept = fitting(wanted);
  const last = offset - 1 + Math.max(1, kept.length);
  const cut = kept.length === 0 ? ", cut off: the line is too long" : "";
  const body = kept.length === 0 ? (wanted[0] ?? "").slice(0, MAX_CHARS) : kept.join("\n");
  return `${shown}: lines ${offset}-${last} of ${lines.length}${cut}\n${body}`;
}

/** The lines from the start that fit together; none when the first one alone does not. */
function fitting(lines: readonly string[]): readonly string[] {
  let chars = 0;
  const end = lines.findIndex((line) => (chars += line.length + 1) > MAX_CHARS);
  return end === -1 ? lines : lines.slice(0, end);
}
