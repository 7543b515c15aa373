import { BACKENDS, findBackend } from "../core/config/backends.ts";
import { FaultError } from "../core/fault.ts";
import type { ModelClient, ModelSpec } from "../core/model.ts";
import { never } from "../core/never.ts";
import { readOptions } from "./options.ts";
import { withRetry } from "./retry.ts";

/**
 * Opens the model that a configuration names. Nothing is sent yet: a missing key or a dead server shows when the
 * model is used. Rejects with a "config" fault.
 */
export async function openModel(spec: ModelSpec): Promise<ModelClient> {
  const backend = findBackend(spec.type);
  if (!backend) {
    throw new FaultError({
      code: "config",
      message: `Unknown backend type "${spec.type}"`,
      hint: `Use one of: ${Object.keys(BACKENDS).join(", ")}.`,
    });
  }
  const located = { ...spec, baseUrl: spec.baseUrl ?? backend.baseUrl };
  if (located.baseUrl !== undefined && !/^https?:\/\/[^/]/.test(located.baseUrl)) {
    throw new FaultError({
      code: "config",
      message: `Backend ${spec.type} (${spec.model}): base_url is "${located.baseUrl}", which is no address`,
      hint: "Write it with its scheme: base_url: https://host/v1",
    });
  }
  const retrying = (client: ModelClient): ModelClient => withRetry(client, { baseMs: readOptions(spec).retry_base_ms });
  // Imported here, so that a provider's SDK is loaded only when one of its models is opened.
  switch (backend.wire) {
    case "simulated":
      return retrying((await import("./simulated/simulated-model.ts")).simulatedModel(spec));
    case "openai-responses":
      return retrying((await import("./openai-responses.ts")).openaiResponsesModel(located));
    case "openai-chat":
      return retrying((await import("./openai-chat.ts")).openaiChatModel(located));
    case "anthropic":
      return retrying((await import("./anthropic.ts")).anthropicModel(located));
    case "gemini":
      return retrying((await import("./gemini.ts")).geminiModel(located));
    default:
      return never(backend.wire);
  }
}
