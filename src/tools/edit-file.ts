import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import { defineTool, type Tool } from "../core/tool.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { openWrite, replaceContent } from "../workspace/safe-handle.ts";
import { editText, type TextEdit } from "./text-edit.ts";
import { readText } from "./text-file.ts";
import { brief, toAbsolute, toShown } from "./tool-path.ts";

const edit = {
  old_text: z.string().min(1).describe("The text to replace, with enough around it to be unique"),
  new_text: z.string().describe("What to put in its place"),
  replace_all: z.boolean().optional().describe("Replace every occurrence"),
};
const path = z.string().min(1).describe("Relative to your working directory, or absolute");

const MAX_DIFF_LINES = 60;

export function editFileTool(files: AgentFiles): Tool {
  return defineTool({
    name: "edit_file",
    description:
      "Replace a piece of text in a file. old_text must be in the file as given (other indentation and kinds of quotes are forgiven), and only once, unless replace_all is true. Returns the change as a diff.",
    capability: "write",
    input: z.object({ path, ...edit }),
    summary: (input) => `edit ${brief(input.path)}`,
    run: (input) => editFile(files, input.path, [input]),
  });
}

export function multiEditTool(files: AgentFiles): Tool {
  return defineTool({
    name: "multi_edit",
    description:
      "Make several edits in one file, one after the other, as edit_file does: all of them, or none when one cannot be made.",
    capability: "write",
    input: z.object({ path, edits: z.array(z.object(edit)).min(1).max(100) }),
    summary: (input) => `edit ${brief(input.path)} in ${input.edits.length} places`,
    run: (input) => editFile(files, input.path, input.edits),
  });
}

async function editFile(files: AgentFiles, path: string, edits: readonly TextEdit[]): Promise<string> {
  const file = await openWrite(toAbsolute(files, path), files.grants, { create: false });
  try {
    const shown = toShown(files, file.path);
    const before = await readText(file.handle, shown);
    let after = before;
    const places: string[] = [];
    for (const [index, one] of edits.entries()) {
      const edited = inOrder(index, edits.length, () => editText(after, one, shown));
      after = edited.after;
      places.push(`${edited.lines}${edited.inexact ? " (white space or quotes differed)" : ""}`);
    }
    await replaceContent(file, Buffer.from(after));
    return `Edited ${shown}: ${places.join("; ")}\n${await diffOf(before, after)}`;
  } finally {
    await file.handle.close();
  }
}

/** Says which of several edits could not be made, and that none was. */
function inOrder<Result>(index: number, count: number, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    if (count === 1 || !(error instanceof FaultError)) throw error;
    const message = `Edit ${index + 1} of ${count}: ${error.fault.message}. None of them was made`;
    throw new FaultError({ ...error.fault, message }, { cause: error });
  }
}

async function diffOf(before: string, after: string): Promise<string> {
  const { structuredPatch } = await import("diff");
  const patch = structuredPatch("", "", before, after, undefined, undefined, { context: 2, timeout: 500 });
  const lines = (patch?.hunks ?? []).flatMap((hunk) => [`@@ line ${hunk.newStart} @@`, ...hunk.lines]);
  const shown = lines.slice(0, MAX_DIFF_LINES).map((line) => line.replace(/\r$/, ""));
  return lines.length > MAX_DIFF_LINES
    ? [...shown, `[${lines.length - MAX_DIFF_LINES} more lines of the diff left out]`].join("\n")
    : shown.join("\n");
}
