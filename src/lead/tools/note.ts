import * as z from "zod";
import { NOTE } from "../../core/chat/user-tools.ts";
import { defineTool, type Tool } from "../../core/tool.ts";
import type { ProjectPort } from "../ports.ts";

const SECTION = "Notes";

/** The user's own line in CONTEXT.md. The lead reads that file before every reply, so it need not be told. */
export function noteTool(project: Pick<ProjectPort, "updateContext">): Tool {
  return defineTool({
    name: NOTE,
    description: "Add a note of the user to CONTEXT.md.",
    capability: "write",
    input: z.object({ text: z.string().trim().min(1) }),
    summary: ({ text }) => `note in CONTEXT.md: ${text}`,
    async run({ text }) {
      const diff = await project.updateContext({ section: SECTION, text: `- ${text}`, mode: "append" });
      return diff === "" ? "CONTEXT.md ends with this note already." : `Added to ${SECTION} in CONTEXT.md.`;
    },
  });
}
