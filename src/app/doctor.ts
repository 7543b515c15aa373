import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { faultText, toFault } from "../core/fault.ts";
import type { Page, PageSection } from "../core/page.ts";
import { findLocalServers } from "../models/local-servers.ts";
import type { Environment } from "./config-directory.ts";
import { loadKeys } from "./keys.ts";
import { filesSection, keysSection, programSection, sandboxSection, teamSection } from "./status-page.ts";
import { findTeam, type Team } from "./team.ts";
import { folderTrust } from "./trust.ts";

export type Checkup = { readonly page: Page; readonly ok: boolean };

/** Whether massgen can work here, and what with. Never throws for what is wrong: it says so on the page. */
export async function examine(options: {
  readonly cwd: string;
  readonly env: Environment;
  readonly version: string;
  readonly configRef?: string | undefined;
  readonly dryRun: boolean;
}): Promise<Checkup> {
  const { cwd, env, version, configRef, dryRun } = options;
  const folder = await folderTrust(cwd, env);
  const trusted = folder.state === "trusted";
  const team = await findTeam({ cwd, env, configRef, trusted, dryRun }).catch(toFault);
  const found: Team | undefined = "config" in team ? team : undefined;
  const page: Page = [
    programSection(version, env),
    await filesSection(found?.file, folder, env),
    ...("config" in team ? [] : [broken("Configuration", faultText(team))]),
    await orBroken("Keys", async () => keysSection(loadKeys({ env, cwd, trusted }))),
    await localServersSection(),
    ...(found ? [teamSection(found, dryRun), await sandboxSection(found.config)] : []),
    await directorySection(cwd),
  ];
  return { page, ok: page.every(({ lines }) => lines.every(({ mark }) => mark !== "bad")) };
}

async function localServersSection(): Promise<PageSection> {
  const servers = await findLocalServers();
  const lines = servers.map(({ type, baseUrl, models }) => ({
    label: type,
    text: `${baseUrl}: ${models.join(", ")}`,
    mark: "ok" as const,
  }));
  return { title: "Local model servers", lines: lines.length === 0 ? [{ label: "", text: "none found" }] : lines };
}

async function directorySection(cwd: string): Promise<PageSection> {
  const refused = await access(cwd, constants.W_OK).then(
    () => undefined,
    () => `${cwd} cannot be written: runs and sessions cannot be kept here`,
  );
  return {
    title: "Directory",
    lines: [{ label: "", text: refused ?? `${cwd} can be written`, mark: refused === undefined ? "ok" : "bad" }],
  };
}

async function orBroken(title: string, make: () => Promise<PageSection>): Promise<PageSection> {
  return make().catch((error: unknown) => broken(title, faultText(toFault(error))));
}

function broken(title: string, text: string): PageSection {
  return { title, lines: [{ label: "", text, mark: "bad" }] };
}
