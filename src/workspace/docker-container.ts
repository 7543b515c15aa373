import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { promisify } from "node:util";
import { FaultError } from "../core/fault.ts";
import type { DockerSettings } from "../core/sandbox.ts";
import type { AgentFiles } from "../core/workspace.ts";
import { CONTAINER_HOME, type Credentials } from "./docker-credentials.ts";
import { grantedPlaces, type Visible } from "./visible-places.ts";

const exec = promisify(execFile);

export type Container = { readonly name: string; readonly remove: () => Promise<void> };

const START_MS = 60_000;
const REMOVE_MS = 20_000;
/** It lives for as long as its input is open: that ends with us, however we end. */
const LIVE = "echo massgen-ready; read -r _";

/** Resolves when commands can run in it. `gone` is told when it has ended. Throws FaultError "tool". */
export async function startContainer(options: {
  readonly program: string;
  readonly env: Readonly<Record<string, string>>;
  readonly settings: DockerSettings;
  readonly credentials: Credentials;
  readonly files: AgentFiles;
  readonly root: string;
  readonly gone: () => void;
}): Promise<Container> {
  const { program, env, credentials, files, gone } = options;
  const name = `massgen-${process.pid}-${randomBytes(6).toString("hex")}`;
  const args = runArguments(name, options, await grantedPlaces(files));
  const child = spawn(program, args, {
    cwd: "/",
    env: { ...env, ...credentials.variables }, // values are in no command line, where everybody could read them
    detached: true, // Ctrl+C in the terminal is not for it
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });
  child.stdin.on("error", () => undefined);
  const ended = once(child, "exit").catch(() => undefined);
  void ended.then(gone);
  const remove = async (): Promise<void> => {
    child.stdin.destroy();
    await exec(program, ["rm", "--force", name], { env, timeout: REMOVE_MS, cwd: "/" }).catch(() => undefined);
    child.kill("SIGKILL");
    await ended;
  };
  try {
    await ready(child);
    return { name, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let heard = "";
    let said = "";
    const fail = (why: string): void => {
      clearTimeout(timer);
      const message = `The container for commands could not be started: ${why}`;
      reject(
        new FaultError({ code: "tool", message, hint: "See docker info, and command_line_docker_… of this agent." }),
      );
    };
    const timer = setTimeout(() => fail(`nothing came of it for ${START_MS / 1000} seconds`), START_MS);
    child.on("error", ({ message }) => fail(message));
    child.on("exit", () => fail(said.trim().slice(-500) || "it ended at once"));
    child.stderr?.on("data", (chunk: Buffer) => (said += chunk.toString()));
    child.stdout?.on("data", (chunk: Buffer) => {
      heard = (heard + chunk.toString()).slice(-200);
      if (!heard.includes("massgen-ready")) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

function runArguments(
  name: string,
  { settings, credentials, root }: Pick<Parameters<typeof startContainer>[0], "settings" | "credentials" | "root">,
  places: readonly Visible[],
): readonly string[] {
  const { image, network, sudo, memory, cpus } = settings;
  const user = process.getuid && process.getgid ? [`--user=${process.getuid()}:${process.getgid()}`] : [];
  return [
    "run",
    "--rm",
    "--interactive",
    "--init",
    "--pull=never",
    `--name=${name}`,
    "--label=massgen",
    `--network=${network}`,
    ...(memory === undefined ? [] : [`--memory=${memory}`]),
    ...(cpus === undefined ? [] : [`--cpus=${cpus}`]),
    // What the user's workspace gets from commands belongs to the user.
    ...(sudo ? [] : [...user, "--cap-drop=ALL", "--security-opt=no-new-privileges"]),
    `--tmpfs=${CONTAINER_HOME}:exec,mode=1777`,
    `--env=HOME=${CONTAINER_HOME}`,
    ...Object.keys(credentials.variables).map((variable) => `--env=${variable}`),
    ...places.flatMap(mountOf).map((fields) => `--mount=${fields}`),
    ...credentials.mounts.map(({ from, to, mode }) => `--mount=${bind(from, to, mode === "ro")}`),
    `--workdir=${root}`,
    "--entrypoint=/bin/sh",
    image,
    "-c",
    LIVE,
  ];
}

/** Everything lies where it lies here: what agents write down of paths holds. */
function mountOf(place: Visible): readonly string[] {
  switch (place.as) {
    case "read":
      return [bind(place.path, place.path, true)];
    case "write":
      return [bind(place.path, place.path, false)];
    case "hidden file":
      return [bind("/dev/null", place.path, true)];
    case "hidden directory":
      return [fields(["type=tmpfs", `target=${place.path}`, "tmpfs-mode=0555"])];
    case "link":
    case "scratch":
      return []; // of the system, which is the image's
  }
}

function bind(from: string, to: string, isReadOnly: boolean): string {
  return fields(["type=bind", `source=${from}`, `target=${to}`, ...(isReadOnly ? ["readonly"] : [])]);
}

/** docker reads them as a line of CSV. */
function fields(all: readonly string[]): string {
  return all.map((field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)).join(",");
}
