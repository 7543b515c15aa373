import { execFile } from "node:child_process";
import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import type { Environment } from "./config-directory.ts";

const exec = promisify(execFile);

/** Files with which a directory instructs agents. */
const INSTRUCTION_FILES = ["AGENTS.md", "CLAUDE.md"];
/** What of a directory is used only once the user trusts it. */
const TRUSTED_FILES = [join(".massgen", "config.yaml"), ".env", ...INSTRUCTION_FILES];
const INSTRUCTION_CHARS = 20_000;

/** "~/api-server (main)" and "api-server@main"; without a branch outside of git repositories. */
export async function describePlace(cwd: string, env: Environment): Promise<{ place: string; shortPlace: string }> {
  const home = env["HOME"] ?? homedir();
  const path = cwd === home ? "~" : cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd;
  const branch = await gitBranch(cwd);
  const name = basename(cwd) || cwd;
  if (branch === undefined) return { place: path, shortPlace: name };
  return { place: `${path} (${branch})`, shortPlace: `${name}@${branch}` };
}

async function gitBranch(cwd: string): Promise<string | undefined> {
  try {
    const { stdout } = await exec("git", ["-C", cwd, "rev-parse", "--abbrev-ref", "HEAD"], { timeout: 1000 });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

/** What lies in the directory that would be used if the user trusted it. */
export async function filesThatNeedTrust(cwd: string): Promise<readonly string[]> {
  const found = await Promise.all(
    TRUSTED_FILES.map((name) =>
      stat(join(cwd, name)).then(
        () => [name],
        () => [],
      ),
    ),
  );
  return found.flat();
}

/** AGENTS.md and CLAUDE.md of a trusted directory, in one text. */
export async function directoryInstructions(cwd: string): Promise<string> {
  const texts = await Promise.all(INSTRUCTION_FILES.map((name) => readFile(join(cwd, name), "utf8").catch(() => "")));
  return texts
    .filter((text) => text.trim() !== "")
    .join("\n\n")
    .slice(0, INSTRUCTION_CHARS);
}
