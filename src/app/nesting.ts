import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import type { RunSettings } from "../core/run/settings.ts";
import { tokensOf, totalSpend } from "../core/run/spend.ts";
import type { RunState } from "../core/run/state.ts";
import type { Environment } from "./config-directory.ts";

const MAX_DEPTH = 2;
const Left = z.object({
  maxCostUsd: z.number().nullable(),
  maxTokens: z.number().nullable(),
  maxModelCalls: z.number().nullable(),
});

/** How deep this massgen runs inside others: 0 for one that a person started. Throws FaultError when that is too deep. */
export function nestingDepth(env: Environment): number {
  const depth = Number(env["MASSGEN_DEPTH"] ?? 0);
  if (!Number.isInteger(depth) || depth < 0) return 0;
  if (depth <= MAX_DEPTH) return depth;
  throw new FaultError({
    code: "usage",
    message: `This massgen was started inside ${depth} others, and ${MAX_DEPTH} is the limit`,
    hint: "Let the outer run do this step itself.",
  });
}

/** The run's budget, cut to what the massgen around it has left. */
export function withinParent(settings: RunSettings, env: Environment): RunSettings {
  const text = env["MASSGEN_BUDGET"];
  if (text === undefined) return settings;
  const left = Left.safeParse(parseJson(text));
  if (!left.success) return settings;
  const { budget } = settings;
  return {
    ...settings,
    budget: {
      maxCostUsd: smaller(budget.maxCostUsd, left.data.maxCostUsd, 0.000001),
      maxTokens: smaller(budget.maxTokens, left.data.maxTokens, 1),
      maxModelCalls: smaller(budget.maxModelCalls, left.data.maxModelCalls, 1),
    },
  };
}

/** What a command of an agent is told, so that a massgen in it knows where it is and what it may spend. Read when the command starts. */
export function nestedEnvironment(depth: number, get: () => RunState): Readonly<Record<string, string>> {
  return {
    MASSGEN_DEPTH: String(depth + 1),
    get MASSGEN_BUDGET() {
      const run = get();
      const spend = totalSpend(run);
      const { maxCostUsd, maxTokens, maxModelCalls } = run.settings.budget;
      const rest = (max: number | null, used: number): number | null => (max === null ? null : Math.max(0, max - used));
      return JSON.stringify({
        maxCostUsd: rest(maxCostUsd, spend.costUsd),
        maxTokens: rest(maxTokens, tokensOf(spend)),
        maxModelCalls: rest(maxModelCalls, spend.calls),
      });
    },
  };
}

function smaller(own: number | null, parents: number | null, least: number): number | null {
  if (parents === null) return own;
  return Math.max(least, own === null ? parents : Math.min(own, parents));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
