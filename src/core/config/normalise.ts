import { parseRule } from "../permissions.ts";
import { RunSettings } from "../run/settings.ts";
import { findBackend } from "./backends.ts";
import { backendType, isUrl, needsPython, typeName, unenforceable } from "./check-backends.ts";
import { schemaProblems } from "./diagnose.ts";
import { childSpec, fileSpec, isMap, withoutEmpty, type KeySpec } from "./key-spec.ts";
import { isSecret, type Path, type Problem } from "./problem.ts";
import type { AgentConfig, BackendConfig, Config, ConfigFile } from "./schema.ts";
import { OPTION_KEYS, type Backend } from "./schema-agents.ts";
import { dockerSettings } from "./schema-docker.ts";
import { Orchestrator, type Timeouts } from "./schema-orchestrator.ts";
import { unusedKeys } from "./unused-keys.ts";

/**
 * A checked file as the program uses it. Paths stay as written. `where` says for a key where it stands,
 * "configs/team.yaml:14:5".
 */
export function normalise(
  file: ConfigFile,
  raw: unknown,
  where: (path: Path) => string | undefined = () => undefined,
): Config {
  const { orchestrator, timeout_settings: timeouts } = file;
  const { interactive_mode: lead } = orchestrator;
  const agents = file.agents ?? (file.agent ? [file.agent] : []);
  const place = (index: number): Path => (file.agents ? ["agents", index, "backend"] : ["agent", "backend"]);
  return {
    agents: agents.flatMap(
      ({ id, system_message: systemMessage, backend, model_profile: models }, index): AgentConfig[] => {
        if (needsPython(backend)) return [];
        const own = backendConfig({ ...backend, model: models?.default ?? backend.model }, where(place(index)));
        const { planning, synthesis } = models ?? {};
        return [{ id: id ?? `agent${index + 1}`, systemMessage, backend: own, models: { planning, synthesis } }];
      },
    ),
    lead: lead.backend && backendConfig(lead.backend, where(["orchestrator", "interactive_mode", "backend"])),
    settings: settingsOf(orchestrator, timeouts),
    agentSystemPrompts: orchestrator.agent_system_prompts,
    requireApproval: lead.require_approval,
    maxParallelRuns: lead.max_parallel_runs,
    maxSessionCostUsd: lead.max_session_cost_usd,
    maxContextTokens: lead.max_context_tokens,
    idleTimeoutSeconds: timeouts.idle_timeout_seconds,
    contextPaths: orchestrator.context_paths.map((one) =>
      typeof one === "string"
        ? { path: one, permission: "read", protectedPaths: [] }
        : { path: one.path, permission: one.permission, protectedPaths: one.protected_paths },
    ),
    sandbox: { mode: file.sandbox === false ? "off" : file.sandbox, allowedHosts: file.sandbox_allowed_hosts },
    permissions: permissionsOf(file.permissions),
    ui: { displayType: file.ui.display_type, theme: file.ui.theme, notifications: file.ui.notifications },
    prompt: file.prompt,
    sessionId: file.session_id,
    raw: isMap(raw) ? (withoutSecrets(raw, []) as Record<string, unknown>) : {},
  };
}

function permissionsOf({ mode, allow, ask, deny }: ConfigFile["permissions"]): Config["permissions"] {
  const rules = (texts: readonly string[]) => texts.flatMap((text) => parseRule(text) ?? []);
  return { mode, allow: rules(allow), ask: rules(ask), deny: rules(deny) };
}

/**
 * The settings of one run: those of the configuration with `overrides` laid over, any keys of `orchestrator`.
 * With an error among the problems none of the overrides holds.
 */
export function runSettings(
  config: Pick<Config, "settings">,
  overrides: Readonly<Record<string, unknown>>,
): { readonly settings: RunSettings; readonly problems: readonly Problem[] } {
  const spec: KeySpec = childSpec(fileSpec, "orchestrator") ?? {};
  const root: Path = ["orchestrator"];
  const given = withoutEmpty(spec, overrides);
  const parsed = Orchestrator.safeParse(given);
  const problems = [
    ...(parsed.error ? schemaProblems(parsed.error.issues, given, spec, root) : []),
    ...unusedKeys(overrides, spec, root),
  ];
  if (!parsed.data || !isMap(given)) return { settings: config.settings, problems };
  const merged = {
    ...config.settings,
    ...pick(parsed.data, given, SETTINGS),
    ...pick(parsed.data.coordination, given["coordination"], COORDINATION),
    ...personasIn(parsed.data.coordination, given["coordination"]),
    budget: { ...config.settings.budget, ...pick(parsed.data.budget, given["budget"], BUDGET) },
  };
  return { settings: RunSettings.parse(merged), problems };
}

const SETTINGS = {
  refinement: "refinement",
  voting_sensitivity: "votingSensitivity",
  answer_novelty_requirement: "answerNovelty",
  max_new_answers_per_agent: "maxNewAnswersPerAgent",
  max_new_answers_global: "maxNewAnswersGlobal",
  max_restarts_per_agent: "maxRestartsPerAgent",
  restart_policy: "restartPolicy",
  blind_first_round: "blindFirstRound",
  skip_voting: "skipVoting",
  skip_final_presentation: "skipFinalPresentation",
  disable_injection: "disableInjection",
  defer_voting_until_all_answered: "deferVoting",
  settle_dominated: "settleDominated",
  max_tool_calls_per_execution: "maxToolCallsPerExecution",
} as const satisfies { readonly [Key in keyof Orchestrator]?: keyof RunSettings };

const COORDINATION = {
  max_orchestration_restarts: "maxOrchestrationRestarts",
  enable_planning_mode: "planningMode",
  planning_mode_instruction: "planningInstruction",
  plan_depth: "planDepth",
  broadcast: "broadcast",
  broadcast_timeout: "broadcastTimeout",
  max_broadcasts_per_agent: "maxBroadcastsPerAgent",
} as const;

const BUDGET = {
  max_cost_usd: "maxCostUsd",
  max_tokens: "maxTokens",
  max_model_calls: "maxModelCalls",
} as const satisfies { readonly [Key in keyof Orchestrator["budget"]]?: keyof RunSettings["budget"] };

function settingsOf(orchestrator: Orchestrator, timeouts: Timeouts): RunSettings {
  return RunSettings.parse({
    ...pick(orchestrator, orchestrator, SETTINGS),
    ...pick(orchestrator.coordination, orchestrator.coordination, COORDINATION),
    ...personasIn(orchestrator.coordination, orchestrator.coordination),
    budget: pick(orchestrator.budget, orchestrator.budget, BUDGET),
    timeouts: {
      agent: timeouts.agent_timeout_seconds,
      orchestrator: timeouts.orchestrator_timeout_seconds,
      presentation: timeouts.presentation_timeout_seconds,
      firstRound: timeouts.initial_round_timeout_seconds,
      laterRounds: timeouts.subsequent_round_timeout_seconds,
      roundGrace: timeouts.round_timeout_grace_seconds,
    },
  });
}

function personasIn({ persona_generator }: Orchestrator["coordination"], given: unknown): Partial<RunSettings> {
  if (!isMap(given) || !Object.hasOwn(given, "persona_generator")) return {};
  const { enabled, diversity_mode: mode, persona_guidelines: guidelines } = persona_generator;
  return { personas: enabled ? { mode, guidelines, persist: persona_generator.persist_across_turns } : null };
}

/** The values of `from` under their new names, as far as `given` names them. */
function pick(
  from: Readonly<Record<string, unknown>>,
  given: unknown,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  if (!isMap(given)) return {};
  return Object.fromEntries(
    Object.entries(names).flatMap(([key, name]) => (Object.hasOwn(given, key) ? [[name, from[key]]] : [])),
  );
}

function backendConfig(backend: Backend, where: string | undefined): BackendConfig {
  const type = backendType(backend) ?? "simulated";
  const azure = typeName(backend.type ?? "") === "azure_openai";
  const url = backend.base_url ?? backend.azure_endpoint;
  return {
    type,
    model: backend.model ?? findBackend(type)?.defaultModel ?? "",
    baseUrl: azure && url !== undefined ? azureUrl(url) : url,
    apiKey: backend.api_key,
    apiKeyEnv: backend.api_key_env ?? (azure && backend.api_key === undefined ? "AZURE_OPENAI_API_KEY" : undefined),
    options: Object.fromEntries(
      [...OPTION_KEYS, "seed" as const].flatMap((key) => (backend[key] === undefined ? [] : [[key, backend[key]]])),
    ),
    seed: backend.seed,
    scenario: backend.scenario,
    runCommand: backend.enable_mcp_command_line && unenforceable(backend) === undefined,
    ...(backend.command_line_execution_mode === "docker" && { docker: dockerSettings(backend) }),
    webFetch: backend.enable_web_fetch,
    images: backend.upload_files.flatMap(({ image_path: path }) => (path === undefined || isUrl(path) ? [] : [path])),
    where,
  };
}

/** The part of Azure's API that needs neither a deployment in the path nor a version. */
function azureUrl(url: string): string {
  return url.includes("/openai/v1") ? url : `${url.replace(/\/+$/, "")}/openai/v1`;
}

/** A secret that stands in the file itself is blotted out; the name of a variable may stay. */
function withoutSecrets(value: unknown, path: Path): unknown {
  if (Array.isArray(value)) return value.map((item: unknown, index) => withoutSecrets(item, [...path, index]));
  if (isMap(value)) {
    return Object.fromEntries(
      Object.entries(value).map(([key, below]) => [key, withoutSecrets(below, [...path, key])]),
    );
  }
  if (typeof value !== "string" || !isSecret(path) || /^\$\{[^}]+\}$/.test(value)) return value;
  return path.at(-1) === "api_key_env" ? value : "***";
}
