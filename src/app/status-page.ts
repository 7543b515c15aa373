import { stat } from "node:fs/promises";
import { join } from "node:path";
import { userStateDir } from "../../projects/layout.ts";
import { BACKENDS } from "../core/config/backends.ts";
import type { Config } from "../core/config/schema.ts";
import { faultText, toFault } from "../core/fault.ts";
import type { PageLine, PageSection } from "../core/page.ts";
import { plural } from "../core/text.ts";
import { configDirectory, type Environment } from "./config-directory.ts";
import { type Keys, resolveModelSpec } from "./keys.ts";
import type { Team } from "./team.ts";
import type { FolderTrust } from "./trust.ts";

const OLDEST_NODE = [20, 19] as const;

/** What tmux holds back unless it is told otherwise. */
const TMUX_ADVICE =
  "for shift+enter: set -s extended-keys on · for /copy and word of ended runs: set -g allow-passthrough on · to know when you look elsewhere: set -g focus-events on";

/** What massgen runs on. */
export function programSection(version: string, env: Environment): PageSection {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  const node = `${process.versions.node}${isOld ? `; it needs ${OLDEST_NODE.join(".")} or newer` : ""}`;
  const terminal = [env["TERM"] ?? "unknown", env["TERM_PROGRAM"], env["TMUX"] ? "in tmux" : undefined];
  return {
    title: `massgen ${version}`,
    lines: [
      { label: "Node.js", text: node, mark: isOld ? "bad" : "ok" },
      { label: "system", text: `${process.platform} ${process.arch}` },
      { label: "terminal", text: terminal.filter((part) => part !== undefined).join(", ") },
      ...(env["TMUX"] ? [{ label: "tmux", text: TMUX_ADVICE }] : []),
    ],
  };
}

/** Which files of the user are read, and which of the folder. */
export async function filesSection(team: string | undefined, folder: FolderTrust, env: Environment) {
  const own = configDirectory(env);
  const names = ["config.yaml", ".env", "preferences.json", "keybindings.yaml"];
  const there = await Promise.all(
    names.map(async (name) => (await stat(join(own, name)).catch(() => undefined)) !== undefined),
  );
  const found = names.filter((_, index) => there[index]);
  return {
    title: "Files",
    lines: [
      { label: "configuration", text: team ?? "none: the team is made of what there is" },
      { label: "your settings", text: `${own}: ${found.length === 0 ? "nothing yet" : found.join(", ")}` },
      { label: "state", text: userStateDir(env) },
      { label: "this folder", ...trustLine(folder) },
    ],
  } satisfies PageSection;
}

function trustLine({ state, files }: FolderTrust): Omit<PageLine, "label"> {
  if (state === "nothing") return { text: "brings no settings along" };
  if (state === "trusted") return { text: `trusted: ${files.join(", ")}`, mark: "ok" };
  return { text: `${files.join(", ")} not used until you trust them: massgen trust`, mark: "warn" };
}

/** Which providers have a key, by the names of the variables; never a key. */
export function keysSection(keys: Keys): PageSection {
  const providers = new Map<string, string[]>();
  for (const [type, { keyEnv }] of Object.entries(BACKENDS)) {
    if (keyEnv.length > 0) providers.set(keyEnv.join(" or "), [...(providers.get(keyEnv.join(" or ")) ?? []), type]);
  }
  const lines = [...providers].map(([names, types]) => {
    const set = names.split(" or ").find((name) => keys.find(name) !== undefined);
    return { types: types.join(", "), names, set };
  });
  const missing = lines.filter(({ set }) => set === undefined);
  return {
    title: "Keys",
    lines: [
      ...lines.flatMap(({ types, set }): PageLine[] =>
        set === undefined ? [] : [{ label: types, text: `${set} is set, ${keys.whence(set)}`, mark: "ok" }],
      ),
      ...(missing.length === 0
        ? []
        : [{ label: "no key for", text: missing.map(({ types, names }) => `${types} (${names})`).join(", ") }]),
    ],
  };
}

/** Who is in the team, and whether each can be asked. */
export function teamSection({ config, keys }: Pick<Team, "config" | "keys">, dryRun: boolean): PageSection {
  const check = (id: string, backend: Config["agents"][number]["backend"]): PageLine => {
    const name = `${backend.model} (${backend.type})`;
    try {
      const { type } = resolveModelSpec({ id, systemMessage: undefined, backend }, keys, config, { dryRun });
      if (type === "simulated") return { label: id, text: `${name}: simulated, no real model`, mark: "warn" };
      return { label: id, text: name, mark: "ok" };
    } catch (error) {
      return { label: id, text: `${name}: ${faultText(toFault(error))}`, mark: "bad" };
    }
  };
  const { agents, lead } = config;
  const leads = lead ?? agents[0]?.backend;
  return {
    title: `Team of ${plural(agents.length, "agent")}`,
    lines: [...(leads ? [check("lead", leads)] : []), ...agents.map(({ id, backend }) => check(id, backend))],
  };
}

/** What the commands of agents are shut in, on this machine. */
export async function sandboxSection({ sandbox: settings, agents }: Config): Promise<PageSection> {
  const { openSandbox } = await import("../workspace/sandbox.ts");
  const runs = agents.some(({ backend }) => backend.runCommand);
  const why = runs ? "" : "; no agent of this team runs commands";
  try {
    const { sandbox, notice } = await openSandbox(settings);
    await sandbox?.close();
    const line: PageLine = sandbox
      ? { label: settings.mode, text: `${sandbox.name}${why}`, mark: "ok" }
      : { label: settings.mode, text: `${notice ?? "none"}${why}`, mark: runs ? "warn" : "ok" };
    return { title: "Sandbox", lines: [line] };
  } catch (error) {
    const line: PageLine = { label: settings.mode, text: faultText(toFault(error)), mark: runs ? "bad" : "warn" };
    return { title: "Sandbox", lines: [line] };
  }
}
