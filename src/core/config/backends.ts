/** The protocol that a backend speaks. One file in src/models each. */
export type Wire = "openai-responses" | "openai-chat" | "anthropic" | "gemini" | "simulated";

export type BackendInfo = {
  readonly wire: Wire;
  /** Undefined: the SDK's own, or (chatcompletion) the one that the configuration must name. */
  readonly baseUrl?: string;
  /** Environment variables that may hold the key, first set one wins. Empty: no key needed. */
  readonly keyEnv: readonly string[];
  /** Undefined: the configuration must name a model. */
  readonly defaultModel?: string;
  /** Hosts that the keys of `keyEnv` are made for, beside that of `baseUrl`: they are sent nowhere else. */
  readonly hosts?: readonly string[];
  /** Runs on the user's machine: costs nothing, needs no key. */
  readonly local?: true;
};

/** Every backend `type` that a configuration may name. */
export const BACKENDS = {
  openai: {
    wire: "openai-responses",
    keyEnv: ["OPENAI_API_KEY"],
    defaultModel: "gpt-5.5",
    hosts: ["api.openai.com"],
  },
  claude: {
    wire: "anthropic",
    keyEnv: ["ANTHROPIC_API_KEY"],
    defaultModel: "claude-opus-5",
    hosts: ["api.anthropic.com"],
  },
  gemini: {
    wire: "gemini",
    keyEnv: ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
    defaultModel: "gemini-3-pro-preview",
    hosts: ["generativelanguage.googleapis.com"],
  },
  chatcompletion: { wire: "openai-chat", keyEnv: ["OPENAI_API_KEY"], hosts: ["api.openai.com"] },
  simulated: { wire: "simulated", keyEnv: [], defaultModel: "simulated", local: true },
  grok: { wire: "openai-chat", baseUrl: "https://api.x.ai/v1", keyEnv: ["XAI_API_KEY"], defaultModel: "grok-4" },
  openrouter: {
    wire: "openai-chat",
    baseUrl: "https://openrouter.ai/api/v1",
    keyEnv: ["OPENROUTER_API_KEY"],
    defaultModel: "openrouter/auto",
  },
  zai: {
    wire: "openai-chat",
    baseUrl: "https://api.z.ai/api/paas/v4",
    keyEnv: ["ZAI_API_KEY"],
    hosts: ["bigmodel.cn"],
    defaultModel: "glm-4.5",
  },
  cerebras: {
    wire: "openai-chat",
    baseUrl: "https://api.cerebras.ai/v1",
    keyEnv: ["CEREBRAS_API_KEY"],
    defaultModel: "llama-3.3-70b",
  },
  together: {
    wire: "openai-chat",
    baseUrl: "https://api.together.xyz/v1",
    keyEnv: ["TOGETHER_API_KEY"],
    defaultModel: "Qwen/Qwen3-Coder-480B-A35B-Instruct-FP8",
  },
  fireworks: {
    wire: "openai-chat",
    baseUrl: "https://api.fireworks.ai/inference/v1",
    keyEnv: ["FIREWORKS_API_KEY"],
    defaultModel: "accounts/fireworks/models/llama-v3p3-70b-instruct",
  },
  groq: {
    wire: "openai-chat",
    baseUrl: "https://api.groq.com/openai/v1",
    keyEnv: ["GROQ_API_KEY"],
    defaultModel: "llama-3.3-70b-versatile",
  },
  moonshot: {
    wire: "openai-chat",
    baseUrl: "https://api.moonshot.cn/v1",
    keyEnv: ["MOONSHOT_API_KEY", "KIMI_API_KEY"],
    hosts: ["api.moonshot.ai"],
    defaultModel: "moonshot-v1-128k",
  },
  nebius: {
    wire: "openai-chat",
    baseUrl: "https://api.studio.nebius.ai/v1",
    keyEnv: ["NEBIUS_API_KEY"],
    hosts: ["nebius.com"],
    defaultModel: "Qwen/Qwen3-4B-fast",
  },
  qwen: {
    wire: "openai-chat",
    baseUrl: "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    keyEnv: ["QWEN_API_KEY"],
    hosts: ["dashscope.aliyuncs.com"],
    defaultModel: "qwen-max",
  },
  poe: { wire: "openai-chat", baseUrl: "https://api.poe.com/v1", keyEnv: ["POE_API_KEY"] },
  lmstudio: { wire: "openai-chat", baseUrl: "http://localhost:1234/v1", keyEnv: [], local: true },
  ollama: { wire: "openai-chat", baseUrl: "http://localhost:11434/v1", keyEnv: [], local: true },
  vllm: { wire: "openai-chat", baseUrl: "http://localhost:8000/v1", keyEnv: [], local: true },
  llamacpp: { wire: "openai-chat", baseUrl: "http://localhost:8080/v1", keyEnv: [], local: true },
  sglang: { wire: "openai-chat", baseUrl: "http://localhost:30000/v1", keyEnv: [], local: true },
} as const satisfies Record<string, BackendInfo>;

export type BackendType = keyof typeof BACKENDS;

/** Backends of other programs that read this format, and what plays them here. */
export const STAND_INS: Readonly<Record<string, { readonly type: BackendType; readonly because: string }>> = {
  claude_code: {
    type: "claude",
    because: "the same models, through the Messages API and with the tools of this program",
  },
  azure_openai: { type: "chatcompletion", because: "its endpoint is used through the /openai/v1 API" },
  inference: { type: "vllm", because: "it speaks the same protocol" },
};

/** Backends that need a Python framework: an agent that uses one is left out. */
export const PYTHON_BACKENDS: readonly string[] = ["ag2", "autogen", "uitars"];

/** Other names that people write for a backend. */
export const BACKEND_NICKNAMES: Readonly<Record<string, BackendType>> = {
  anthropic: "claude",
  google: "gemini",
  gpt: "openai",
  chatgpt: "openai",
  xai: "grok",
  kimi: "moonshot",
  lm_studio: "lmstudio",
  "llama.cpp": "llamacpp",
  llama_cpp: "llamacpp",
};

/** What a model's name says about who serves it. */
const FAMILIES: readonly (readonly [RegExp, BackendType])[] = [
  [/^(gpt-|chatgpt-|o\d)/, "openai"],
  [/^claude-/, "claude"],
  [/^gemini-/, "gemini"],
  [/^grok-/, "grok"],
  [/^glm-/, "zai"],
  [/^(kimi-|moonshot-)/, "moonshot"],
  [/^qwen-/, "qwen"],
  [/^simulated$/, "simulated"],
];

/** The backend that serves `model`, as far as its name tells. */
export function inferBackend(model: string): BackendType | undefined {
  return FAMILIES.find(([pattern]) => pattern.test(model))?.[1];
}

export function findBackend(type: string): BackendInfo | undefined {
  return Object.hasOwn(BACKENDS, type) ? BACKENDS[type as BackendType] : undefined;
}
