import { readdir } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, isAbsolute, join, relative } from "node:path";
import { isProtected } from "./places.ts";

/** Something below a grant that a command must not see, or must not change. */
export type Hidden = { readonly path: string; readonly kind: "file" | "directory"; readonly what: "read" | "write" };

/** Where they are many and none of them is anybody's secret. */
const NOT_SEARCHED = new Set(["node_modules", ".git", ".venv", "venv", "__pycache__"]);
/** A tree beyond this is searched in part, its upper levels first. */
const MAX_DIRECTORIES = 3000;

/** What else than protected names a command must not see or change; relative to what is searched. */
export type AlsoHidden = (path: string, kind: Hidden["kind"]) => Hidden["what"] | undefined;

/** The names below `root` that tools may not touch either: keys, our own files, the innards of repositories, and what rules close. */
export async function hiddenBelow(root: string, also: AlsoHidden = () => undefined): Promise<readonly Hidden[]> {
  const hidden: Hidden[] = [];
  let level = [root];
  for (let seen = 0; level.length > 0 && seen < MAX_DIRECTORIES;) {
    const batch = level.slice(0, MAX_DIRECTORIES - seen);
    seen += batch.length;
    const below = await Promise.all(
      batch.map((directory) => lookInto(directory, hidden, (path, kind) => also(relative(root, path), kind))),
    );
    level = below.flat();
  }
  return hidden;
}

/** Adds to `hidden`; resolves with the directories to look into next. */
async function lookInto(directory: string, hidden: Hidden[], also: AlsoHidden): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []); // a file, or closed to us: then to commands, too
  const next: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    const kind = entry.isDirectory() ? "directory" : "file";
    const isNamed = (["read", "write"] as const).find((access) => isProtected(entry.name, access, basename(directory)));
    const what = isNamed === "read" ? isNamed : (also(path, kind) ?? isNamed);
    if (what !== undefined && !entry.isSymbolicLink()) hidden.push({ path, kind, what });
    if (what !== "read" && entry.isDirectory() && !NOT_SEARCHED.has(entry.name)) next.push(path);
  }
  return next;
}

/** Secrets that usual programs keep in a home directory: for grants that are as wide as that. */
const SECRETS_AT_HOME = [
  ".ssh",
  ".aws",
  ".azure",
  ".gnupg",
  ".kube",
  ".docker",
  ".config",
  ".local/share/keyrings",
  ".netrc",
  ".npmrc",
  ".pypirc",
  ".git-credentials",
  ".cargo/credentials.toml",
  ".bash_history",
  ".zsh_history",
  ".mozilla",
  ".password-store",
  "Library/Keychains",
  "Library/Application Support",
];

/** The same for the system; only root could read most of them anyway. */
const SECRETS_OF_SYSTEM = [
  "/etc/shadow",
  "/etc/gshadow",
  "/etc/ssh",
  "/etc/ssl/private",
  "/etc/sudoers",
  "/etc/sudoers.d",
];

export function wellKnownSecrets(): readonly string[] {
  return [...homes().flatMap((home) => SECRETS_AT_HOME.map((name) => join(home, name))), ...SECRETS_OF_SYSTEM];
}

/** Where the environment says that home is, and where it is for the system. */
export function homes(): readonly string[] {
  return [...new Set([process.env["HOME"] ?? "", homedir()])].filter(isAbsolute);
}
