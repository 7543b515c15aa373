import * as z from "zod";
import { FaultError } from "../core/fault.ts";
import type { ModelSpec } from "../core/model.ts";

const record = z.record(z.string(), z.unknown());
const perMillion = z.number().nonnegative();

/** What a backend entry may say to its provider. Everything else in it is left here: only `extra_body` passes unread. */
const ModelOptions = z
  .object({
    temperature: z.number(),
    top_p: z.number(),
    top_k: z.int().positive(),
    max_tokens: z.int().positive(),
    max_output_tokens: z.int().positive(),
    presence_penalty: z.number(),
    frequency_penalty: z.number(),
    repetition_penalty: z.number(),
    stop: z.union([z.string(), z.array(z.string())]),
    seed: z.int(),
    text: record,
    verbosity: z.string(),
    reasoning: record,
    reasoning_effort: z.string(),
    thinking: record,
    thinking_config: record,
    include_thoughts: z.boolean(),
    function_calling_mode: z.enum(["AUTO", "ANY", "NONE"]),
    parallel_tool_calls: z.boolean(),
    disable_parallel_tool_use: z.boolean(),
    enable_web_search: z.boolean(),
    enable_code_interpreter: z.boolean(),
    enable_code_execution: z.boolean(),
    enable_multimodal_tools: z.boolean(),
    /** OpenRouter's search. */
    engine: z.enum(["exa", "native"]),
    max_results: z.int().positive(),
    betas: z.array(z.string()),
    service_tier: z.string(),
    chat_template_kwargs: record,
    separate_reasoning: z.boolean(),
    extra_body: record,
    /** US dollars; for models that the price list does not know, or contracts that differ from it. */
    price: z.object({
      input_per_million: perMillion,
      output_per_million: perMillion,
      cached_input_per_million: perMillion.optional(),
    }),
    /** Milliseconds of the first wait between two tries. */
    retry_base_ms: z.number().nonnegative(),
  })
  .partial();
export type ModelOptions = z.infer<typeof ModelOptions>;

/** An option that is written but empty (`temperature:`) counts as absent. Throws a "config" fault. */
export function readOptions(spec: ModelSpec): ModelOptions {
  const written = Object.entries(spec.options).filter(([, value]) => value !== null && value !== undefined);
  const parsed = ModelOptions.safeParse(Object.fromEntries(written));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new FaultError({
    code: "config",
    message: `Backend ${spec.type} (${spec.model}): ${issue?.path.join(".") ?? "options"}: ${issue?.message ?? "invalid"}`,
    hint: "Correct this key of the agent's backend in the configuration.",
  });
}

/** The entries that have a value, so that a request holds no `undefined` and no empty key. */
export function defined<Fields extends Record<string, unknown>>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Key in keyof Fields]?: Exclude<Fields[Key], undefined>;
  };
}
