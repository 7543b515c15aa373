import { BACKENDS, type BackendType } from "../core/config/backends.ts";
import { diagnose } from "../core/config/diagnose.ts";
import { normalise } from "../core/config/normalise.ts";
import type { Config } from "../core/config/schema.ts";
import type { Keys } from "./keys.ts";

type LocalServer = { readonly type: string; readonly baseUrl: string; readonly models: readonly string[] };
type Seat = { readonly type: string; readonly model: string; readonly base_url?: string };

type DefaultTeam = {
  readonly config: Config;
  /** Lines for the user. */
  readonly notices: readonly string[];
  /** "ada gpt-5.5, bob claude-opus-5, cyd gpt-5.5", or "simulated ×3" when all are the same. */
  readonly label: string;
};

const NAMES = ["ada", "bob", "cyd"];

/** Providers in the order in which they are asked for; those that cannot do without a model's name are left out. */
const PROVIDERS: readonly BackendType[] = [
  "claude",
  "openai",
  "gemini",
  "grok",
  "openrouter",
  "zai",
  "moonshot",
  "qwen",
  "groq",
  "cerebras",
  "together",
  "fireworks",
  "nebius",
];

/** The team of someone who configured none: three agents over the keys at hand, else over a local server, else simulated. */
export function defaultTeam(found: {
  readonly keys: Keys;
  readonly localServers: readonly LocalServer[];
}): DefaultTeam {
  const providers = PROVIDERS.flatMap((type): readonly Seat[] => {
    const { keyEnv, defaultModel } = backendOf(type);
    const usable = keyEnv.some((variable) => found.keys.find(variable) !== undefined);
    return usable && defaultModel !== undefined ? [{ type, model: defaultModel }] : [];
  });
  if (providers.length > 0) return team(providers, []);
  const server = found.localServers.find(({ models }) => models.length > 0);
  if (server) {
    const seats = server.models.slice(0, 3).map((model) => ({ type: server.type, model, base_url: server.baseUrl }));
    return team(seats, [`No model key found, so the team uses ${server.type} at ${server.baseUrl}.`]);
  }
  return team(
    [{ type: "simulated", model: "simulated" }],
    [
      "No model key found, so the simulated team answers: good for looking around, not for real work.",
      "Set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or start Ollama or LM Studio.",
    ],
  );
}

/** Seats are taken in turn, so that two providers make a team of three as well. */
function team(seats: readonly Seat[], notices: readonly string[]): DefaultTeam {
  const raw = { agents: NAMES.map((id, index) => ({ id, backend: seats[index % seats.length] })) };
  const { file, problems } = diagnose(raw);
  if (!file) throw new Error(`The default team is broken: ${problems.map(({ message }) => message).join("; ")}`);
  const config = normalise(file, raw);
  const [first] = seats;
  const label =
    seats.length === 1
      ? `${first?.model} ×${NAMES.length}`
      : config.agents.map(({ id, backend }) => `${id} ${backend.model}`).join(", ");
  return { config, notices, label };
}

function backendOf(type: BackendType): { readonly keyEnv: readonly string[]; readonly defaultModel?: string } {
  return BACKENDS[type];
}
