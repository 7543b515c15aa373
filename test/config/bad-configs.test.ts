import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadConfig } from "../../src/app/load-config.ts";
import { toFault, type Fault } from "../../src/core/fault.ts";

let directory = "";
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "massgen-bad-config-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

async function faultOf(text: string | Uint8Array, name = "team.yaml", strict = false): Promise<Fault> {
  await writeFile(join(directory, name), text);
  try {
    await loadConfig(name, { cwd: directory, env: { HOME: directory }, strict });
  } catch (error) {
    return toFault(error);
  }
  throw new Error(`It loaded:\n${String(text)}`);
}

const agent = (lines: string): string => `agents:\n  - id: ada\n    backend:\n      type: openai\n${lines}`;
const simulated = "agents:\n  - id: ada\n    backend: { type: simulated }\n";

/** Name, file, what the message begins with (after "team.yaml:"), what the hint says. */
// prettier-ignore
const ERRORS: readonly (readonly [string, string, string, string])[] = [
  ["nothing", "", "The configuration is empty", "Begin with agents:"],
  ["a list", "- a\n- b\n", "The configuration is a list, expected a map", "Begin with agents:"],
  ["a text", "hello\n", 'The configuration is "hello"', "Begin with agents:"],
  ["broken syntax", "agents: [\n", "2:1  Flow sequence", "indentation, quotes and brackets"],
  ["a tab as indentation", "agents:\n\t- id: a\n", "2:1  ", "indentation"],
  ["two documents", `${simulated}---\na: 1\n`, "4:1  Source contains multiple documents", "indentation"],
  ["the old format", "models: [a]\nnum_agents: 3\n", "1:9  This is the old format of MassGen (it has models, num_agents)", "agents: ["],
  ["no agents", "ui:\n  theme: dark\n", "1:1  There is no agents list", "Add agents:"],
  ["an empty list of agents", "agents: []\n", "1:9  agents is empty", "Add agents:"],
  ["agents left empty", "agents:\nui: {}\n", "1:1  There is no agents list", "Add agents:"],
  ["agents as a map", "agents:\n  ada: {}\n", "2:3  agents is a map", "Write each agent as an item"],
  ["both agents and agent", `${simulated}agent:\n  backend: { type: simulated }\n`, "5:3  There are both agents and agent", "Keep agents"],
  ["an agent that is a text", "agents:\n  - ada\n", '2:5  agents[0] is "ada"', "Expected a map"],
  ["agent as a list", "agent: [a]\n", "1:8  agent is a list", "Expected a map"],
  ["no backend", "agents:\n  - id: ada\n", "2:5  agents[0] has no backend", "Write backend:"],
  ["a backend that is a text", "agents:\n  - id: ada\n    backend: openai\n", '3:14  agents[0].backend is "openai"', "Write backend:"],
  ["a backend left empty", "agents:\n  - id: ada\n    backend:\n", "2:5  agents[0] has no backend", "Write backend:"],
  ["an id that is a number", "agents:\n  - id: 7\n    backend: { type: simulated }\n", "2:9  agents[0].id is 7", 'put it in quotes, "7"'],
  ["an empty id", 'agents:\n  - id: ""\n    backend: { type: simulated }\n', '2:9  agents[0].id is "": an id must not be empty', "Use letters"],
  ["an id with a blank", "agents:\n  - id: a b\n    backend: { type: simulated }\n", '2:9  agents[0].id is "a b": an id must not contain blanks', "Use letters"],
  ["an id that is a path", "agents:\n  - id: a/b\n    backend: { type: simulated }\n", '2:9  agents[0].id is "a/b": an id must not contain blanks or signs', "Use letters"],
  ["an id that is a folder of the logs", "agents:\n  - id: final\n    backend: { type: simulated }\n", '2:9  agents[0].id is "final": this id is reserved', "Use letters"],
  ["an id that climbs", "agents:\n  - id: ..\n    backend: { type: simulated }\n", '2:9  agents[0].id is "..": an id must not contain ".."', "Use letters"],
  ["an id that every object has", "agents:\n  - id: constructor\n    backend: { type: simulated }\n", '2:9  agents[0].id is "constructor": this id is reserved', "Use letters"],
  ["__proto__ as an id", "agents:\n  - id: __proto__\n    backend: { type: simulated }\n", '2:9  agents[0].id is "__proto__": this id is reserved', "Use letters"],
  ["a very long id", `agents:\n  - id: ${"a".repeat(65)}\n    backend: { type: simulated }\n`, "2:9  agents[0].id is", "Use letters"],
  ["the same id twice", `${simulated}  - id: ada\n    backend: { type: simulated }\n`, '4:9  agents[1].id is "ada", as agents[0].id is', "its own id"],
  ["ids that differ in case only", `${simulated}  - id: Ada\n    backend: { type: simulated }\n`, '4:9  agents[1].id is "Ada", as agents[0].id is', "its own id"],
  ["an id that another one gets by default", "agents:\n  - id: agent2\n    backend: { type: simulated }\n  - backend: { type: simulated }\n", '4:5  agents[1].id is "agent2", as', "its own id"],
  ["role text for nobody", `${simulated}orchestrator:\n  agent_system_prompts: { adda: Be brief. }\n`, "5:33  orchestrator.agent_system_prompts.adda is for no agent of the team", 'Did you mean "ada"?'],
  ["a rule that is empty", `${simulated}permissions: { deny: [""] }\n`, '4:23  permissions.deny[0] is "": it is empty', "A rule is a tool"],
  ["a rule that is a command", `${simulated}permissions: { allow: [npm test] }\n`, '4:24  permissions.allow[0] is "npm test": it names no tool', '"run_command(npm test)"'],
  ["a rule that is not closed", `${simulated}permissions: { deny: ["read(secrets/"] }\n`, '4:23  permissions.deny[0] is "read(secrets/": its bracket is not closed', 'Write "read(secrets/)".'],
  ["a rule with empty brackets", `${simulated}permissions: { deny: ["run_command()"] }\n`, '4:23  permissions.deny[0] is "run_command()": there is nothing in its brackets', 'Write "run_command" for all'],
  ["a rule with a blank before its bracket", `${simulated}permissions: { ask: ["write (a)"] }\n`, '4:22  permissions.ask[0] is "write (a)": a blank stands before', 'Write "write(a)".'],
  ["a rule for a misspelt tool", `${simulated}permissions: { deny: ["run_comand(git push)"] }\n`, '4:23  permissions.deny[0] is "run_comand(git push)": there is no tool "run_comand"', 'Did you mean "run_command(git push)"?'],
  ["a rule of another program", `${simulated}permissions: { deny: ["Bash(git push:*)"] }\n`, '4:23  permissions.deny[0] is "Bash(git push:*)": there is no tool "Bash"', 'Did you mean "run_command(git push)"?'],
  ["a rule for several commands", `${simulated}permissions: { deny: ["run_command(git add && git push)"] }\n`, "4:23  permissions.deny[0] is", '"run_command(git add)", "run_command(git push)"'],
  ["a rule with what only a shell understands", `${simulated}permissions: { deny: ["run_command(echo $HOME)"] }\n`, "4:23  permissions.deny[0] is", "Leave quotes, variables and redirections out"],
  ["a rule for a path that leaves", `${simulated}permissions: { deny: ["read(~/.ssh)"] }\n`, '4:23  permissions.deny[0] is "read(~/.ssh)": paths are patterns as in .gitignore', '"read(.ssh)"'],
  ["brackets where nothing can be in them", `${simulated}permissions: { ask: ["git_status(a)"] }\n`, '4:22  permissions.ask[0] is "git_status(a)": git_status takes nothing', 'Write "git_status".'],
  ["a rule for a host that is none", `${simulated}permissions: { allow: ["web_fetch(all of them)"] }\n`, '4:24  permissions.allow[0] is "web_fetch(all of them)": what stands in the brackets is no host', '"web_fetch(docs.example.org)"'],
  ["a rule that is a number", `${simulated}permissions: { ask: [7] }\n`, "4:22  permissions.ask[0] is 7", 'put it in quotes, "7"'],
  ["a misspelt mode", `${simulated}permissions: { mode: aks }\n`, '4:22  permissions.mode is "aks"', 'Did you mean "ask"?'],
  ["a misspelt backend", agent("      type2: a\n").replace("openai", "opnai"), '4:13  agents[0].backend.type is "opnai"', 'Did you mean "openai"?'],
  ["another name of a backend", "agents:\n  - backend: { type: anthropic }\n", '2:22  agents[0].backend.type is "anthropic"', 'Did you mean "claude"?'],
  ["google", "agents:\n  - backend: { type: google }\n", '2:22  agents[0].backend.type is "google"', 'Did you mean "gemini"?'],
  ["a backend that nobody knows", "agents:\n  - backend: { type: zzzzzz }\n", '2:22  agents[0].backend.type is "zzzzzz"', "Use one of: openai, claude"],
  ["a type that is a number", "agents:\n  - backend: { type: 3 }\n", "2:22  agents[0].backend.type is 3", "put it in quotes"],
  ["neither type nor model", "agents:\n  - backend: {}\n", "2:14  agents[0].backend has no type", "Add one of: openai"],
  ["a model that tells no type", "agents:\n  - backend: { model: foo }\n", '2:14  agents[0].backend has no type, and its model "foo" does not tell it', "Add one of"],
  ["no model where there is no default", "agents:\n  - backend: { type: ollama }\n", "2:14  agents[0].backend has no model", '"ollama" has no default'],
  ["a model that is empty", 'agents:\n  - backend: { type: openai, model: "" }\n', '2:37  agents[0].backend.model is ""', "Fill it in"],
  ["a model that is a number", agent("      model: 5\n"), "5:14  agents[0].backend.model is 5", "put it in quotes"],
  ["an address without a scheme", agent("      base_url: api.example.com\n"), '5:17  agents[0].backend.base_url is "api.example.com"', "whole address"],
  ["an address of a file", agent("      base_url: file:///etc/passwd\n"), '5:17  agents[0].backend.base_url is "file:///etc/passwd"', "whole address"],
  ["a password in an address", agent("      base_url: https://a:b@c.example/v1\n"), "5:17  agents[0].backend.base_url has a user name or password", "api_key_env"],
  ["azure without an address", "agents:\n  - backend: { type: azure_openai, model: m }\n", "2:14  agents[0].backend has no base_url", "openai.azure.com"],
  ["only Python backends", "agents:\n  - backend: { type: ag2 }\n", "2:3  No agent is left: every backend needs Python", "another backend"],
  ["a key in api_key_env", agent("      api_key_env: sk-live-123\n"), "5:20  agents[0].backend.api_key_env is something else (not shown)", "not what is in it"],
  ["an api_key that is a number", agent("      api_key: 12345\n"), "5:16  agents[0].backend.api_key is something else (not shown)", "Expected a text"],
  ["a temperature out of range", agent("      temperature: 9\n"), "5:20  agents[0].backend.temperature is 9", "a number from 0 to 2"],
  ["a temperature in words", agent("      temperature: warm\n"), '5:20  agents[0].backend.temperature is "warm"', "a number from 0 to 2"],
  ["half a token", agent("      max_tokens: 1.5\n"), "5:19  agents[0].backend.max_tokens is 1.5", "a whole number, 1 or more"],
  ["reasoning as a text", agent("      reasoning: high\n"), '5:18  agents[0].backend.reasoning is "high"', "a map"],
  ["a misspelt effort", agent("      reasoning: { effort: hihg }\n"), '5:28  agents[0].backend.reasoning.effort is "hihg"', 'Did you mean "high"?'],
  ["yes in quotes", agent('      enable_web_search: "yes"\n'), '5:26  agents[0].backend.enable_web_search is "yes"', "true or false"],
  ["a bad execution mode", agent("      command_line_execution_mode: dokcer\n"), '5:36  agents[0].backend.command_line_execution_mode is "dokcer"', 'Did you mean "docker"?'],
  ["hosts for commands in Docker", `${agent("      enable_mcp_command_line: true\n      command_line_execution_mode: docker\n")}sandbox_allowed_hosts: [pypi.org]\n`, "6:36  agents[0].backend.command_line_execution_mode: commands in Docker cannot be held to sandbox_allowed_hosts; they would have no network there", "command_line_docker_network_mode: none"],
  ["hosts for commands in Docker with a network", `${agent("      enable_mcp_command_line: true\n      command_line_execution_mode: docker\n      command_line_docker_network_mode: bridge\n")}sandbox_allowed_hosts: [pypi.org]\n`, '7:41  agents[0].backend.command_line_docker_network_mode: commands in Docker cannot be held to sandbox_allowed_hosts; they would have all of the network there ("bridge")', "command_line_execution_mode: local"],
  ["system_message as a list", `${simulated}    system_message: [x]\n`, "4:21  agents[0].system_message is a list", "a text"],
  ["orchestrator as a list", `${simulated}orchestrator: [a]\n`, "4:15  orchestrator is a list", "a map"],
  ["a bad voting_sensitivity", `${simulated}orchestrator:\n  voting_sensitivity: strickt\n`, '5:23  orchestrator.voting_sensitivity is "strickt"', 'Did you mean "strict"?'],
  ["lots of answers", `${simulated}orchestrator:\n  max_new_answers_per_agent: lots\n`, '5:30  orchestrator.max_new_answers_per_agent is "lots"', "a whole number, 1 or more or null"],
  ["less than no answers", `${simulated}orchestrator:\n  max_new_answers_per_agent: -3\n`, "5:30  orchestrator.max_new_answers_per_agent is -3", "1 or more"],
  ["a budget of nothing", `${simulated}orchestrator:\n  budget: { max_cost_usd: 0 }\n`, "5:27  orchestrator.budget.max_cost_usd is 0", "a number above 0"],
  ["a bad restart_policy", `${simulated}orchestrator:\n  restart_policy: kill\n`, '5:19  orchestrator.restart_policy is "kill"', "one of inject, abort"],
  ["a broadcast to everybody", `${simulated}orchestrator:\n  coordination: { broadcast: true }\n`, "5:30  orchestrator.coordination.broadcast is true", "Expected false or one of agents, human"],
  ["a bad permission", `${simulated}orchestrator:\n  context_paths: [{ path: ., permission: rw }]\n`, '5:42  orchestrator.context_paths[0].permission is "rw"', "one of read, write"],
  ["a context path without path", `${simulated}orchestrator:\n  context_paths: [{ permission: read }]\n`, "5:19  orchestrator.context_paths[0] has no path", "a text"],
  ["context_paths as a map", `${simulated}orchestrator:\n  context_paths: {}\n`, "5:18  orchestrator.context_paths is a map", "a list"],
  ["a context path that is not there", `${simulated}orchestrator:\n  context_paths:\n    - path: nowhere\n`, "6:13  orchestrator.context_paths[0].path: there is no ", "relative to the directory"],
  ["a Python lead", `${simulated}orchestrator:\n  interactive_mode: { backend: { type: ag2 } }\n`, "5:40  orchestrator.interactive_mode.backend.type needs Python", "another backend"],
  ["a misspelt lead", `${simulated}orchestrator:\n  interactive_mode: { backend: { type: cluade } }\n`, '5:40  orchestrator.interactive_mode.backend.type is "cluade"', 'Did you mean "claude"?'],
  ["no parallel runs", `${simulated}orchestrator:\n  interactive_mode: { max_parallel_runs: 0 }\n`, "5:42  orchestrator.interactive_mode.max_parallel_runs is 0", "1 or more"],
  ["a time-out before now", `${simulated}timeout_settings:\n  orchestrator_timeout_seconds: -1\n`, "5:33  timeout_settings.orchestrator_timeout_seconds is -1", "a number above 0"],
  ["timeout_settings as a text", `${simulated}timeout_settings: x\n`, '4:19  timeout_settings is "x"', "a map"],
  ["a bad display", `${simulated}ui: { display_type: fancy }\n`, '4:21  ui.display_type is "fancy"', "rich_terminal"],
  ["the same key twice", `${simulated}ui: { theme: a }\nui: { theme: b }\n`, '5:1  "ui" stands here a second time', "The first is in line 4"],
  ["the same key twice, deep down", agent("      type: claude\n"), '5:7  "type" stands here a second time', "The first is in line 4"],
];

test.each(ERRORS)("%s is an error with its place and a hint", async (_, text, message, hint) => {
  const fault = await faultOf(text);
  expect(fault.code).toBe("config");
  expect(`${fault.message}\n${fault.hint ?? ""}`).toContain(message);
  expect(`${fault.message}\n${fault.hint ?? ""}`).toContain(hint);
  expect(fault.message).toMatch(/^team\.yaml(:\d+:\d+)? {2}/);
  expect(fault.hint).toBeTruthy();
});

test("the table above shows no secret", async () => {
  for (const [, text] of ERRORS) {
    const { message, hint } = await faultOf(text);
    expect(`${message} ${hint}`).not.toMatch(/sk-live|12345|a:b@/);
  }
});

test("all errors are told at once, in the order of the file, each with its own hint", async () => {
  const fault = await faultOf(
    "agents:\n  - id: a b\n    backend: { type: opnai }\n  - id: c\n    backend: { type: openai, temperature: 9 }\norchestrator:\n  voting_sensitivity: high\n",
  );
  expect(fault.message.split("\n")).toEqual([
    'team.yaml:2:9  agents[0].id is "a b": an id must not contain blanks or signs',
    "  Use letters, digits, _, - and . such as ada or gemini2.5-flash.",
    'team.yaml:3:22  agents[0].backend.type is "opnai"',
    '  Did you mean "openai"?',
    "team.yaml:5:43  agents[1].backend.temperature is 9",
    "  Expected a number from 0 to 2.",
    'team.yaml:7:23  orchestrator.voting_sensitivity is "high"',
    "  Expected one of lenient, balanced, strict.",
  ]);
  expect(fault.hint).toBe("4 things to mend in team.yaml.");
});

test("with strict, a warning is an error", async () => {
  const text = agent("      enable_websearch: true\n");
  await writeFile(join(directory, "team.yaml"), text);
  const { problems } = await loadConfig("team.yaml", { cwd: directory, env: {} });
  expect(problems).toMatchObject([{ severity: "warning", code: "unknown-key", line: 5, column: 7 }]);
  const fault = await faultOf(text, "team.yaml", true);
  expect(fault).toEqual({
    code: "config",
    message: "team.yaml:5:7  agents[0].backend.enable_websearch is not a key that massgen knows; it is ignored",
    hint: 'Did you mean "enable_web_search"?',
  });
});

/** Reads that must end with a typed error, at once, and leave no trace in the process. */
const HOSTILE: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
  [
    "an alias bomb",
    `a: &a [x,x,x,x,x,x,x,x,x]\n${Array.from("bcdefghij")
      .map((key, at) => `${key}: &${key} [${Array(9).fill(`*${"abcdefghi"[at]}`).join(",")}]`)
      .join("\n")}\nagents: *j\n`,
    /Excessive alias count/,
  ],
  ["an alias inside what it names", `${simulated}ui: &ui\n  theme: *ui\n`, /alias stands inside|Unresolved alias/],
  ["100,000 open brackets", "[".repeat(100_000), /nested too deeply/],
  ["50,000 closed brackets", "[".repeat(50_000) + "]".repeat(50_000), /nested too deeply/],
  [
    "blocks 600 deep",
    Array.from({ length: 600 }, (_, depth) => `${" ".repeat(depth)}a:`).join("\n"),
    /nested too deeply/,
  ],
  ["lists 10,000 deep in one line", `${"- ".repeat(10_000)}x`, /nested too deeply/],
  ["5 MB of text", `a: ${"x".repeat(5_000_000)}`, /too large/],
  ["300 KB of keys", Array.from({ length: 30_000 }, (_, at) => `key${at}: 1`).join("\n"), /more than 256 KB/],
  ["bytes that are no text", new Uint8Array([0x61, 0xff, 0xfe, 0x00]), /not UTF-8/],
  ["a NUL character", "a: \0", /NUL/],
  ["a JavaScript function as a tag", "agents: !!js/function 'function () { process.exit() }'\n", /agents is/],
  [
    "keys of Object.prototype",
    "__proto__:\n  polluted: true\nconstructor:\n  prototype: { polluted: true }\n",
    /no agents/,
  ],
  ["a merge key that names __proto__", "x-a: &a { __proto__: { polluted: true } }\nui:\n  <<: *a\n", /no agents/],
];

test.each(HOSTILE)("%s ends quickly with an error", async (_, text, message) => {
  const fault = await faultOf(text);
  expect(fault.code).toBe("config");
  expect(fault.message).toMatch(message);
  expect(fault.message.length).toBeLessThan(20_000);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("20,000 unknown keys are told in a few lines", async () => {
  const text = simulated + Array.from({ length: 20_000 }, (_, at) => `k${at}: 1`).join("\n");
  await writeFile(join(directory, "team.yaml"), text);
  const { problems } = await loadConfig("team.yaml", { cwd: directory, env: {} });
  expect(problems.length).toBe(41);
  expect(problems.at(-1)?.message).toBe("19960 more unknown keys from here on");
});

test("control characters of a file cannot reach the terminal through a message", async () => {
  const fault = await faultOf('agents:\n  - id: "a\\e[31m\\u202Eb"\n    backend: { type: simulated }\n');
  // eslint-disable-next-line no-control-regex -- these are what must not be there
  expect(fault.message).not.toMatch(/[\u001b\u202e]/);
});
