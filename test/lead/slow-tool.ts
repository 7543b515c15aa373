import * as z from "zod";
import { defineTool, type Tool } from "../../src/core/tool.ts";
import { gate } from "./gate.ts";

export type SlowTool = {
  readonly tool: Tool;
  readonly begun: Promise<void>;
  readonly letGo: (output: string) => void;
  /** Throws when the tool has not begun. */
  readonly signal: () => AbortSignal;
};

/** A tool named "slow" that runs until it is let go, whatever its signal says. */
export function slowTool(): SlowTool {
  const begun = gate();
  const end = gate<string>();
  let seen: AbortSignal | undefined;
  const tool = defineTool({
    name: "slow",
    description: "Takes its time.",
    capability: "write",
    input: z.object({}),
    summary: () => "work slowly",
    run: async (_, { signal }) => {
      seen = signal;
      begun.open();
      return end.promise;
    },
  });
  return {
    tool,
    begun: begun.promise,
    letGo: end.open,
    signal() {
      if (!seen) throw new Error("The tool has not begun");
      return seen;
    },
  };
}
