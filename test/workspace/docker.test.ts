import { readdir, readFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { DockerSettings } from "../../src/core/sandbox.ts";
import type { AgentFiles } from "../../src/core/workspace.ts";
import { runCommandTool } from "../../src/tools/run-command.ts";
import { openDocker } from "../../src/workspace/docker.ts";
import { createRunWorkspaces } from "../../src/workspace/run-workspaces.ts";
import type { Sandbox } from "../../src/workspace/sandbox.ts";
import { fakeDocker, type FakeDocker } from "../helpers/fake-docker.ts";
import { bundleChild, startChild } from "../projects/child.ts";
import { call, outputOf } from "../tools/tool-rig.ts";
import { faultOf, tempDir, writeFiles } from "./temp-dir.ts";

const path = process.env["PATH"] ?? "";
let base = "";
beforeEach(async () => {
  base = await tempDir();
});
afterEach(() => {
  process.env["PATH"] = path;
});

const settings: DockerSettings = {
  image: "python:3.12",
  network: "none",
  sudo: false,
  memory: undefined,
  cpus: undefined,
  credentials: {
    envFile: undefined,
    fileVariables: [],
    variables: [],
    allVariables: false,
    mounts: [],
    otherMounts: [],
  },
};

async function install(has?: Parameters<typeof fakeDocker>[1]): Promise<FakeDocker> {
  const docker = await fakeDocker(base, has);
  process.env["PATH"] = `${docker.bin}${delimiter}${path}`;
  return docker;
}

async function agent(): Promise<AgentFiles> {
  await writeFiles(base, { "context/guide.md": "a guide", "context/.env": "SECRET=1" });
  const workspaces = await createRunWorkspaces({
    directory: join(base, "run, one"),
    agents: [{ id: "ada", number: 1 }],
    contextPaths: [{ path: join(base, "context"), permission: "read" }],
  });
  return workspaces.filesOf("ada");
}

async function open(changes: Partial<DockerSettings> = {}): Promise<Sandbox> {
  const sandbox = await openDocker({ ...settings, ...changes }, { agent: "ada", cwd: base });
  onTestFinished(() => sandbox.close());
  return sandbox;
}

/** Processes that live in the stand-in for a container, by what they are called with. */
async function inside(docker: FakeDocker): Promise<readonly string[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      if (!environment.includes(`MASSGEN_FAKE_CONTAINER=${docker.bin}`)) return undefined;
      return (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ") || undefined;
    }),
  );
  return found.filter((one) => one !== undefined);
}

async function untilEmpty(docker: FakeDocker): Promise<void> {
  const until = performance.now() + 5000;
  while ((await inside(docker)).length > 0) {
    if (performance.now() > until) throw new Error(`Still there: ${(await inside(docker)).join("; ")}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

const tool = (files: AgentFiles, sandbox: Sandbox) => runCommandTool(files, { allow: () => undefined, sandbox });

describe.skipIf(process.platform !== "linux")("commands in Docker", () => {
  test("run in one container for the workspace, which is gone in the end", async () => {
    const docker = await install();
    const sandbox = await open({ memory: "4g", cpus: 2 });
    expect((await docker.calls()).map(([what]) => what)).toEqual(["version", "image"]);
    const files = await agent();
    const run = tool(files, sandbox);
    expect(await outputOf(run, { command: "pwd; echo hello > made.txt" })).toContain(files.root);
    expect(await outputOf(run, { command: "cat made.txt" })).toContain("hello");
    const calls = (await docker.calls()).slice(2);
    expect(calls.map(([what]) => what)).toEqual(["run", "exec", "exec", "exec", "exec"]);
    const started = calls[0] ?? [];
    expect(started).toEqual(
      expect.arrayContaining([
        "--rm",
        "--interactive",
        "--pull=never",
        "--network=none",
        "--memory=4g",
        "--cpus=2",
        "--cap-drop=ALL",
        `--user=${process.getuid?.()}:${process.getgid?.()}`,
        `--mount=type=bind,"source=${files.root}","target=${files.root}"`,
        `--mount=type=bind,source=${join(base, "context")},target=${join(base, "context")},readonly`,
        `--mount=type=bind,source=/dev/null,target=${join(base, "context", ".env")},readonly`,
        "python:3.12",
      ]),
    );
    await sandbox.close();
    expect((await docker.calls()).at(-1)).toEqual(["rm", "--force", expect.stringMatching(/^massgen-/)]);
    expect(await inside(docker)).toEqual([]);
  });

  test("a command and what it left behind are ended in the container, not only here", async () => {
    const docker = await install();
    const sandbox = await open();
    const controller = new AbortController();
    const waiting = call(tool(await agent(), sandbox), { command: "setsid sleep 987 & sleep 988" }, controller.signal);
    const until = performance.now() + 5000;
    while (!(await alive("sleep 988")) && performance.now() < until) await new Promise((next) => setImmediate(next));
    controller.abort(new Error("stopped"));
    await expect(waiting).rejects.toThrow("stopped");
    expect(await alive("sleep 987")).toBe(false);
    const [end] = (await docker.calls()).slice(-1);
    expect(end?.slice(0, 4)).toEqual(["exec", expect.stringMatching(/^massgen-/), "/bin/sh", "-c"]);
  });

  test("the container ends with this program, however that ends", async () => {
    const docker = await install();
    const files = await agent();
    const entry = new URL("children/docker-user.ts", import.meta.url);
    const child = startChild([await bundleChild(entry, base), JSON.stringify({ settings, files, cwd: base })]);
    for await (const line of child.lines) if (line === "ran") break;
    expect(await inside(docker)).not.toEqual([]);
    child.process.kill("SIGKILL");
    await child.exit;
    await untilEmpty(docker);
  });

  test("with sudo they are whoever the image says", async () => {
    const docker = await install();
    await outputOf(tool(await agent(), await open({ sudo: true, network: "bridge" })), { command: "true" });
    const started = (await docker.calls()).find(([what]) => what === "run") ?? [];
    expect(started).toContain("--network=bridge");
    expect(started.filter((word) => /^--(user|cap-drop|security-opt)/.test(word))).toEqual([]);
  });

  test("get the credentials that are named, and no value stands in a command line", async () => {
    const docker = await install();
    await writeFiles(base, { "keys.env": "TOKEN='a b'\nOTHER=x\n" });
    const credentials = {
      ...settings.credentials,
      envFile: "keys.env",
      fileVariables: ["TOKEN"],
      otherMounts: [{ from: "data", to: "/data", mode: "rw" as const }],
    };
    await outputOf(tool(await agent(), await open({ credentials })), { command: "true" });
    const started = (await docker.calls()).find(([what]) => what === "run") ?? [];
    expect(started).toContain("--env=TOKEN");
    expect(started.join(" ")).not.toMatch(/a b|OTHER/);
    expect(started).toContain(`--mount=type=bind,source=${join(base, "data")},target=/data`);
  });

  test("one that ends by itself is started anew", async () => {
    const docker = await install();
    const run = tool(await agent(), await open());
    await outputOf(run, { command: "true" });
    for (const pid of await pidsInside(docker)) process.kill(pid, "SIGKILL");
    await untilEmpty(docker);
    expect(await outputOf(run, { command: "echo again" })).toContain("again");
    expect((await docker.calls()).filter(([what]) => what === "run")).toHaveLength(2);
  });

  test("a container that cannot be started is the model's to know", async () => {
    await install({ broken: true });
    const { output, failed } = await call(tool(await agent(), await open()), { command: "true" });
    expect(failed).toBe(true);
    expect(output).toContain("The container for commands could not be started: invalid mount config");
  });
});

describe("without Docker", () => {
  test("that it is not installed, does not answer or lacks the image is a fault of the configuration", async () => {
    process.env["PATH"] = base;
    const missing = await faultOf(open());
    expect(missing).toMatchObject({ code: "config" });
    expect(missing.message).toBe("Commands of ada are to run in Docker: docker is not installed");
    expect(missing.hint).toContain("command_line_execution_mode: local");
    await install({ engine: false });
    expect((await faultOf(open())).message).toContain(
      "its engine does not answer (Cannot connect to the Docker daemon)",
    );
    base = await tempDir();
    await install({ image: false });
    const fault = await faultOf(open());
    expect(fault.message).toContain("the image python:3.12 is not here");
    expect(fault.hint).toContain("docker pull python:3.12");
  });
});

async function alive(command: string): Promise<boolean> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name));
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")));
  return lines.some((line) => line.replaceAll("\0", " ").trim() === command);
}

async function pidsInside(docker: FakeDocker): Promise<readonly number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
      return environment.includes(`MASSGEN_FAKE_CONTAINER=${docker.bin}`) ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}
