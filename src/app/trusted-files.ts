import { stat } from "node:fs/promises";
import { join } from "node:path";

export const CONFIG_FILE = join(".massgen", "config.yaml");
export const ENV_FILE = ".env";
/** Files with which a directory instructs agents. */
export const INSTRUCTION_FILES = ["AGENTS.md", "CLAUDE.md"];
/** What of a directory is used only once the user trusts it. */
const TRUSTED_FILES = [CONFIG_FILE, ENV_FILE, ...INSTRUCTION_FILES];
/** A larger file is never used, so there is nothing to agree to. */
export const MAX_TRUSTED_BYTES = 1024 * 1024;

/** `name` is relative to the folder. */
export type TrustedFile = { readonly name: string; readonly size: number };

/** Those that are there, as regular files. */
export async function trustedFiles(dir: string): Promise<readonly TrustedFile[]> {
  const found = await Promise.all(
    TRUSTED_FILES.map(async (name) => {
      const stats = await stat(join(dir, name)).catch(() => undefined);
      return stats?.isFile() ? [{ name, size: stats.size }] : [];
    }),
  );
  return found.flat();
}
