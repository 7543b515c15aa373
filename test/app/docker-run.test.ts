import { writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, expect, onTestFinished, test } from "vitest";
import { startTask } from "../../src/app/run-task.ts";
import { toFault } from "../../src/core/fault.ts";
import { fakeDocker } from "../helpers/fake-docker.ts";
import { startModelServer } from "../helpers/model-server.ts";
import { directory } from "./real-chat.ts";

const path = process.env["PATH"];
afterEach(() => {
  process.env["PATH"] = path;
});

test.skipIf(process.platform === "win32")("a run has its commands in a container and leaves none behind", async () => {
  const server = await startModelServer(({ messages, tools }) => {
    if (messages.some(({ text }) => text.includes("made 42"))) {
      return tools.includes("new_answer")
        ? { calls: [{ name: "new_answer", input: { content: "done" } }] }
        : { text: "done" };
    }
    return {
      calls: [{ name: "run_command", input: { command: "echo made $((20 + 22))" } }],
    };
  });
  onTestFinished(() => server.close());
  const cwd = await directory();
  const backend = `{type: chatcompletion, model: m, base_url: "${server.baseUrl("chatcompletion")}", api_key: k, enable_mcp_command_line: true, command_line_execution_mode: docker, command_line_docker_image: "node:22"}`;
  await writeFile(join(cwd, "team.yaml"), `agents:\n  - {id: ada, backend: ${backend}}\n`);
  const options = {
    cwd,
    env: { HOME: join(cwd, "..", "home") },
    configRef: join(cwd, "team.yaml"),
    dryRun: false,
    question: "Run it.",
  };
  process.env["PATH"] = cwd;
  const fault = await startTask(options).catch(toFault);
  expect(fault).toMatchObject({ code: "config", message: expect.stringContaining("docker is not installed") });
  expect(server.requests).toEqual([]);

  const docker = await fakeDocker(join(cwd, ".."));
  process.env["PATH"] = `${docker.bin}${delimiter}${path}`;
  const task = await startTask(options);
  expect(await task.done).toMatchObject({ exitCode: 0, answer: "done" });
  const calls = await docker.calls();
  const container = /--name=(\S+)/.exec(calls.find(([what]) => what === "run")?.join(" ") ?? "")?.[1];
  expect(calls.filter(([what]) => what === "run")).toHaveLength(1);
  expect(calls.at(-1)).toEqual(["rm", "--force", container]);
});

test.skipIf(process.platform === "win32")(
  "what a container was given in confidence is in nothing that it prints",
  async () => {
    const server = await startModelServer(({ messages, tools }) => {
      if (messages.some(({ text }) => text.includes("exit code 0")))
        return tools.includes("new_answer")
          ? { calls: [{ name: "new_answer", input: { content: "done" } }] }
          : { text: "done" };
      // In pieces, so that the value is in what the command prints alone.
      const command = "printf 'of the file: %s%s\\n' Zeta-77 -hunter; printf 'of us: %s%s\\n' omega-42 -canary";
      return { calls: [{ name: "run_command", input: { command } }] };
    });
    onTestFinished(() => server.close());
    const cwd = await directory();
    const backend = `{type: chatcompletion, model: m, base_url: "${server.baseUrl("chatcompletion")}", api_key: k, enable_mcp_command_line: true, command_line_execution_mode: docker, command_line_docker_image: "node:22", command_line_docker_credentials: {env_file: given.env, env_vars: [MASSGEN_TEST_GIVEN]}}`;
    await writeFile(join(cwd, "team.yaml"), `agents:\n  - {id: ada, backend: ${backend}}\n`);
    await writeFile(join(cwd, "given.env"), "DEPLOY=Zeta-77-hunter\nSTAGE=production\n");
    const docker = await fakeDocker(join(cwd, ".."));
    process.env["PATH"] = `${docker.bin}${delimiter}${path}`;
    process.env["MASSGEN_TEST_GIVEN"] = "omega-42-canary";
    onTestFinished(() => void delete process.env["MASSGEN_TEST_GIVEN"]);
    const task = await startTask({
      cwd,
      env: { HOME: join(cwd, "..", "home") },
      configRef: join(cwd, "team.yaml"),
      dryRun: false,
      question: "Run it in production.",
    });
    expect(await task.done).toMatchObject({ exitCode: 0 });
    const sent = JSON.stringify(server.requests.map(({ body }) => body));
    expect(sent).toContain("of the file: [secret removed]");
    expect(sent).toContain("of us: [secret removed]");
    expect(sent).toContain("in production");
    expect(sent).not.toMatch(/Zeta-77-hunter|omega-42-canary/);
  },
);
