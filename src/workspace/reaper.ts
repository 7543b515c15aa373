import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";

/** In the environment of every command, with an id of its own: it finds those who left the group (`setsid`, daemons). */
export const COMMAND_ID = "MASSGEN_COMMAND_ID";

// `read` returns when our end of the pipe is gone, however we went. dash knows `kill -9 -PGID`, but not `kill -KILL -- -PGID`.
const REAP = `read -r _
kill -9 -"$1"
for file in $(grep -ls "${COMMAND_ID}=$2" /proc/[0-9]*/environ); do
  pid="\${file#/proc/}"
  kill -9 "\${pid%/environ}"
done
shift 2
[ $# -eq 0 ] || "$@"`;

/**
 * Starts a process that outlives us for a moment: should we die, even by SIGKILL, it kills the group and whoever left it.
 * `end` is a program that ends what the command has outside of all that. Stop it with `dismiss` as soon as the group is
 * gone, before its number can mean another one.
 */
export function watchGroup(
  group: number,
  id: string,
  end: readonly string[] = [],
): { readonly dismiss: () => Promise<void> } {
  if (process.platform === "win32") return { dismiss: async () => undefined };
  const reaper = spawn("/bin/sh", ["-c", REAP, "reaper", String(group), id, ...end], {
    cwd: "/",
    detached: true,
    env: { PATH: "/usr/bin:/bin" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  reaper.unref();
  const gone = once(reaper, "exit").catch(() => undefined); // it could not be started: then there is nothing to dismiss
  return {
    async dismiss() {
      reaper.ref(); // somebody waits for it now
      reaper.kill("SIGKILL");
      await gone;
      reaper.stdin.destroy();
    },
  };
}

/** Signals everybody in the group that `leader` leads. A group that is gone already is no failure. */
export function signalGroup(leader: ChildProcess, signal: "SIGTERM" | "SIGKILL"): void {
  if (leader.pid === undefined) return;
  if (process.platform === "win32") {
    spawn("taskkill", ["/pid", String(leader.pid), "/T", "/F"], { stdio: "ignore" }).on("error", () => undefined);
    return;
  }
  try {
    process.kill(-leader.pid, signal);
  } catch {
    // ESRCH: all of them have ended. EPERM (macOS): only zombies are left.
  }
}

/** Kills the processes that carry `id` in their environment, wherever they moved. Linux only; elsewhere they stay. */
export async function killEscaped(id: string): Promise<void> {
  for (let round = 0; round < 3; round++) {
    const pids = await findByEnvironment(`${COMMAND_ID}=${id}`);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it ended on its own
      }
    }
  }
}

/** Runs the program that ends what a command has where signals do not reach. That nothing was there is no failure. */
export async function endOutside(argv: readonly string[] | undefined): Promise<void> {
  const [program, ...args] = argv ?? [];
  if (program === undefined) return;
  await once(spawn(program, args, { cwd: "/", stdio: "ignore" }), "exit").catch(() => undefined);
}

async function findByEnvironment(entry: string): Promise<readonly number[]> {
  const names = process.platform === "linux" ? await readdir("/proc").catch(() => []) : [];
  const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const environment = await readFile(`/proc/${pid}/environ`).catch(() => undefined); // not ours, or gone
      return environment?.includes(entry) ? pid : undefined;
    }),
  );
  return found.filter((pid) => pid !== undefined);
}
