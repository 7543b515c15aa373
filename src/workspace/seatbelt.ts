import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { AgentFiles } from "../core/workspace.ts";
import type { Enclosure, Missing } from "./enclosure.ts";
import type { HostGate } from "./host-gate.ts";
import { type Visible, visiblePlaces } from "./visible-places.ts";

const exec = promisify(execFile);

/** Where macOS has it; a program of that name on PATH is somebody else's. */
const PROGRAM = "/usr/bin/sandbox-exec";

export async function findSeatbelt(): Promise<{ readonly program: string } | Missing> {
  try {
    await exec(PROGRAM, ["-p", "(version 1)(allow default)", "/usr/bin/true"], { timeout: 5000, env: {}, cwd: "/" });
    return { program: PROGRAM };
  } catch (error) {
    return {
      missing: `${PROGRAM} does not work here (${error instanceof Error ? error.message.split("\n")[0] : ""})`,
      hint: "A sandbox cannot be opened inside of another one: start massgen outside of it.",
    };
  }
}

export async function enterSeatbelt(files: AgentFiles, gate: HostGate | undefined): Promise<Enclosure> {
  const profile = seatbeltProfile(await visiblePlaces(files), gate?.port);
  return { around: (argv) => [PROGRAM, "-p", profile, ...argv], env: gate?.env ?? {} };
}

/** What macOS's own programs look at wherever they run. */
const OF_MACOS = [
  "/System",
  "/Library/Apple",
  "/Library/Developer",
  "/Library/Frameworks",
  "/Applications/Xcode.app",
  "/private/etc",
  "/private/var/db/timezone",
  "/private/var/select",
  "/dev",
];

/**
 * Nothing but what is listed, in the order of the list: of the rules that fit, the last one counts. Names and dates of
 * files can be seen everywhere, since programs resolve their paths; contents cannot.
 */
export function seatbeltProfile(places: readonly Visible[], port: number | undefined): string {
  return [
    "(version 1)",
    "(deny default)",
    "(allow process-exec process-fork)",
    "(allow process-info* (target same-sandbox))",
    "(allow signal (target same-sandbox))",
    "(allow sysctl-read)",
    '(allow mach-lookup (global-name "com.apple.system.opendirectoryd.libinfo") (global-name "com.apple.system.logger"))',
    "(allow ipc-posix-sem ipc-posix-shm)",
    "(allow file-read-metadata)",
    `(allow file-read* (literal "/") ${OF_MACOS.map((path) => `(subpath ${quoted(path)})`).join(" ")})`,
    '(allow file-write-data file-ioctl (literal "/dev/null") (literal "/dev/zero") (literal "/dev/tty") (regex #"^/dev/fd/"))',
    ...places.flatMap(rule),
    ...(port === undefined ? [] : [`(allow network-outbound (remote ip "localhost:${port}"))`]),
  ].join("\n");
}

function rule(place: Visible): readonly string[] {
  const subpath = `(subpath ${quoted(place.path)})`;
  switch (place.as) {
    case "read":
      return [`(deny file-write* ${subpath})`, `(allow file-read* ${subpath})`];
    case "write":
      return [`(allow file-read* file-write* ${subpath})`];
    case "link":
      return [`(allow file-read* (literal ${quoted(place.path)}))`];
    case "scratch":
      return isTemporary(place.path)
        ? [`(allow file-read* file-write* ${subpath})`]
        : [`(deny file-read-data file-write* ${subpath})`];
    case "hidden directory":
    case "hidden file":
      return [`(deny file-read-data file-write* ${subpath})`];
  }
}

/** Seatbelt cannot put an empty directory in the place of another: a temporary one is shared, home is closed. */
function isTemporary(path: string): boolean {
  return /^\/(?:private\/)?(?:tmp|var\/tmp|var\/folders)(?:\/|$)/.test(path);
}

function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
