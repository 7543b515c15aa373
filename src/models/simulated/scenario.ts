import { readFileSync } from "node:fs";
import { LineCounter, parseDocument } from "yaml";
import * as z from "zod";
import { FAULT_CODES, FaultError } from "../../core/fault.ts";
import type { ModelRequest } from "../../core/model.ts";
import { Usage } from "../../core/model.ts";
import { isOffered } from "./tool-input.ts";
import { messageText } from "./read-request.ts";

/** One scripted model call. What a step does not say is left to the built-in behaviour. */
export const Step = z.strictObject({
  /** The step waits until the last message of the request contains this (in any case). */
  when: z.strictObject({ contains: z.string().min(1) }).optional(),
  text: z.string().optional(),
  reasoning: z.string().optional(),
  calls: z
    .array(z.strictObject({ name: z.string().min(1), input: z.record(z.string(), z.unknown()).default({}) }))
    .optional(),
  /** Milliseconds before the first delta, and before each one. */
  delay_ms: z.number().nonnegative().max(3_600_000).optional(),
  chunk_delay_ms: z.number().nonnegative().max(60_000).optional(),
  /** Thrown after the text, if there is any. */
  error: z
    .strictObject({
      code: z.enum(FAULT_CODES),
      message: z.string().default("Failed as its scenario says"),
      retry_after_ms: z.number().nonnegative().optional(),
    })
    .optional(),
  /** The connection breaks after so many characters of text. */
  cut_after_chars: z.int().nonnegative().optional(),
  /** Never ends by itself. */
  hang: z.boolean().optional(),
  usage: Usage.partial().optional(),
  repeat: z.union([z.int().positive(), z.literal("forever")]).default(1),
});
export type Step = z.output<typeof Step>;

const Scenario = z.strictObject({ agents: z.record(z.string(), z.array(Step)) });

/**
 * The steps of one agent. `take` gives the first one left whose `when` holds and that is possible now, and uses it up;
 * undefined: none. A step that answers or votes waits for a request in which that can be done.
 */
export type Script = { readonly take: (request: ModelRequest) => Step | undefined };

/** Reads a scenario file (YAML or JSON), once. Throws FaultError "config" naming file, line and column. */
export function openScenario(path: string, agentId: string): Script {
  const { agents } = parseScenario(path, readScenario(path));
  const steps = agents[agentId] ?? agents["*"] ?? [];
  const left = steps.map(({ repeat }) => (repeat === "forever" ? Infinity : repeat));
  return {
    take(request) {
      const last = messageText(request.messages.at(-1)).toLowerCase();
      const index = steps.findIndex(
        (step, index) =>
          (left[index] ?? 0) > 0 &&
          (!step.when || last.includes(step.when.contains.toLowerCase())) &&
          isPossible(step, request),
      );
      if (index < 0) return undefined;
      left[index] = (left[index] ?? 0) - 1;
      return steps[index];
    },
  };
}

const DECISIONS = /^(new_answer|vote|submit|restart_orchestration|write_plan)$/;

function isPossible({ calls = [] }: Step, { tools }: ModelRequest): boolean {
  return calls.every(({ name }) => !DECISIONS.test(name) || isOffered(tools, name));
}

function readScenario(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    throw new FaultError(
      {
        code: "config",
        message: `${path}: the scenario cannot be read (${cause instanceof Error && "code" in cause ? String(cause.code) : "unknown"})`,
        hint: "Check the path after `scenario:`; it is relative to the configuration file.",
      },
      { cause },
    );
  }
}

function parseScenario(path: string, source: string): z.output<typeof Scenario> {
  const counter = new LineCounter();
  const document = parseDocument(source, { version: "1.1", lineCounter: counter, prettyErrors: false });
  const at = (offset: number): string => {
    const { line, col } = counter.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [broken] = document.errors;
  if (broken) throw bad(`${at(broken.pos[0])}  ${broken.message}`, "Fix the YAML at that place.");
  const parsed = Scenario.safeParse(toValue(document, path));
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const key = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    const where = at(offsetOf(document, issue.path, key));
    return `${where}  ${[...issue.path, ...(key === undefined ? [] : [key])].join(".") || "scenario"}: ${issue.message}`;
  });
  throw bad(
    lines.join("\n"),
    "A scenario is `agents: {<id>: [steps]}`; configs/offline/scenarios shows every key of a step.",
  );
}

type Document = ReturnType<typeof parseDocument>;

function toValue(document: Document, path: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch (cause) {
    throw new FaultError(
      {
        code: "config",
        message: `${path}:1:1  ${cause instanceof Error ? cause.message : String(cause)}`,
        hint: "Write the steps out.",
      },
      { cause },
    );
  }
}

/** Where the innermost node on the path begins, or the unknown key in it. */
function offsetOf(document: Document, path: readonly PropertyKey[], key: string | undefined): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = depth === 0 ? document.contents : document.getIn(path.slice(0, depth), true);
    if (typeof node !== "object" || node === null || !("range" in node)) continue;
    if (key !== undefined && depth === path.length && "items" in node && Array.isArray(node.items)) {
      const pair: unknown = node.items.find((item: { key?: { value?: unknown } }) => item.key?.value === key);
      const range = (pair as { key?: { range?: readonly number[] } } | undefined)?.key?.range;
      if (range) return range[0] ?? 0;
    }
    return (node.range as readonly number[] | undefined)?.[0] ?? 0;
  }
  return 0;
}

function bad(message: string, hint: string): FaultError {
  return new FaultError({ code: "config", message, hint });
}
