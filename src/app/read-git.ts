import { constants } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

export type GitHead = { readonly commit: string; readonly branch: string | null };

/**
 * The commit that is checked out at `cwd`, read from the repository's files; undefined where there is none. Git itself is
 * not asked: in a folder that nobody trusts yet it would do what the folder's configuration says.
 */
export async function readGit(cwd: string): Promise<GitHead | undefined> {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    const found = await repositoryAt(join(folder, ".git"));
    if (found) return headOf(found.git, found.head);
    if (folder === dirname(folder)) return undefined;
  }
}

/** `.git` is a file that names another place where the folder is a worktree or a submodule. */
async function repositoryAt(place: string): Promise<{ readonly git: string; readonly head: string } | undefined> {
  const elsewhere = /^gitdir: (.+)$/.exec((await read(place)) ?? "")?.[1];
  const git = elsewhere === undefined ? place : resolve(dirname(place), elsewhere);
  const head = await read(join(git, "HEAD"));
  return head === undefined ? undefined : { git, head };
}

async function headOf(git: string, head: string): Promise<GitHead | undefined> {
  const ref = /^ref: (refs\/(?!.*\.\.)[^\s\0]+)$/.exec(head)?.[1];
  if (ref === undefined) return COMMIT.test(head) ? { commit: head, branch: null } : undefined;
  const common = resolve(git, (await read(join(git, "commondir"))) ?? ".");
  const commit = (await read(join(common, ref))) ?? packed(await read(join(common, "packed-refs")), ref);
  return commit !== undefined && COMMIT.test(commit)
    ? { commit, branch: ref.replace(/^refs\/heads\//, "") }
    : undefined;
}

/** Whatever else stands where a commit should is not passed on: the folder says which file that is. */
const COMMIT = /^[0-9a-f]{40,64}$/;

function packed(refs: string | undefined, ref: string): string | undefined {
  return refs
    ?.split("\n")
    .find((line) => line.endsWith(` ${ref}`))
    ?.split(" ")[0];
}

/** Does not wait for whoever should write into a pipe. */
async function read(path: string): Promise<string | undefined> {
  return readFile(path, { encoding: "utf8", flag: constants.O_RDONLY | constants.O_NONBLOCK }).then(
    (text) => text.trim(),
    () => undefined,
  );
}
