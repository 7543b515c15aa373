import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../src/app/load-config.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "massgen-upstream-"));
  await mkdir(join(root, "docs"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

async function load(text: string) {
  await writeFile(join(root, "team.yaml"), text);
  const { config, problems } = await loadConfig("team.yaml", { cwd: root, env: { HOME: root } });
  const told = (severity: string): string[] =>
    problems.filter((one) => one.severity === severity).map(({ line, message }) => `${line}: ${message}`);
  return { config, warnings: told("warning"), notices: told("info"), problems };
}

const LATER = "is not supported yet; the run goes on without it";
const PYTHON = "needs Python and does nothing here";
const OWN_WORKSPACE =
  "is not needed (every agent gets a workspace of its own; name your directories in orchestrator.context_paths)";
const OWN_SNAPSHOTS = "is not needed (each run keeps its workspaces and snapshots in its own directory)";

test("a single agent with the display of every upstream file loads without a word of warning", async () => {
  const { config, warnings, notices } = await load(`# Single agent
agent:
  id: "gpt-5-nano"
  backend:
    type: "openai"
    model: "gpt-5-nano"
    enable_web_search: true
    text:
      verbosity: "medium"
    reasoning:
      effort: "medium"
      summary: "auto"
  system_message: |
    You are a helpful assistant.
ui:
  display_type: "rich_terminal"
  logging_enabled: true
`);
  expect(config.agents).toMatchObject([
    {
      id: "gpt-5-nano",
      systemMessage: "You are a helpful assistant.\n",
      backend: {
        type: "openai",
        model: "gpt-5-nano",
        options: {
          enable_web_search: true,
          text: { verbosity: "medium" },
          reasoning: { effort: "medium", summary: "auto" },
        },
      },
    },
  ]);
  expect(warnings).toEqual([]);
  expect(notices).toEqual(["17: ui.logging_enabled is not needed (every run is logged)"]);
});

test("workspaces, snapshots, voting and time-outs load; what is done otherwise here is told once for all agents", async () => {
  const { config, warnings, notices } = await load(`agents:
  - id: agent_a
    backend: { type: gemini, model: gemini-2.5-flash, cwd: workspace1 }
  - id: agent_b
    backend: { type: openai, model: gpt-4o, cwd: workspace2, temperature: 0.7, max_tokens: 4000 }
orchestrator:
  snapshot_storage: snapshots
  agent_temporary_workspace: temp_workspaces
  voting_sensitivity: balanced
  answer_novelty_requirement: lenient
  max_new_answers_per_agent: 5
  context_paths:
    - path: docs
      permission: read
timeout_settings:
  orchestrator_timeout_seconds: 1800
  initial_round_timeout_seconds: 600
  subsequent_round_timeout_seconds: 300
  round_timeout_grace_seconds: 120
`);
  expect(config.settings).toMatchObject({ votingSensitivity: "balanced", maxNewAnswersPerAgent: 5 });
  expect(config.agents[1]?.backend.options).toEqual({ temperature: 0.7, max_tokens: 4000 });
  expect(warnings).toEqual([]);
  expect(notices).toEqual([
    `3: agents[0].backend.cwd ${OWN_WORKSPACE} (also in 1 other place)`,
    `7: orchestrator.snapshot_storage ${OWN_SNAPSHOTS}`,
    `8: orchestrator.agent_temporary_workspace ${OWN_SNAPSHOTS}`,
  ]);
});

test("MCP servers, Python tools, broadcasts and subagents load with one warning each", async () => {
  const { config, warnings } = await load(`agents:
  - id: agent_a
    backend:
      type: claude
      mcp_servers:
        - name: weather
          type: stdio
          command: npx
          args: ["-y", "@fak111/weather-mcp"]
      custom_tools:
        - name: ["add"]
          category: math
          path: massgen/tool/_basic/_two_num_tool.py
          function: ["two_num_tool"]
      exclude_tools: [a]
  - id: agent_b
    backend:
      type: openai
      mcp_servers: { search: { type: streamable-http, url: "https://example.com/mcp" } }
orchestrator:
  dspy: { enabled: true }
  coordination:
    broadcast: agents
    broadcast_sensitivity: high
    persona_generator: { enabled: true, diversity_mode: perspective }
    enable_subagents: true
    subagent_orchestrator: { enabled: false }
    max_orchestration_restarts: 2
    enable_planning_mode: true
memory:
  enabled: true
  persistent_memory: { enabled: true, qdrant: { mode: local } }
`);
  expect(config.agents).toHaveLength(2);
  expect(config.settings).toMatchObject({ planningMode: true, personas: { mode: "perspective", guidelines: null } });
  expect(warnings).toEqual([
    `5: agents[0].backend.mcp_servers ${LATER} (also in 1 other place)`,
    `10: agents[0].backend.custom_tools ${PYTHON}`,
    `15: agents[0].backend.exclude_tools ${LATER}`,
    `21: orchestrator.dspy ${PYTHON}`,
    `24: orchestrator.coordination.broadcast_sensitivity ${LATER}`,
    `26: orchestrator.coordination.enable_subagents ${LATER}`,
    `30: memory ${PYTHON}`,
  ]);
});

test("a feature that is switched off is not worth a word", async () => {
  const { problems } = await load(`agent:
  backend: { type: claude, mcp_servers: [], custom_tools: [], enable_image_generation: false }
orchestrator:
  enable_multimodal_tools: false
  coordination: { broadcast: false, enable_subagents: false, persona_generator: { enabled: false } }
memory: { enabled: false }
`);
  expect(problems).toEqual([]);
});

test("an agent whose commands run in Docker is as its keys say", async () => {
  const docker = await load(`agent:
  backend:
    type: openai
    enable_mcp_command_line: true
    command_line_execution_mode: docker
    command_line_docker_enable_sudo: true
    command_line_docker_network_mode: bridge
    command_line_docker_cpu_limit: 4.0
    command_line_docker_memory_limit: 4g
    command_line_docker_credentials:
      env_vars: [GITHUB_TOKEN]
      mount: [git_config]
      additional_mounts: { ~/.aws: { bind: /root/.aws, mode: ro } }
`);
  expect(docker.warnings).toEqual([]);
  expect(docker.config.agents[0]?.backend).toMatchObject({
    runCommand: true,
    docker: {
      image: "ghcr.io/massgen/mcp-runtime-sudo:latest",
      network: "bridge",
      sudo: true,
      memory: "4g",
      cpus: 4,
      credentials: {
        variables: ["GITHUB_TOKEN"],
        mounts: ["git_config"],
        otherMounts: [{ from: "~/.aws", to: "/root/.aws", mode: "ro" }],
      },
    },
  });
});

test("commands that should run under rules are off rather than less protected", async () => {
  const rules = await load(
    "agent:\n  backend: { type: openai, enable_mcp_command_line: true, command_line_blocked_commands: ['rm .*'] }\n",
  );
  expect(rules.config.agents[0]?.backend.runCommand).toBe(false);
  const local = await load(
    "agent:\n  backend: { type: openai, enable_mcp_command_line: true, command_line_execution_mode: local }\n",
  );
  expect(local.config.agents[0]?.backend.runCommand).toBe(true);
  expect(local.warnings).toEqual([]);
});

test("another backend stands in for Claude Code and Azure, and an AG2 agent is left out of a team", async () => {
  const { config, warnings } = await load(`agents:
  - id: a
    backend: { type: claude_code, cwd: w, permission_mode: bypassPermissions }
  - id: b
    backend: { type: ag2, agent_config: { name: x } }
  - id: c
    backend: { type: azure_openai, model: my-deployment, base_url: "https://r.openai.azure.com/" }
  - id: d
    backend: { type: chatcompletion, model: gpt-oss-120b, base_url: "https://api.cerebras.ai/v1" }
`);
  expect(config.agents.map(({ id, backend }) => [id, backend.type, backend.model, backend.baseUrl])).toEqual([
    ["a", "claude", "claude-opus-5", undefined],
    ["c", "chatcompletion", "my-deployment", "https://r.openai.azure.com/openai/v1"],
    ["d", "chatcompletion", "gpt-oss-120b", "https://api.cerebras.ai/v1"],
  ]);
  expect(config.agents[1]?.backend.apiKeyEnv).toBe("AZURE_OPENAI_API_KEY");
  expect(warnings).toEqual([
    expect.stringContaining('3: agents[0].backend.type is "claude_code"; "claude" stands in for it'),
    '5: agents[1].backend.type is "ag2", which needs Python; the agent is left out',
    `5: agents[1].backend.agent_config ${PYTHON}`,
    expect.stringContaining('7: agents[2].backend.type is "azure_openai"; "chatcompletion" stands in for it'),
  ]);
});

/** File, place and text of the only warning, its hint. */
const DEAD: readonly (readonly [string, string, string])[] = [
  ["ui: { type: rich }", "4:7  ui.type is never read", "Did you mean ui.display_type?"],
  ["display: { type: rich }", "4:1  display is never read", "Did you mean ui (display_type)?"],
  ["timeout: { seconds: 3 }", "4:1  timeout is never read", "Did you mean timeout_settings?"],
  ["orchestrator: { timeout: { a: 1 } }", "4:17  orchestrator.timeout is never read", "Did you mean timeout_settings?"],
  ["task: do it", "4:1  task is never read", "Did you mean prompt?"],
  ["nlip: {}", "4:1  nlip is never read", "Remove it."],
  ["orchestrator: { session_storage: s }", "4:17  orchestrator.session_storage is never read", "Remove it."],
  [
    "orchestrator: { skills_directory: s }",
    "4:17  orchestrator.skills_directory is never read",
    "Did you mean orchestrator.coordination.skills_directory?",
  ],
  [
    "    append_system_prompt: x",
    "4:5  agents[0].append_system_prompt is never read",
    "Did you mean agents[].system_message?",
  ],
  [
    "orchestator: {}",
    "4:1  orchestator is not a key that massgen knows; it is ignored",
    'Did you mean "orchestrator"?',
  ],
  ["voting_sensitivity: strict", "4:1  voting_sensitivity is not", "It belongs at orchestrator.voting_sensitivity."],
  ["    temperature: 1", "4:5  agents[0].temperature is not", "It belongs at agents[].backend.temperature."],
  ["    modell: x", "4:5  agents[0].modell is not", "Keys here: id, system_message, backend,"],
  [
    "orchestrator: { voting_sensitivty: strict }",
    "4:17  orchestrator.voting_sensitivty is not",
    'Did you mean "voting_sensitivity"?',
  ],
  [
    "timeout_settings: { agent_timeout: 3 }",
    "4:21  timeout_settings.agent_timeout is not",
    'Did you mean "agent_timeout_seconds"?',
  ],
  ["ui: { completely_else: 1 }", "4:7  ui.completely_else is not", "Keys here: display_type"],
  ["zzz: 1", "4:1  zzz is not", "configs/README.md lists all keys."],
];

test.each(DEAD)("%s is a warning that says where it should be", async (line, text, hint) => {
  const { problems } = await load(`agents:\n  - id: ada\n    backend: { type: simulated }\n${line}\n`);
  expect(problems).toHaveLength(1);
  const [problem] = problems;
  expect(problem?.severity).toBe("warning");
  expect(`${problem?.line}:${problem?.column}  ${problem?.message}`).toContain(text);
  expect(problem?.hint).toContain(hint);
});

test.each([
  ["type: lmstudio, model: m, enable_web_search: true", 'enable_web_search does nothing with "lmstudio"'],
  ["type: openai, enable_code_execution: true", 'enable_code_execution does nothing with "openai"'],
  ["type: openai, latency_ms: 3", 'latency_ms does nothing with "openai"'],
  ["type: claude, scenario: s.yaml", 'scenario does nothing with "claude"'],
])("{ %s } is told to have no effect", async (backend, message) => {
  const { warnings } = await load(`agent: { backend: { ${backend} } }\n`);
  expect(warnings).toEqual([expect.stringContaining(message)]);
});
