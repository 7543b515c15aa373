import * as z from "zod";
import { plural } from "../core/text.ts";
import { defineTool, type Tool } from "../core/tool.ts";

const MARKS = { open: "[ ]", doing: "[>]", done: "[x]" } as const;

/** The model's own list of what is to do: it is what it last said it is, and stays in the conversation. */
export function updatePlanTool(): Tool {
  return defineTool({
    name: "update_plan",
    description:
      "Keep a list of the steps of a longer task. Send the whole list each time a step begins or is done; one step is being done at a time.",
    capability: "coordinate",
    input: z.object({
      steps: z
        .array(z.object({ text: z.string().min(1).max(300), status: z.enum(["open", "doing", "done"]) }))
        .min(1)
        .max(50),
    }),
    summary: ({ steps }) => {
      const done = steps.filter(({ status }) => status === "done").length;
      return `plan: ${done} of ${plural(steps.length, "step")} done`;
    },
    run: async ({ steps }) => steps.map(({ text, status }) => `${MARKS[status]} ${text}`).join("\n"),
  });
}
