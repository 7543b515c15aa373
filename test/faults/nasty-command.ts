import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Sandbox } from "../helpers/cli.ts";
import { processesWith } from "./processes.ts";

/** The last that NASTY starts: once it is there, all of it is. */
const LAST = "sleep 301";
/** Made in the working directory of NASTY when it is asked to end. */
const ASKED = "asked-to-end";

/**
 * Does all that a command can do to outlive whoever started it: a daemon of its own session, a background process and
 * itself ignore the request to end, one does not hear of it because it is stopped, one is kept from hanging up.
 */
export const NASTY = [
  `trap ': > ${ASKED}' TERM HUP INT`,
  `(setsid sh -c 'trap "" TERM HUP INT; while :; do sleep 1; done' &)`,
  `sh -c 'trap "" TERM HUP INT; while :; do sleep 1; done' &`,
  `sleep 300 & kill -STOP $!`,
  `nohup ${LAST} >nohup.out 2>&1 &`,
  `while :; do sleep 1; done`,
].join("\n");

/** By what all that is started below this program can be known. */
function tagOf({ env }: Pick<Sandbox, "env">): string {
  return `HOME=${env["HOME"]}`;
}

export async function untilNastyIsUp(sandbox: Sandbox): Promise<void> {
  await until("the command is at work", () => processesWith(tagOf(sandbox)).some(({ command }) => command === LAST));
}

export async function untilNastyIsAsked({ cwd }: Sandbox): Promise<void> {
  await until("the command is asked to end", () =>
    readdirSync(cwd, { recursive: true }).some((path) => String(path).endsWith(ASKED)),
  );
}

/** As long as a person takes at least to press a key again: what comes sooner is taken for the same press. */
export async function pressTime(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 200));
}

/** What of all that was started is alive after at most two seconds. */
export async function survivors(sandbox: Pick<Sandbox, "env">): Promise<readonly string[]> {
  const alive = (): readonly string[] => processesWith(tagOf(sandbox)).map(({ pid, command }) => `${pid} ${command}`);
  await until("all are gone", () => alive().length === 0, 2000).catch(() => undefined);
  return alive();
}

/** Looks again and again: that a process or a file appears or goes is no event that anybody tells. */
export async function until(what: string, isSo: () => boolean, timeoutMs = 20_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!isSo()) {
    if (performance.now() > end) throw new Error(`${timeoutMs} ms passed before ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** An agent's files grow in a folder of their own, which is renamed once all are there. */
export async function untilCopying({ cwd }: Sandbox): Promise<void> {
  const workspaces = join(cwd, ".massgen", "workspaces");
  const below = (path: string): readonly string[] => {
    try {
      return readdirSync(path).map((name) => join(path, name));
    } catch {
      return []; // not yet, or gone already
    }
  };
  const growing = (): readonly string[] =>
    below(workspaces)
      .flatMap(below)
      .filter((path) => path.includes(".partial-"));
  await until("files are being copied", () => growing().some((path) => below(path).length > 20));
}
