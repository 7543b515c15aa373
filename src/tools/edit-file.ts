import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { openWrite, replaceContent } from "../workspace/safe-handle.ts";
import { readText } from "./text-file.ts";
import { brief, toAbsolute, toShown } from "./tool-path.ts";

export function editFileTool(files: AgentFiles): Tool {
  return defineTool({
    name: "edit_file",
    description:
      "Replace a piece of text in a file. old_text must be in the file exactly as given, white space included, and only once, unless replace_all is true.",
    capability: "write",
    input: z.object({
      path: z.string().min(1).describe("Relative to your working directory, or absolute"),
      old_text: z.string().min(1).describe("The text to replace, with enough around it to be unique"),
      new_text: z.string().describe("What to put in its place"),
      replace_all: z.boolean().optional().describe("Replace every occurrence"),
    }),
    summary: ({ path }) => `edit ${brief(path)}`,
    async run(input) {
      const file = await openWrite(toAbsolute(files, input.path), files.grants, { create: false });
      try {
        const shown = toShown(files, file.path);
        const before = await readText(file.handle, shown);
        const { after, lines } = replaceText(before, input, shown);
        await replaceContent(file, Buffer.from(after));
        return `Edited ${shown}: ${lines}`;
      } finally {
        await file.handle.close();
      }
    },
  });
}

type Edit = {
  readonly old_text: string;
  readonly new_text: string;
  readonly replace_all?: boolean | undefined;
};

/** `lines` says which lines of the result are new. */
function replaceText(before: string, edit: Edit, shown: string): { readonly after: string; readonly lines: string } {
  // Models write "\n" whatever the file has.
  const fit = (text: string): string =>
    before.includes("\r\n") && !edit.old_text.includes("\r\n") ? text.replace(/\r?\n/g, "\r\n") : text;
  const [oldText, newText] = [fit(edit.old_text), fit(edit.new_text)];
  if (oldText === newText) throw refuse("old_text and new_text are the same", "Nothing was changed.");
  const pieces = before.split(oldText);
  if (pieces.length === 1) throw notFound(before, oldText, shown);
  if (pieces.length > 2 && edit.replace_all !== true) {
    throw refuse(
      `old_text is in ${shown} ${pieces.length - 1} times: ${linesOf(pieces, oldText)}`,
      "Give more of the text around the place you mean, or set replace_all.",
    );
  }
  return { after: pieces.join(newText), lines: linesOf(pieces, newText) };
}

/** Where the text between the pieces lies: "line 4", "lines 4-6", "lines 4, 9-10, 20". */
function linesOf(pieces: readonly string[], between: string): string {
  const height = lineBreaks(between.replace(/\n$/, ""));
  let line = 1;
  const places = pieces.slice(0, -1).map((piece) => {
    const first = line + lineBreaks(piece);
    line = first + lineBreaks(between);
    return height === 0 ? String(first) : `${first}-${first + height}`;
  });
  const listed = places.slice(0, 20).join(", ");
  const more = places.length > 20 ? ` and ${places.length - 20} more` : "";
  return `${places.length === 1 && height === 0 ? "line" : "lines"} ${listed}${more}`;
}

function notFound(before: string, oldText: string, shown: string): FaultError {
  const wanted = firstWords(oldText);
  const near = wanted === "" ? -1 : before.split("\n").findIndex((line) => firstWords(line).startsWith(wanted));
  const hint =
    near === -1
      ? "Read the file and copy the text from it."
      : `Line ${near + 1} begins like it but differs, perhaps in white space. Read the file and copy the text from it.`;
  return refuse(`old_text is not in ${shown}`, hint);
}

/** The first line that is not empty, white space collapsed. */
function firstWords(text: string): string {
  return (text.trimStart().split("\n", 1)[0] ?? "").replace(/\s+/g, " ").trim();
}

function lineBreaks(text: string): number {
  return text.split("\n").length - 1;
}

function refuse(message: string, hint: string): FaultError {
  return new FaultError({ code: "tool", message, hint });
}
