import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { link, mkdir, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import * as z from "zod";
import { tempName, writeAtomic } from "../../projects/atomic-write.ts";
import { errorCode } from "../../projects/disk-fault.ts";
import { userStateDir } from "../../projects/layout.ts";
import type { Environment } from "./config-directory.ts";

/** How a run found its team, so that it is found again when the run goes on. Names files and models, never keys. */
export const RunOrigin = z.object({
  /** Absolute path of the configuration; null for the team of someone who has none. */
  config: z.string().nullable(),
  dryRun: z.boolean(),
  quick: z
    .object({
      model: z.string().optional(),
      backend: z.string().optional(),
      baseUrl: z.string().optional(),
      systemMessage: z.string().optional(),
    })
    .optional(),
});
export type RunOrigin = z.infer<typeof RunOrigin>;

const RunFile = z.object({ origin: RunOrigin, seal: z.string() });

/** Keeps the origin of a run in run.json beside its journal. */
export async function writeOrigin(journal: string, origin: RunOrigin, env: Environment): Promise<void> {
  const kept = RunOrigin.parse({ ...origin, ...(origin.quick && { quick: withoutSecrets(origin.quick) }) });
  const seal = await sealOf(journal, kept, env);
  await writeAtomic(fileFor(journal), `${JSON.stringify({ origin: kept, seal }, undefined, 2)}\n`, { mode: 0o600 });
}

/**
 * The origin of a run, undefined when there is none that can be read. `own`: this user wrote it, for this folder. One
 * that came with somebody else's folder names a configuration that nobody here has agreed to.
 */
export async function readOrigin(
  journal: string,
  env: Environment,
): Promise<{ readonly origin: RunOrigin; readonly own: boolean } | undefined> {
  try {
    const { origin, seal } = RunFile.parse(JSON.parse(await readFile(fileFor(journal), "utf8")));
    const [given, wanted] = [Buffer.from(seal), Buffer.from(await sealOf(journal, origin, env))];
    return { origin, own: given.length === wanted.length && timingSafeEqual(given, wanted) };
  } catch {
    return undefined;
  }
}

function fileFor(journal: string): string {
  return join(dirname(journal), "run.json");
}

async function sealOf(journal: string, origin: RunOrigin, env: Environment): Promise<string> {
  const secret = await ownSecret(userStateDir(env));
  return createHmac("sha256", secret)
    .update(JSON.stringify([await realpath(dirname(journal)), origin]))
    .digest("hex");
}

/** Random, made at its first use, the same for good. */
async function ownSecret(directory: string): Promise<Buffer> {
  const path = join(directory, "seal");
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const temp = tempName(path);
  try {
    return await readFile(path);
  } catch {
    await writeFile(temp, randomBytes(32), { flag: "wx", mode: 0o600 });
    // Two programs that start at once agree on one: a link appears complete, or not at all.
    await link(temp, path).catch((error: unknown) => {
      if (errorCode(error) !== "EEXIST") throw error;
    });
    return await readFile(path);
  } finally {
    await rm(temp, { force: true });
  }
}

/** A URL may carry a name and a password. */
function withoutSecrets(quick: NonNullable<RunOrigin["quick"]>): NonNullable<RunOrigin["quick"]> {
  if (quick.baseUrl === undefined || !URL.canParse(quick.baseUrl)) return quick;
  const url = new URL(quick.baseUrl);
  if (url.username === "" && url.password === "") return quick;
  url.username = "";
  url.password = "";
  return { ...quick, baseUrl: url.href };
}
