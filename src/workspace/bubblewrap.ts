import { execFile } from "node:child_process";
import { realpath } from "node:fs/promises";
import { promisify } from "node:util";
import type { AgentFiles } from "../core/workspace.ts";
import type { Enclosure, Missing } from "./enclosure.ts";
import { findProgram } from "./find-program.ts";
import { type HostGate, relay } from "./host-gate.ts";
import { type Visible, visiblePlaces } from "./visible-places.ts";

const exec = promisify(execFile);

/** Namespaces of its own for everything, the network too; nothing in it outlives massgen; no rights, even for root. */
const SHUT_IN = ["--unshare-all", "--die-with-parent", "--cap-drop", "ALL"];

/** Is bubblewrap installed, and does the kernel let it do its work? */
export async function findBubblewrap(searchPath: string): Promise<{ readonly program: string } | Missing> {
  const program = await findProgram("bwrap", searchPath);
  if (program === undefined) {
    return {
      missing: "bubblewrap (bwrap) is not installed",
      hint: "Install it, for example with apt install bubblewrap.",
    };
  }
  try {
    const mounts = ["--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev"];
    await exec(program, [...SHUT_IN, ...mounts, "/bin/sh", "-c", ":"], { timeout: 5000, env: {}, cwd: "/" });
    return { program };
  } catch (error) {
    const said = ((error as { stderr?: string }).stderr ?? "").trim();
    return {
      missing: `bubblewrap does not work here${said === "" ? "" : ` (${said})`}`,
      hint: "It needs user namespaces, which some distributions and containers switch off.",
    };
  }
}

export async function enterBubblewrap(
  program: string,
  files: AgentFiles,
  gate: HostGate | undefined,
): Promise<Enclosure> {
  const [places, root] = await Promise.all([visiblePlaces(files), realpath(files.root)]);
  const mounts = [
    ...places.flatMap(mount),
    ...KERNEL,
    ...(gate ? ["--ro-bind", gate.directory, gate.directory, "--ro-bind", process.execPath, RELAY_NODE] : []),
    // Last of all: something that may be seen can lie in them.
    ...["/", ...places.flatMap(({ path, as }) => (as === "hidden directory" ? [path] : []))].flatMap((path) => [
      "--remount-ro",
      path,
    ]),
  ];
  const relayed = gate ? [RELAY_NODE, "-e", relay(gate)] : [];
  return {
    around: (argv) => [program, ...SHUT_IN, ...mounts, "--chdir", root, "--", ...relayed, ...argv],
    env: { TMPDIR: "/tmp", ...gate?.env },
  };
}

const KERNEL = ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/run"];
/** In /run, where nothing else is. */
const RELAY_NODE = "/run/massgen-node";

function mount(place: Visible): readonly string[] {
  const { path } = place;
  switch (place.as) {
    case "read":
      return ["--ro-bind", path, path];
    case "write":
      return ["--bind", path, path];
    case "link":
      return ["--symlink", place.to, path];
    case "scratch":
      return ["--tmpfs", path];
    case "hidden directory":
      return ["--tmpfs", path];
    case "hidden file":
      return ["--ro-bind", "/dev/null", path];
  }
}
