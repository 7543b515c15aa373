import * as z from "zod";
import { later, moot, option, python } from "./fields.ts";
import { dockerKeys } from "./schema-docker.ts";

const price = z.object({
  input_per_million: z.number().nonnegative().describe("US dollars for a million input tokens."),
  output_per_million: z.number().nonnegative().describe("US dollars for a million output tokens."),
  cached_input_per_million: z
    .number()
    .nonnegative()
    .optional()
    .describe("US dollars for a million cached input tokens."),
});

const verbosity = z.enum(["low", "medium", "high"]);
const effort = z.enum(["none", "minimal", "low", "medium", "high", "xhigh"]);

/** Read by the model layer alone: a key here reaches it as written. */
const providerOptions = {
  temperature: option(z.number().min(0).max(2), "How much chance there is in a reply, 0 to 2."),
  top_p: option(z.number().min(0).max(1), "Nucleus sampling, 0 to 1."),
  top_k: option(z.int().positive(), "Sample from the k most likely tokens only."),
  max_tokens: option(z.int().positive(), "Longest reply in tokens."),
  max_output_tokens: option(z.int().positive(), "Longest reply in tokens, as OpenAI and Gemini call it."),
  stop: option(z.union([z.string(), z.array(z.string())]), "Texts that end a reply."),
  frequency_penalty: option(z.number().min(-2).max(2), "Lowers the odds of frequent tokens, -2 to 2."),
  presence_penalty: option(z.number().min(-2).max(2), "Lowers the odds of tokens that occurred, -2 to 2."),
  repetition_penalty: option(z.number().positive(), "The same for vLLM and SGLang; 1 is off."),
  text: option(
    z.object({ verbosity: verbosity.optional(), format: z.record(z.string(), z.unknown()).optional() }),
    "OpenAI: verbosity and format of the reply.",
  ),
  reasoning: option(
    z.object({
      effort: effort.optional(),
      summary: z.enum(["auto", "concise", "detailed"]).optional(),
      max_tokens: z.int().positive().optional(),
      enabled: z.boolean().optional(),
      exclude: z.boolean().optional(),
    }),
    "Reasoning: effort, summary; max_tokens, enabled and exclude for OpenRouter.",
  ),
  verbosity: option(verbosity, "The same as text.verbosity."),
  reasoning_effort: option(effort, "The same as reasoning.effort."),
  service_tier: option(z.string(), "The provider's tier of service."),
  thinking: option(z.record(z.string(), z.unknown()), "Claude: extended thinking, as the API takes it."),
  thinking_config: option(z.record(z.string(), z.unknown()), "Gemini: thinking, as the API takes it."),
  include_thoughts: option(z.boolean(), "Gemini: stream summaries of its thoughts."),
  parallel_tool_calls: option(z.boolean(), "May a reply hold several tool calls?"),
  disable_parallel_tool_use: option(z.boolean(), "Claude: one tool call a reply."),
  function_calling_mode: option(z.enum(["AUTO", "ANY", "NONE"]), "Gemini: when it calls tools."),
  betas: option(z.array(z.string()), "Claude: beta features."),
  enable_web_search: option(z.boolean(), "The provider's own web search (openai, claude, gemini, grok, openrouter)."),
  enable_code_interpreter: option(z.boolean(), "The provider's own code interpreter (openai)."),
  enable_code_execution: option(z.boolean(), "The provider's own code execution (claude, gemini)."),
  engine: option(z.enum(["exa", "native"]), "OpenRouter: search engine."),
  max_results: option(z.int().positive(), "OpenRouter: search results per search."),
  enable_multimodal_tools: option(
    z.boolean(),
    "false: the model is shown no images. Unset or true: it is, and you are told when it takes none.",
  ),
  extra_body: option(z.record(z.string(), z.unknown()), "Fields that are put into the request as they are."),
  chat_template_kwargs: option(z.record(z.string(), z.unknown()), "vLLM and SGLang: arguments of the chat template."),
  separate_reasoning: option(z.boolean(), "SGLang: reasoning apart from the reply."),
  price: option(price, "Overrides the known price of the model."),
  retry_base_ms: option(z.number().nonnegative(), "First wait before a retry in milliseconds; 1000 by default."),
  tokens_per_second: option(z.number().nonnegative(), "Simulated: speed of writing; 0 is as fast as possible."),
  latency_ms: option(z.number().nonnegative(), "Simulated: milliseconds before the first token."),
};

/** Accepted for the sake of existing files. */
const unusedBackendKeys = {
  cwd: moot(
    "Working directory of the agent.",
    "every agent gets a workspace of its own; name your directories in orchestrator.context_paths",
  ),
  context_paths: later("Paths of this agent alone; orchestrator.context_paths are those of all."),
  mcp_servers: later("MCP servers whose tools the agent may use."),
  direct_mcp_servers: later("MCP servers that stay tools under code-based tools."),
  allowed_tools: later("Tools that the agent may use."),
  exclude_tools: later("Tools that the agent may not use."),
  disallowed_tools: later("Tools of Claude Code that are off."),
  permission_mode: moot("Claude Code's permission mode.", "what needs approval is asked, whatever the backend"),
  use_default_prompt: moot("Claude Code's own system prompt.", "there is none here"),
  max_thinking_tokens: later("Claude Code's budget of thinking tokens; `thinking` is the one of claude."),
  command_line_docker_packages: later("Docker: packages in the container."),
  exclude_file_operation_mcps: later("No file tools, only the command line."),
  enable_code_based_tools: python("MCP tools as Python files in the workspace."),
  shared_tools_directory: python("Where those files are shared."),
  auto_discover_custom_tools: python("Python tools of the package, and servers of its registry."),
  exclude_custom_tools: python("Custom tools that are off."),
  custom_tools_path: python("Directory of custom tools."),
  custom_tools: python("Functions of Python files as tools."),
  concurrent_tool_execution: moot(
    "Run the calls of one reply at the same time.",
    "calls run in the order of the reply",
  ),
  max_concurrent_tools: moot("How many calls run at the same time.", "calls run in the order of the reply"),
  multimodal_config: later("Backends and models for media."),
  enable_image_generation: later("Image generation."),
  enable_audio_generation: later("Audio generation."),
  enable_video_generation: later("Video generation."),
  enable_file_generation: later("File generation by the provider."),
  media_max_file_size_mb: later("Largest file that is uploaded."),
  enable_programmatic_flow: later("Claude: tool calls from its code sandbox."),
  enable_tool_search: later("Claude: search among many tools."),
  tool_search_variant: later("Claude: how tools are searched."),
  enable_strict_tool_use: later("Claude: strict tool schemas."),
  output_schema: later("Claude: JSON schema of the reply."),
  search_prompt: later("OpenRouter: text in front of search results."),
  search_context_size: later("OpenRouter: how much is read per search."),
  hooks: later("Commands before and after tool calls."),
  agent_config: python("AG2: the agent."),
  group_config: python("AG2: the group chat."),
  debug_delay_seconds: moot("Debugging: a delay.", "the simulated backend has latency_ms"),
  debug_delay_after_n_tools: moot("Debugging: after how many tools.", "the simulated backend has latency_ms"),
  max_incomplete_response_retries: moot("Retries of broken replies.", "the model layer decides by the kind of failure"),
  max_mcp_message_history: later("Messages kept of tool calls."),
  gemini_backoff_max_attempts: moot("Retries of Gemini.", "retries are the same for every provider"),
  gemini_backoff_initial_delay: moot("Retries of Gemini.", "retries are the same for every provider"),
  gemini_backoff_multiplier: moot("Retries of Gemini.", "retries are the same for every provider"),
  gemini_backoff_max_delay: moot("Retries of Gemini.", "retries are the same for every provider"),
  gemini_backoff_jitter: moot("Retries of Gemini.", "retries are the same for every provider"),
  enable_rate_limit: moot("Obey a table of rate limits.", "the provider's Retry-After is obeyed"),
  provider: moot("Display name of the endpoint.", "the host is shown"),
  provider_name: moot("Display name of the endpoint.", "the host is shown"),
  api_version: moot("Azure: version of the API.", "the /openai/v1 API has none"),
};

export const Backend = z.object({
  type: z
    .string()
    .optional()
    .describe("Who serves the model; see Backends below. Found from the model's name or base_url when it is left out."),
  model: z.string().min(1).optional().describe("Name of the model. May be left out where the backend has a default."),
  base_url: z.string().min(1).optional().describe("Address of the API, for a proxy or a server of your own."),
  azure_endpoint: z.string().min(1).optional().describe("Azure: the same as base_url."),
  api_key: z
    .string()
    .optional()
    .describe('The key, best as "${NAME_OF_A_VARIABLE}". Usually not needed: the backend knows its variable.'),
  api_key_env: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not the name of an environment variable")
    .optional()
    .describe("Environment variable that holds the key; needed for hosts that are not the provider's own."),
  seed: z
    .int()
    .optional()
    .describe("The same seed gives the same replies, always when simulated, roughly where a provider has it."),
  scenario: z.string().min(1).optional().describe("Simulated: script to follow, relative to this file."),
  upload_files: z
    .array(z.record(z.string(), z.string()))
    .default([])
    .describe(
      "Images that the agent is shown with every question: [{image_path: mock.png}], relative to where massgen is started. Nothing else is uploaded.",
    ),
  enable_web_fetch: z
    .boolean()
    .default(false)
    .describe(
      "May the agent read pages of the public web (web_fetch)? permissions name hosts: web_fetch(docs.example.org). In planning runs, too; with permissions.mode plan only what a rule allows. HTTPS_PROXY, HTTP_PROXY and NO_PROXY hold: names are looked up here, and a proxy is asked for the address.",
    ),
  enable_mcp_command_line: z.boolean().default(false).describe("May the agent run commands?"),
  command_line_execution_mode: z
    .enum(["local", "docker"])
    .default("local")
    .describe("Where commands run: in the system's sandbox, or each agent's in a Docker container of its own."),
  ...dockerKeys,
  command_line_allowed_commands: z
    .array(z.string())
    .optional()
    .describe("Patterns of commands that may run. Not enforced yet: commands are off when it is set."),
  command_line_blocked_commands: z
    .array(z.string())
    .optional()
    .describe("Patterns of commands that may not run. Not enforced yet: commands are off when it is set."),
  ...providerOptions,
  ...unusedBackendKeys,
});
export type Backend = z.infer<typeof Backend>;

/** Keys that go to the model layer untouched. */
export const OPTION_KEYS = Object.keys(providerOptions) as readonly (keyof typeof providerOptions)[];

const modelOf = (what: string) => z.string().min(1).optional().describe(`Model of the same backend ${what}`);

const ModelProfile = z.object({
  planning: modelOf("in planning runs, where it is another one."),
  synthesis: modelOf("for the final answer and the second look at it, where it is another one."),
  default: modelOf("for all else; the same as backend.model."),
});

export const Agent = z.object({
  id: z.string().optional().describe("Name of the agent, unique; agent1, agent2, … when it is left out."),
  system_message: z.string().optional().describe("What the agent is told about its role."),
  backend: Backend.describe("The model that plays the agent."),
  model_profile: ModelProfile.optional().describe("Other models of its backend for parts of the work."),
  memory: python("Memory of this agent in Qdrant."),
  enable_nlip: python("The NLIP protocol for this agent."),
  nlip: python("The NLIP protocol for this agent."),
});
export type Agent = z.infer<typeof Agent>;
