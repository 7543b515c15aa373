import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { realpath } from "node:fs/promises";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { FaultError } from "../core/fault.ts";
import type { DockerSettings } from "../core/sandbox.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { childEnvironment } from "./child-environment.ts";
import { type Container, startContainer } from "./docker-container.ts";
import { credentialsOf } from "./docker-credentials.ts";
import { findProgram } from "./find-program.ts";
import type { Sandbox } from "./sandbox.ts";

const exec = promisify(execFile);

const ASK_MS = 10_000;
/** Marks what a command has started in the container. */
const MARK = "MASSGEN_DOCKER_COMMAND";
/** Three rounds, for what forks meanwhile. */
const KILL = `for round in 1 2 3; do
  for file in $(grep -ls "${MARK}=$1" /proc/[0-9]*/environ 2>/dev/null); do
    pid="\${file#/proc/}"
    kill -9 "\${pid%/environ}" 2>/dev/null
  done
done`;
/** The image may have no bash, for which models write. */
const SHELL = 'command -v bash >/dev/null 2>&1 && exec bash "$@"; exec /bin/sh "$@"';

/**
 * Containers for the commands of an agent, one for each workspace. Nothing is started before the first command. Throws
 * FaultError "config" where there is no docker, no engine that answers, or no such image.
 */
export async function openDocker(
  settings: DockerSettings,
  { agent, cwd }: { readonly agent: string; readonly cwd: string },
): Promise<Sandbox> {
  const env = clientEnvironment();
  const program = await requireEngine(settings.image, agent, env);
  const credentials = await credentialsOf(settings.credentials, cwd);
  const containers = new Map<string, Promise<Container>>();
  const network = settings.network === "none" ? "no network" : "the network";

  return {
    name: `docker (${settings.image})`,
    network,
    forModel: `Commands run in a container of the image ${settings.image}: they see your directories at the same paths, and ${network}.`,
    async enclose(files) {
      const root = await realpath(files.root);
      const { name } = await containerFor(root, files);
      const id = randomUUID();
      const variables = { [MARK]: id, GIT_CEILING_DIRECTORIES: dirname(root) };
      const into = [
        "exec",
        "--workdir",
        root,
        ...Object.entries(variables).flatMap((pair) => ["--env", pair.join("=")]),
      ];
      return {
        around: (argv) => [program, ...into, name, ...inContainer(argv)],
        env,
        end: [program, "exec", name, "/bin/sh", "-c", KILL, "sh", id],
      };
    },
    async close() {
      const started = await Promise.allSettled(containers.values());
      await Promise.all(started.map(async (one) => (one.status === "fulfilled" ? one.value.remove() : undefined)));
    },
  };

  function containerFor(root: string, files: AgentFiles): Promise<Container> {
    const known = containers.get(root);
    if (known) return known;
    const gone = (): void => {
      if (containers.get(root) === started) containers.delete(root);
    };
    const started = startContainer({ program, env, settings, credentials, files, root, gone });
    containers.set(root, started);
    started.catch(gone);
    return started;
  }
}

function inContainer([program = "", ...args]: readonly string[]): readonly string[] {
  return program === "/bin/bash" || program === "/bin/sh"
    ? ["/bin/sh", "-c", SHELL, "sh", ...args]
    : [program, ...args];
}

/** What docker itself needs to find its engine; commands in the container see nothing of it. */
function clientEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).filter(([name]) => name.startsWith("DOCKER_"));
  return childEnvironment(Object.fromEntries(own.map(([name, value]) => [name, value ?? ""])));
}

async function requireEngine(image: string, agent: string, env: Readonly<Record<string, string>>): Promise<string> {
  const elsewhere = "Or set command_line_execution_mode: local, for the sandbox of the system.";
  const refuse = (why: string, hint: string): FaultError =>
    new FaultError({
      code: "config",
      message: `Commands of ${agent} are to run in Docker: ${why}`,
      hint: `${hint} ${elsewhere}`,
    });
  const program = await findProgram("docker", env["PATH"] ?? "");
  if (program === undefined) throw refuse("docker is not installed", "Install Docker.");
  const ask = (args: readonly string[]): Promise<unknown> => exec(program, args, { env, timeout: ASK_MS, cwd: "/" });
  await ask(["version", "--format", "{{.Server.Version}}"]).catch((error: unknown) => {
    throw refuse(`its engine does not answer${said(error)}`, "Start Docker.");
  });
  await ask(["image", "inspect", "--format", "{{.Id}}", image]).catch((error: unknown) => {
    throw refuse(`the image ${image} is not here${said(error)}`, `Fetch it with: docker pull ${image}`);
  });
  return program;
}

function said(error: unknown): string {
  const [line = ""] = ((error as { stderr?: string }).stderr ?? "").trim().split("\n");
  return line === "" ? "" : ` (${line.slice(0, 200)})`;
}
