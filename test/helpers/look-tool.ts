import * as z from "zod";
import { defineTool, type Tool } from "../../src/core/tool.ts";

/** A tool without input that only looks. */
export function lookTool(run: Tool["run"] = async () => "nothing"): Tool {
  return defineTool({
    name: "look",
    description: "Looks.",
    capability: "read",
    input: z.object({}),
    summary: () => "look",
    run,
  });
}
