import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { FaultError } from "../core/fault.ts";
import type { Environment } from "./config-directory.ts";
import type { RunRef } from "./find-runs.ts";
import { readOrigin, type RunOrigin } from "./run-origin.ts";
import { isTrusted } from "./trust.ts";

const NAME_ONE = "Name the configuration to go on with: massgen resume RUN --config FILE";

/**
 * Throws FaultError "denied" for a run that somebody else left in this folder, unless the user trusts that: its journal
 * says which files of this machine it may use.
 */
export async function refuseForeign(
  { id, journal }: Pick<RunRef, "id" | "journal">,
  { cwd, env }: { readonly cwd: string; readonly env: Environment },
): Promise<void> {
  const kept = await readOrigin(journal, env);
  if (kept?.own === true || (await isTrusted(cwd, env))) return;
  const message = `Run ${id} was not started by you in this folder, so it does not go on`;
  throw new FaultError({ code: "denied", message, hint: "If you trust this folder: massgen trust. Or ask again." });
}

/**
 * How a run found its team, and the configuration to use now. Throws FaultError when that is not known, when it is not
 * there any more, and when it is somebody else who left it in this folder and the user does not trust that.
 */
export async function findOrigin(
  { id, journal }: Pick<RunRef, "id" | "journal">,
  options: {
    /** Where the run was started, and where massgen is now. */
    readonly cwd: string;
    readonly here: string;
    readonly env: Environment;
    readonly configRef: string | undefined;
  },
): Promise<{ readonly origin: RunOrigin; readonly configRef: string | undefined }> {
  const { cwd, here, env, configRef } = options;
  const kept = await readOrigin(journal, env);
  if (configRef !== undefined) {
    const path = resolve(here, configRef);
    const named = existsSync(path) ? path : configRef;
    return { origin: { config: null, dryRun: (kept?.own ?? false) && kept?.origin.dryRun === true }, configRef: named };
  }
  if (!kept) {
    const message = `Nothing says which configuration run ${id} was started with`;
    throw new FaultError({ code: "config", message, hint: NAME_ONE });
  }
  if (!kept.own && !(await isTrusted(cwd, env))) {
    const message = `Run ${id} was not started by you in this folder, so the configuration that it names is not used`;
    throw new FaultError({ code: "denied", message, hint: `${NAME_ONE}, or trust this folder: massgen trust` });
  }
  const { config } = kept.origin;
  if (config !== null && !existsSync(config)) {
    const message = `The configuration of run ${id} is not there any more: ${config}`;
    throw new FaultError({ code: "config", message, hint: `Put it back. Or: ${NAME_ONE}` });
  }
  return { origin: kept.origin, configRef: config ?? undefined };
}
