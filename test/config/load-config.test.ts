import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadConfig } from "../../src/app/load-config.ts";
import { runSettings } from "../../src/core/config/normalise.ts";
import { RunSettings } from "../../src/core/run/settings.ts";

let root = "";
beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), "massgen-config-")));
  await mkdir(join(root, "docs"));
  await mkdir(join(root, "home", ".config", "massgen", "agents"), { recursive: true });
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function load(text: string, env: Record<string, string> = {}, name = "team.yaml") {
  await writeFile(join(root, name), text);
  return loadConfig(name, { cwd: root, env: { HOME: join(root, "home"), ...env } });
}

const simulated = "agents:\n  - id: ada\n    backend: { type: simulated }\n";

describe("defaults", () => {
  test("a file with a team alone has the limits of a run without a file", async () => {
    const { config, problems } = await load(simulated);
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      settings: RunSettings.parse({}),
      lead: undefined,
      requireApproval: true,
      maxParallelRuns: 2,
      idleTimeoutSeconds: 120,
      contextPaths: [],
      ui: { displayType: "rich_terminal" },
    });
  });

  test("the limits are those that were agreed on", async () => {
    const { config } = await load(simulated);
    expect(config.settings).toMatchObject({
      maxNewAnswersPerAgent: 3,
      maxNewAnswersGlobal: null,
      maxRestartsPerAgent: 5,
      restartPolicy: "inject",
      maxToolCallsPerExecution: 100,
      budget: { maxCostUsd: null, maxTokens: null, maxModelCalls: 200 },
      timeouts: { agent: 600, orchestrator: 1800, presentation: 300 },
    });
  });

  test("an agent without an id is called by its number, and a single agent is a team of one", async () => {
    const two = await load("agents:\n  - backend: { type: simulated }\n  - backend: { model: claude-opus-5 }\n");
    expect(two.config.agents.map(({ id, backend }) => [id, backend.type, backend.model])).toEqual([
      ["agent1", "simulated", "simulated"],
      ["agent2", "claude", "claude-opus-5"],
    ]);
    const one = await load("agent:\n  id: solo\n  backend: { type: OpenAI }\n");
    expect(one.config.agents).toMatchObject([{ id: "solo", backend: { type: "openai", model: "gpt-5.5" } }]);
  });

  test.each([
    ["model: gpt-5-mini", "openai"],
    ["model: o4-mini", "openai"],
    ["model: claude-sonnet-4-5", "claude"],
    ["model: gemini-2.5-pro", "gemini"],
    ["model: grok-4", "grok"],
    ["model: glm-4.6", "zai"],
    ["model: kimi-k2", "moonshot"],
    ["model: qwen-max", "qwen"],
    ["model: any, base_url: https://llm.example.com/v1", "chatcompletion"],
  ])("the backend of { %s } is %s", async (backend, type) => {
    const { config } = await load(`agent: { backend: { ${backend} } }\n`);
    expect(config.agents[0]?.backend.type).toBe(type);
  });

  test("null stands for no limit, and for nothing given where there is none", async () => {
    const { config, problems } = await load(
      `${simulated}    system_message: null\nui:\norchestrator:\n  max_new_answers_per_agent: null\n  voting_sensitivity:\n  budget:\n    max_model_calls: null\n`,
    );
    expect(problems).toEqual([]);
    expect(config.settings.maxNewAnswersPerAgent).toBeNull();
    expect(config.settings.budget.maxModelCalls).toBeNull();
    expect(config.settings.votingSensitivity).toBe("lenient");
    expect(config.agents[0]?.systemMessage).toBeUndefined();
  });

  test("every key that steers a run arrives", async () => {
    const { config } = await load(`${simulated}orchestrator:
  refinement: false
  voting_sensitivity: strict
  answer_novelty_requirement: balanced
  max_new_answers_per_agent: 7
  max_new_answers_global: 9
  max_restarts_per_agent: 0
  restart_policy: abort
  blind_first_round: false
  skip_voting: true
  skip_final_presentation: true
  disable_injection: true
  defer_voting_until_all_answered: true
  max_tool_calls_per_execution: 11
  settle_dominated: false
  coordination:
    { enable_planning_mode: true, broadcast: human, broadcast_timeout: 9, max_broadcasts_per_agent: 2, max_orchestration_restarts: 3, planning_mode_instruction: Only plan., plan_depth: deep,
      persona_generator: { enabled: true, diversity_mode: implementation, persona_guidelines: Short., persist_across_turns: true } }
  budget: { max_cost_usd: 1.5, max_tokens: 1000, max_model_calls: 10 }
  interactive_mode: { require_approval: false, max_parallel_runs: 4, backend: { type: simulated, seed: 3 } }
timeout_settings:
  agent_timeout_seconds: 1
  idle_timeout_seconds: 2
  orchestrator_timeout_seconds: 3
  presentation_timeout_seconds: 4
  initial_round_timeout_seconds: 5
  subsequent_round_timeout_seconds: 6
  round_timeout_grace_seconds: 7
prompt: What now?
session_id: s1
`);
    expect(config.settings).toEqual({
      refinement: false,
      votingSensitivity: "strict",
      answerNovelty: "balanced",
      maxNewAnswersPerAgent: 7,
      maxNewAnswersGlobal: 9,
      maxRestartsPerAgent: 0,
      restartPolicy: "abort",
      blindFirstRound: false,
      skipVoting: true,
      skipFinalPresentation: true,
      disableInjection: true,
      deferVoting: true,
      planningMode: true,
      planningInstruction: "Only plan.",
      planDepth: "deep",
      personas: { mode: "implementation", guidelines: "Short.", persist: true },
      maxToolCallsPerExecution: 11,
      settleDominated: false,
      broadcast: "human",
      broadcastTimeout: 9,
      maxBroadcastsPerAgent: 2,
      maxOrchestrationRestarts: 3,
      budget: { maxCostUsd: 1.5, maxTokens: 1000, maxModelCalls: 10 },
      timeouts: { agent: 1, orchestrator: 3, presentation: 4, firstRound: 5, laterRounds: 6, roundGrace: 7 },
    });
    expect(config).toMatchObject({
      lead: { type: "simulated", seed: 3 },
      requireApproval: false,
      maxParallelRuns: 4,
      idleTimeoutSeconds: 2,
      prompt: "What now?",
      sessionId: "s1",
    });
  });
});

describe("variables and paths", () => {
  test("a variable is filled in at any depth, but not in keys and not in what logs keep", async () => {
    const { config, problems } = await load(
      `agents:
  - id: ada
    system_message: "You are in \${PLACE}. \${cwd:x}"
    backend:
      type: chatcompletion
      model: m
      base_url: "https://\${HOST}/v1"
      api_key: "\${MY_KEY}"
      extra_body: { deep: [{ er: "a\${PLACE}b" }] }
      mcp_servers: [{ env: { TOKEN: "\${NOT_SET}" } }]
`,
      { PLACE: "Ulm", HOST: "llm.example.com", MY_KEY: "secret" },
    );
    const [agent] = config.agents;
    expect(agent?.systemMessage).toBe("You are in Ulm. ${cwd:x}");
    expect(agent?.backend).toMatchObject({
      baseUrl: "https://llm.example.com/v1",
      apiKey: "${MY_KEY}",
      options: { extra_body: { deep: [{ er: "aUlmb" }] } },
      where: "team.yaml:4:5",
    });
    expect(JSON.stringify(config)).not.toContain("secret");
    expect(JSON.stringify(config.raw)).toContain("${PLACE}");
    expect(problems.filter(({ code }) => code === "unset-variable")).toMatchObject([
      { severity: "warning", line: 3, message: expect.stringContaining("${cwd:x}") as string },
    ]);
  });

  test("secrets that stand in the file do not reach the raw map for logs", async () => {
    const { config } = await load(
      "agent:\n  backend:\n    type: openai\n    api_key: sk-in-file\n    mcp_servers: [{ env: { A: token-in-file }, headers: { B: bearer-in-file }, command: npx }]\n",
    );
    expect(JSON.stringify(config.raw)).not.toMatch(/in-file/);
    expect(JSON.stringify(config.raw)).toContain("npx");
    expect(config.agents[0]?.backend.apiKey).toBe("sk-in-file");
  });

  test("context paths are relative to the working directory, scenarios to the file", async () => {
    await writeFile(
      join(root, "docs", "team.yaml"),
      `agents:\n  - id: ada\n    backend: { type: simulated, scenario: s.yaml }\norchestrator:\n  context_paths:\n    - docs\n    - { path: ., permission: write, protected_paths: [.git] }\n    - { path: "~/.config" }\n`,
    );
    const { config, file } = await loadConfig("docs/team.yaml", { cwd: root, env: { HOME: join(root, "home") } });
    expect(file).toBe(join(root, "docs", "team.yaml"));
    expect(config.agents[0]?.backend.scenario).toBe(join(root, "docs", "s.yaml"));
    expect(config.contextPaths).toEqual([
      { path: join(root, "docs"), permission: "read", protectedPaths: [] },
      { path: root, permission: "write", protectedPaths: [".git"] },
      { path: join(root, "home", ".config"), permission: "read", protectedPaths: [] },
    ]);
  });

  test("a key that is written twice through a merge, and a JSON file, are read", async () => {
    const merged = await load(
      "x-base: &base { type: simulated, seed: 1 }\nagents:\n  - backend: { <<: *base, seed: 2 }\n  - backend: { <<: *base }\n",
    );
    expect(merged.problems).toEqual([]);
    expect(merged.config.agents.map(({ backend }) => backend.seed)).toEqual([2, 1]);
    const json = await load('{\n\t"agents": [{"id": "a\\u00e4", "backend": {"type": "simulated"}}]\n}\n', {}, "t.json");
    expect(json.config.agents[0]?.id).toBe("aä");
  });

  test("the words of YAML 1.1 and its numbers mean what they mean to Python", async () => {
    const { config } = await load(
      "agent:\n  backend: { type: simulated, enable_mcp_command_line: yes, seed: 010 }\ntimeout_settings: { agent_timeout_seconds: 1:30 }\n",
    );
    expect(config.agents[0]?.backend).toMatchObject({ runCommand: true, seed: 8 });
    expect(config.settings.timeouts.agent).toBe(90);
    const names = await load(
      "agents:\n  - { id: e5, backend: { type: simulated } }\n  - { id: 2024-01-02, backend: { type: simulated } }\n",
    );
    expect(names.config.agents.map(({ id }) => id)).toEqual(["e5", "2024-01-02"]);
    expect(
      (await load("agent: { backend: { type: simulated, temperature: .5 } }\n")).config.agents[0]?.backend.options,
    ).toEqual({ temperature: 0.5 });
  });
});

describe("coordination overrides", () => {
  test("only what is named changes, and a budget keeps its other limits", async () => {
    const { config } = await load(`${simulated}orchestrator: { budget: { max_cost_usd: 2 }, skip_voting: true }\n`);
    const { settings, problems } = runSettings(config, {
      voting_sensitivity: "strict",
      max_new_answers_per_agent: null,
      budget: { max_tokens: 5000 },
      coordination: { enable_planning_mode: true },
    });
    expect(problems).toEqual([]);
    expect(settings).toEqual({
      ...config.settings,
      votingSensitivity: "strict",
      maxNewAnswersPerAgent: null,
      planningMode: true,
      budget: { maxCostUsd: 2, maxTokens: 5000, maxModelCalls: 200 },
    });
  });

  test("a wrong value changes nothing and says why; an unknown key is told with what was meant", async () => {
    const { config } = await load(simulated);
    const wrong = runSettings(config, { voting_sensitivity: "hard", max_restarts_per_agent: 1 });
    expect(wrong.settings).toEqual(config.settings);
    expect(wrong.problems).toMatchObject([
      {
        severity: "error",
        message: 'orchestrator.voting_sensitivity is "hard"',
        hint: "Expected one of lenient, balanced, strict.",
      },
    ]);
    const unknown = runSettings(config, { max_answers: 1, votting_sensitivity: "strict" });
    expect(unknown.settings).toEqual(config.settings);
    expect(unknown.problems.map(({ severity, hint }) => [severity, hint])).toEqual([
      ["warning", expect.any(String)],
      ["warning", 'Did you mean "voting_sensitivity"?'],
    ]);
  });
});
