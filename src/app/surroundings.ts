import { readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, join } from "node:path";
import type { Environment } from "./config-directory.ts";
import { readGit } from "./read-git.ts";
import { INSTRUCTION_FILES, MAX_TRUSTED_BYTES } from "./trusted-files.ts";

const INSTRUCTION_CHARS = 20_000;

/** "~/api-server (main)" and "api-server@main"; without a branch outside of git repositories. */
export async function describePlace(cwd: string, env: Environment): Promise<{ place: string; shortPlace: string }> {
  const home = env["HOME"] ?? homedir();
  const path = cwd === home ? "~" : cwd.startsWith(`${home}/`) ? `~${cwd.slice(home.length)}` : cwd;
  const branch = (await readGit(cwd))?.branch;
  const name = basename(cwd) || cwd;
  if (!branch) return { place: path, shortPlace: name };
  return { place: `${path} (${branch})`, shortPlace: `${name}@${branch}` };
}

/** AGENTS.md and CLAUDE.md of a trusted directory, in one text. */
export async function directoryInstructions(cwd: string): Promise<string> {
  const texts = await Promise.all(
    INSTRUCTION_FILES.map(async (name) => {
      const path = join(cwd, name);
      const stats = await stat(path).catch(() => undefined);
      if (!stats?.isFile() || stats.size > MAX_TRUSTED_BYTES) return "";
      return readFile(path, "utf8").catch(() => "");
    }),
  );
  return texts
    .filter((text) => text.trim() !== "")
    .join("\n\n")
    .slice(0, INSTRUCTION_CHARS);
}
