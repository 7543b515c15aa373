import * as z from "zod";
import type { ToolSpec } from "../core/model.ts";

/** The two tools by which an agent decides. They are read, not run: the engine acts on their arguments. */
const NewAnswer = z.object({ content: z.string().describe("Your complete answer, self-contained.") });

const Vote = z.object({
  agent_id: z.string(),
  reason: z.string().describe("Why this answer is the best one, in one or two sentences."),
});

/** "agent2": how agents call each other. The same number as in the labels of its answers. */
export type AnonymousId = `agent${number}`;

/**
 * Rebuilt for every model call: `vote` is offered only when there is something to vote for, and names exactly
 * the agents whose answers the voter was shown.
 */
export function workflowTools(mayAnswer: boolean, candidates: readonly AnonymousId[]): readonly ToolSpec[] {
  const tools: ToolSpec[] = [];
  if (mayAnswer) {
    tools.push({
      name: "new_answer",
      description: "Submit your own complete answer to the original message. Ends your go.",
      inputSchema: schemaOf("", () => NewAnswer),
    });
  }
  if (candidates.length > 0) {
    tools.push({
      name: "vote",
      description: "Vote for the agent whose current answer is the best. You may vote for your own. Ends your go.",
      inputSchema: schemaOf(candidates.join(), () =>
        Vote.extend({ agent_id: z.enum(candidates).describe("The agent you vote for.") }),
      ),
    });
  }
  return tools;
}

/** By the candidates, "" being that of an answer, or by the name of a tool. Making one takes longer than all else that the engine does for a call. */
const schemas = new Map<string, Record<string, unknown>>();

export function schemaOf(name: string, make: () => z.ZodType): Record<string, unknown> {
  const known = schemas.get(name);
  if (known) return known;
  const { $schema: _, ...schema } = z.toJSONSchema(make()) as Record<string, unknown>;
  schemas.set(name, schema);
  return schema;
}

/** Arguments may come as JSON text or as an object; a missing content falls back to what the model wrote beside the call. */
export function answerOf(input: unknown, beside: string): string {
  const { content } = asObject(input);
  return typeof content === "string" && content.trim() !== "" ? content : beside.trim();
}

export function voteOf(input: unknown): { readonly target: string; readonly reason: string } {
  const { agent_id: target, reason } = asObject(input);
  return { target: typeof target === "string" ? target.trim() : "", reason: typeof reason === "string" ? reason : "" };
}

export function asObject(input: unknown): Record<string, unknown> {
  if (typeof input === "object" && input !== null) return input as Record<string, unknown>;
  if (typeof input !== "string") return {};
  try {
    return asObject(JSON.parse(input));
  } catch {
    return {};
  }
}
