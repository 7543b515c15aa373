import * as z from "zod";
import type { ApprovalAsk } from "./chat/approval.ts";
import { FaultError, faultText, toFault } from "./fault.ts";
import type { Image } from "./image.ts";
import type { ToolCall } from "./message.ts";
import type { ToolSpec } from "./model.ts";

/** What a tool can do to the world. Unknown tools count as "execute". */
export type Capability = "read" | "write" | "execute" | "network" | "coordinate";

export type ToolContext = {
  readonly signal: AbortSignal;
  /** Shown while the tool runs; not kept, not sent to the model. */
  readonly progress: (text: string) => void;
  /** The user was asked what `approval` wants asked for this very input, and said yes. */
  readonly approved?: boolean;
};

/** What a call gives the model to read, and to look at. */
export type ToolResult = string | { readonly text: string; readonly images: readonly Image[] };

export type Tool = ToolSpec & {
  readonly capability: Capability;
  /** One line for the screen: "read src/auth.ts". Never throws, whatever the input. */
  readonly summary: (input: unknown) => string;
  /** What to ask the user before `run`, or undefined when this input needs no approval. Throws FaultError for bad input. */
  readonly approval: (input: unknown) => Promise<ApprovalAsk | undefined>;
  /** Throws FaultError for failures that the model can react to. */
  readonly run: (input: unknown, context: ToolContext) => Promise<ToolResult>;
};

export type ToolOutcome = {
  readonly output: string;
  readonly failed: boolean;
  readonly images?: readonly Image[] | undefined;
};

/** What of an outcome is kept in a journal. */
export function keptOutcome({ output, failed, images }: ToolOutcome) {
  return { output, failed, ...(images && { images: [...images] }) };
}

/** Declares a tool once: the schema types the input, checks it, and describes it to the model. */
export function defineTool<Input extends z.ZodType>(spec: {
  name: string;
  description: string;
  capability: Capability;
  input: Input;
  summary: (input: z.output<Input>) => string;
  approval?: (input: z.output<Input>) => Promise<ApprovalAsk | undefined>;
  run: (input: z.output<Input>, context: ToolContext) => Promise<ToolResult>;
}): Tool {
  const check = (input: unknown): z.output<Input> => {
    const parsed = spec.input.safeParse(input);
    if (parsed.success) return parsed.data;
    throw new FaultError({
      code: "tool",
      message: `${spec.name}: ${z.prettifyError(parsed.error)}`,
      hint: "Call it again with arguments that fit its schema.",
    });
  };
  let schema: Record<string, unknown> | undefined;
  return {
    name: spec.name,
    description: spec.description,
    capability: spec.capability,
    get inputSchema() {
      return (schema ??= z.toJSONSchema(spec.input, { io: "input" }) as Record<string, unknown>);
    },
    summary(input) {
      const parsed = spec.input.safeParse(input);
      return parsed.success ? spec.summary(parsed.data) : spec.name;
    },
    approval: async (input) => spec.approval?.(check(input)),
    run: async (input, context) => spec.run(check(input), context),
  };
}

/** Runs a call. A failure becomes an outcome that the model can read and react to; it throws only when aborted. */
export async function runCall(tools: readonly Tool[], call: ToolCall, context: ToolContext): Promise<ToolOutcome> {
  const tool = tools.find(({ name }) => name === call.name);
  if (!tool) {
    return { failed: true, output: `No tool "${call.name}". Tools: ${tools.map(({ name }) => name).join(", ")}.` };
  }
  try {
    const result = await tool.run(call.input, context);
    if (typeof result === "string") return { failed: false, output: result };
    return { failed: false, output: result.text, ...(result.images.length > 0 && { images: result.images }) };
  } catch (error) {
    context.signal.throwIfAborted();
    return { failed: true, output: faultText(toFault(error)) };
  }
}
