import { expect, test } from "vitest";
import { defaultTeam } from "../../src/app/default-team.ts";
import { resolveModelSpec, type Keys } from "../../src/app/keys.ts";
import { BACKENDS, type BackendInfo } from "../../src/core/config/backends.ts";
import { RunSettings } from "../../src/core/run/settings.ts";

const keysOf = (...names: readonly string[]): Keys => ({
  find: (variable) => (names.includes(variable) ? "key" : undefined),
  whence: () => "",
  secrets: () => [],
});
const ollama = { type: "ollama", baseUrl: "http://localhost:11434/v1", models: ["a", "b", "c", "d"] };
const empty = { type: "lmstudio", baseUrl: "http://localhost:1234/v1", models: [] };

function seats(keys: Keys, localServers: readonly (typeof ollama | typeof empty)[] = []): readonly string[] {
  const { config } = defaultTeam({ keys, localServers });
  for (const agent of config.agents)
    expect(resolveModelSpec(agent, keys, config, { dryRun: false }).model).toBeTruthy();
  return config.agents.map(({ id, backend }) => `${id} ${backend.type} ${backend.model}`);
}

test("one provider plays all three agents", () => {
  expect(seats(keysOf("OPENAI_API_KEY"))).toEqual(["ada openai gpt-5.5", "bob openai gpt-5.5", "cyd openai gpt-5.5"]);
  expect(defaultTeam({ keys: keysOf("OPENAI_API_KEY"), localServers: [] })).toMatchObject({
    label: "gpt-5.5 ×3",
    notices: [],
  });
});

test("several providers take turns, the first three of them", () => {
  expect(seats(keysOf("OPENAI_API_KEY", "ANTHROPIC_API_KEY"))).toEqual([
    "ada claude claude-opus-5",
    "bob openai gpt-5.5",
    "cyd claude claude-opus-5",
  ]);
  const all = keysOf("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "XAI_API_KEY");
  expect(seats(all)).toEqual(["ada claude claude-opus-5", "bob openai gpt-5.5", "cyd gemini gemini-3-pro-preview"]);
  expect(defaultTeam({ keys: all, localServers: [ollama] }).label).toBe(
    "ada claude-opus-5, bob gpt-5.5, cyd gemini-3-pro-preview",
  );
});

const withDefault = Object.entries<BackendInfo>(BACKENDS).filter(
  ([, { keyEnv, defaultModel }]) => keyEnv.length > 0 && defaultModel !== undefined,
);

test.each(withDefault.flatMap(([type, { keyEnv }]) => keyEnv.map((name) => [name, type] as const)))(
  "%s alone makes a team of %s",
  (name, type) => {
    expect(seats(keysOf(name)).map((seat) => seat.split(" ")[1])).toEqual([type, type, type]);
  },
);

test("without a key, a local server that has models plays the team, and the user is told", () => {
  const found = { keys: keysOf(), localServers: [empty, ollama] };
  expect(seats(keysOf(), found.localServers)).toEqual(["ada ollama a", "bob ollama b", "cyd ollama c"]);
  expect(defaultTeam(found).notices).toEqual([
    "No model key found, so the team uses ollama at http://localhost:11434/v1.",
  ]);
  const one = { ...ollama, models: ["a"] };
  expect(seats(keysOf(), [one])).toEqual(["ada ollama a", "bob ollama a", "cyd ollama a"]);
});

test("without anything, the team is simulated and says so in the two lines of the first screen", () => {
  expect(seats(keysOf(), [empty])).toEqual([
    "ada simulated simulated",
    "bob simulated simulated",
    "cyd simulated simulated",
  ]);
  expect(defaultTeam({ keys: keysOf(), localServers: [] })).toMatchObject({
    label: "simulated ×3",
    notices: [
      "No model key found, so the simulated team answers: good for looking around, not for real work.",
      "Set OPENAI_API_KEY, ANTHROPIC_API_KEY or GEMINI_API_KEY, or start Ollama or LM Studio.",
    ],
    config: { settings: RunSettings.parse({}), requireApproval: true, lead: undefined, contextPaths: [] },
  });
});
