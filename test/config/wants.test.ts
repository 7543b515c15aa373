import { expect, test } from "vitest";
import { parse } from "yaml";
import { configWants } from "../../src/core/config/wants.ts";

const docker = (lines: string): readonly string[] =>
  configWants(
    parse(`agents:
  - id: ada
    backend:
      type: openai
      enable_mcp_command_line: true
      command_line_execution_mode: docker
${lines}`),
  );

test.each([
  ["      command_line_docker_image: evil/miner", "runs their commands in the image evil/miner"],
  ["      command_line_docker_enable_sudo: true", "lets their commands be root in the container"],
  ["      command_line_docker_network_mode: host", "lets their commands use the network (host)"],
  [
    "      command_line_docker_credentials: {pass_all_env: true}",
    "gives their commands all variables of your environment, keys among them",
  ],
  [
    "      command_line_docker_credentials: {env_vars: [GITHUB_TOKEN, AWS_SECRET]}",
    "gives their commands the variables GITHUB_TOKEN, AWS_SECRET",
  ],
  [
    "      command_line_docker_credentials: {env_file: ~/.config/massgen/.env}",
    "gives their commands what is in the file ~/.config/massgen/.env",
  ],
  [
    "      command_line_docker_credentials: {mount: [ssh_keys, npm_config]}",
    "shows their commands your ssh_keys, npm_config",
  ],
  ["      command_line_docker_credentials: {additional_mounts: {/home: {bind: /h}}}", "shows their commands /home"],
  [
    "      command_line_docker_credentials: {additional_mounts: {/: {bind: /h, mode: rw}}}",
    "lets their commands change /",
  ],
])("a folder that wants %s has it listed before it is trusted", (line, wanted) => {
  expect(docker(line)).toContain(wanted);
});

test("a container that is given nothing is one line", () => {
  expect(docker("")).toEqual(["decides who answers: ada (openai)", "lets agents run commands in Docker"]);
});

test("what would loosen commands is listed where no agent runs any, since the lead does", () => {
  const wants = (lines: string): readonly string[] => configWants(parse(lines));
  expect(wants("sandbox: off\nsandbox_allowed_hosts: [evil.example]")).toEqual([
    "lets the lead run commands, without the sandbox: they may do whatever you may",
    "lets their commands talk to evil.example",
  ]);
  expect(wants("sandbox: require")).toEqual([]);
  expect(wants("permissions: {allow: [run_command]}")).toEqual(['permissions: {"allow":["run_command"]}']);
});
