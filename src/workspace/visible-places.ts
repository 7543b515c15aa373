import { lstat, readlink, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, dirname, isAbsolute, join, sep } from "node:path";
import type { AgentFiles } from "../core/workspace.ts";
import { type AlsoHidden, hiddenBelow, homes, wellKnownSecrets } from "./hidden-files.ts";
import { matchers, partsBelow } from "./places.ts";

/** One place as a command sees it. Where one lies in another, the deeper one counts. */
export type Visible =
  | { readonly path: string; readonly as: "read" | "write" | "hidden directory" | "hidden file" | "scratch" }
  | { readonly path: string; readonly as: "link"; readonly to: string };

/** What programs need, and nobody keeps secrets in. */
const SYSTEM = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/etc", "/opt", "/nix", "/snap"];
/** Compilers and package managers that live at home, without what they keep there of credentials. */
const TOOLS_AT_HOME = [
  ".asdf",
  ".bun",
  ".cargo/bin",
  ".cargo/registry",
  ".deno",
  ".fnm",
  ".local/bin",
  ".local/lib",
  ".local/share/fnm",
  ".local/share/mise",
  ".local/share/pnpm",
  ".local/share/uv",
  ".nvm",
  ".pyenv",
  ".rbenv",
  ".rustup",
  ".sdkman",
  ".volta",
  "go/pkg",
];

/**
 * Everything that a command of the agent may see, parents before what lies in them; whatever is not in the list does
 * not exist for it. Home is an empty directory that is gone afterwards, and so are those for temporary files.
 */
export async function visiblePlaces(files: AgentFiles): Promise<readonly Visible[]> {
  const programs = await Promise.all([...SYSTEM, ...tools()].map(present));
  const empty = await Promise.all([...homes(), tmpdir(), "/tmp", "/var/tmp"].map(scratch));
  return arranged([...programs.flat(), ...empty.flat(), ...(await granted(files))]);
}

/** What of all that is granted to the agent, and what below it is closed: for a place that has programs of its own. */
export async function grantedPlaces(files: AgentFiles): Promise<readonly Visible[]> {
  const all = await granted(files);
  const isBelow = (path: string): boolean =>
    all.some((one) => !one.as.startsWith("hidden") && partsBelow(one.path, path));
  return arranged(all.filter(({ path }) => isBelow(path)));
}

async function granted(files: AgentFiles): Promise<readonly Visible[]> {
  const found = await Promise.all(
    files.grants.map(async ({ path, permission }): Promise<readonly Visible[]> => {
      const real = await realpath(path).catch(() => undefined);
      return real === undefined ? [] : [{ path: real, as: permission }];
    }),
  );
  const grants = found.flat();
  return [...grants, ...(await hidden(files, grants))];
}

function arranged(all: readonly Visible[]): readonly Visible[] {
  const byPath = new Map(all.map((one) => [one.path, one]));
  const depth = ({ path }: Visible): number => path.split(sep).filter(Boolean).length;
  const sorted = [...byPath.values()].sort((a, b) => depth(a) - depth(b));
  return sorted.filter((one, index) => {
    const around = sorted.slice(0, index).findLast(({ path }) => partsBelow(path, one.path) !== undefined);
    return !(one.as.startsWith("hidden") && around?.as === "hidden directory");
  });
}

/** Directories of PATH are there with what lies beside them ("bin" finds its "lib"), at home by themselves alone. */
function tools(): readonly string[] {
  const holdsHome = (path: string): boolean => homes().some((home) => partsBelow(path, home) !== undefined);
  const isAtHome = (path: string): boolean => homes().some((home) => partsBelow(home, path) !== undefined);
  const path = (process.env["PATH"] ?? "").split(delimiter).filter(isAbsolute);
  const onPath = path.map((directory) => {
    const around = dirname(directory);
    return /^s?bin$/.test(basename(directory)) && !isAtHome(directory) && !holdsHome(around) ? around : directory;
  });
  const atHome = homes().flatMap((home) => TOOLS_AT_HOME.map((name) => join(home, name)));
  return [...onPath.filter((directory) => !holdsHome(directory)), ...atHome];
}

async function present(path: string): Promise<readonly Visible[]> {
  try {
    const stats = await lstat(path);
    return [stats.isSymbolicLink() ? { path, as: "link", to: await readlink(path) } : { path, as: "read" }];
  } catch {
    return [];
  }
}

async function scratch(path: string): Promise<readonly Visible[]> {
  return [{ path: await realpath(path).catch(() => path), as: "scratch" }];
}

/** What the user's rules close below a grant; a directory when all that could lie in it is. */
async function closedIn({ grants }: AgentFiles, searched: string): Promise<AlsoHidden> {
  const real = await Promise.all(grants.map(async ({ path }) => realpath(path).catch(() => path)));
  const grant = grants[real.indexOf(searched)];
  const rules = [grant?.closed, grant?.asks].flatMap((one) => matchers(one) ?? []);
  if (rules.length === 0) return () => undefined;
  const opened = grant?.opened ?? [];
  return (path, kind) => {
    const absolute = join(searched, path);
    if (opened.some((one) => partsBelow(one, absolute) ?? partsBelow(absolute, one))) return undefined;
    const name = path.split(sep).join("/");
    const names = kind === "directory" ? [`${name}/`, `${name}/massgen-anything`] : [name];
    return (["read", "write"] as const).find((access) =>
      rules.some((one) => names.some((each) => one[access].ignores(each))),
    );
  };
}

async function hidden(files: AgentFiles, grants: readonly Visible[]): Promise<readonly Visible[]> {
  const own = await realpath(files.root).catch(() => files.root);
  const searched = grants.filter(({ path }) => files.isUsers === true || path !== own);
  const below = await Promise.all(
    searched.map(async ({ path, as }) => {
      const found = await hiddenBelow(path, await closedIn(files, path));
      return found.flatMap(({ path: one, kind, what }): readonly Visible[] => {
        if (what === "read") return [{ path: one, as: kind === "file" ? "hidden file" : "hidden directory" }];
        return as === "write" ? [{ path: one, as: "read" }] : [];
      });
    }),
  );
  const secrets = await Promise.all(
    wellKnownSecrets().map(async (path): Promise<readonly Visible[]> => {
      const stats = await lstat(path).catch(() => undefined);
      const isSeen = [...grants.map((grant) => grant.path), ...SYSTEM].some((place) => partsBelow(place, path));
      if (!stats || !isSeen || grants.some((grant) => grant.path === path)) return [];
      return [{ path, as: stats.isDirectory() ? "hidden directory" : "hidden file" }];
    }),
  );
  return [...below, ...secrets].flat();
}
