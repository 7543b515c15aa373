import { findBackend, inferBackend } from "../core/config/backends.ts";
import type { AgentConfig, Config } from "../core/config/schema.ts";
import { FaultError } from "../core/fault.ts";
import type { RunOrigin } from "./run-origin.ts";

/** One agent as the command line describes it, without a configuration file. */
export type Quick = NonNullable<RunOrigin["quick"]>;

/** A team of one on that model. Throws FaultError "usage" when it is not clear which one that is. */
export function quickConfig(base: Config, quick: Quick): Config {
  const type = quick.backend ?? inferBackend(quick.model ?? "");
  const backend = type === undefined ? undefined : findBackend(type);
  const model = quick.model ?? backend?.defaultModel;
  const [first] = base.agents;
  if (type === undefined || !backend || model === undefined || !first) {
    throw new FaultError({
      code: "usage",
      message: backend ? `${type} needs a model` : `No provider is known for "${quick.backend ?? quick.model ?? ""}"`,
      hint: backend ? "Name it with --model." : "Name the provider with --backend: openai, claude, gemini, ollama, …",
    });
  }
  const agent: AgentConfig = {
    id: "agent1",
    systemMessage: quick.systemMessage,
    backend: {
      ...first.backend,
      type,
      model,
      baseUrl: quick.baseUrl,
      apiKey: undefined,
      apiKeyEnv: undefined,
      options: {},
      scenario: undefined,
      where: undefined,
    },
  };
  return { ...base, agents: [agent], agentSystemPrompts: {}, raw: {} };
}
