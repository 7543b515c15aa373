import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { realpath } from "node:fs/promises";
import { join } from "node:path";
import * as z from "zod";
import type { TrustPage } from "../core/trust.ts";
import type { Environment } from "./config-directory.ts";
import { agreeToNamed, disagree, foreignMemory } from "./own-projects.ts";
import { MAX_TRUSTED_BYTES, trustedFiles, type TrustedFile } from "./trusted-files.ts";
import { type UserFile, userFile } from "./user-file.ts";

export type FolderTrust = {
  /** changed: the user agreed to other contents. declined: and to these, said no. */
  readonly state: "nothing" | "trusted" | "unknown" | "changed" | "declined";
  /** Names of the files that this is about. */
  readonly files: readonly string[];
};

/** Checksums by the name of the file. */
type Contents = Readonly<Record<string, string>>;

const folders = z.record(z.string(), z.record(z.string(), z.string())).default({});
/** By the real path of the folder. What cannot be read trusts nothing. */
const Answers = z.object({ trusted: folders, declined: folders });
type Answers = z.infer<typeof Answers>;

/** Whether the files of this folder, by its real path and their contents, may be used. A folder below a trusted one is not trusted by that. */
export async function folderTrust(dir: string, env: Environment): Promise<FolderTrust> {
  const found = await filesToTrust(dir, env);
  const files = found.map(({ name }) => name);
  if (files.length === 0) return { state: "nothing", files };
  const [folder, given, now] = await Promise.all([realpath(dir), answers(env).read(), contentsOf(dir, found)]);
  const agreed = given.trusted[folder];
  if (agreed && isSame(now, agreed)) return { state: "trusted", files };
  if (isSame(now, given.declined[folder] ?? {})) return { state: "declined", files };
  return { state: agreed ? "changed" : "unknown", files };
}

/** Has the user agreed to this folder, as far as there is anything in it to agree to? */
export async function isTrusted(dir: string, env: Environment = process.env): Promise<boolean> {
  const { state } = await folderTrust(dir, env);
  if (state !== "nothing") return state === "trusted";
  const { trusted } = await answers(env).read();
  return Object.hasOwn(trusted, await realpath(dir));
}

/** What to show the user before asking; undefined when there is nothing to ask, or it was answered already. */
export async function trustQuestion(dir: string, env: Environment): Promise<TrustPage | undefined> {
  const { state } = await folderTrust(dir, env);
  return state === "unknown" || state === "changed" ? trustPage(dir, env) : undefined;
}

/** Everything that the folder wants, whatever the user has said to it. */
export async function trustPage(dir: string, env: Environment): Promise<TrustPage> {
  const found = await filesToTrust(dir, env);
  const [folder, given, now, { wantsOf }] = await Promise.all([
    realpath(dir),
    answers(env).read(),
    contentsOf(dir, found),
    import("./discover.ts"),
  ]);
  const agreed = given.trusted[folder] ?? {};
  const items = await Promise.all(
    found.map(async ({ name, size }) => {
      const sha256 = now[name] ?? "";
      const changed = agreed[name] !== undefined && agreed[name] !== sha256;
      return { name, sha256, changed, wants: await wantsOf(dir, name, size) };
    }),
  );
  return { folder, items };
}

/** Remembers the user's answer to exactly what was shown. */
export async function answerTrust({ folder, items }: TrustPage, yes: boolean, env: Environment): Promise<void> {
  const given = await answers(env).read();
  const contents = Object.fromEntries(items.map(({ name, sha256 }) => [name, sha256]));
  const [to, from] = yes ? (["trusted", "declined"] as const) : (["declined", "trusted"] as const);
  const { [folder]: _, ...others } = given[from];
  await answers(env).write({ ...given, [to]: { ...given[to], [folder]: contents }, [from]: others });
  if (yes) await agreeToNamed(folder, Object.keys(contents), env);
}

/** Remembers that the user trusts this folder as it is now. */
export async function trust(dir: string, env: Environment = process.env): Promise<void> {
  await answerTrust(await trustPage(dir, env), true, env);
}

/** Takes back all that the user agreed to in this folder. Resolves with what is not used any more. */
export async function revokeTrust(dir: string, env: Environment): Promise<TrustPage> {
  await disagree(dir, env);
  const page = await trustPage(dir, env);
  await answerTrust(page, false, env);
  return page;
}

/** Of one line: which files are not used and what to do about it. Undefined when none is left out. */
export function trustNotice({ state, files }: FolderTrust): string | undefined {
  if (state === "nothing" || state === "trusted") return undefined;
  const why = state === "changed" ? "changed since you trusted this folder" : "in this folder";
  const [is, them] = files.length === 1 ? ["is", "it"] : ["are", "them"];
  return `${files.join(", ")} ${why} ${is} not used until you trust ${them}: massgen trust`;
}

async function filesToTrust(dir: string, env: Environment): Promise<readonly TrustedFile[]> {
  return [...(await trustedFiles(dir)), ...(await foreignMemory(dir, env))];
}

async function contentsOf(dir: string, files: readonly TrustedFile[]): Promise<Contents> {
  const sums = await Promise.all(
    files.map(async ({ name, size }): Promise<[string, string]> => {
      if (size > MAX_TRUSTED_BYTES) return [name, "too large"];
      const hash = createHash("sha256");
      for await (const chunk of createReadStream(join(dir, name))) hash.update(chunk as Buffer);
      return [name, hash.digest("hex")];
    }),
  );
  return Object.fromEntries(sums);
}

/** A file that is gone needs nobody's consent; one that is new, or says something else, does. */
function isSame(now: Contents, then: Contents): boolean {
  return Object.entries(now).every(([name, sum]) => Object.hasOwn(then, name) && then[name] === sum);
}

function answers(env: Environment): UserFile<Answers> {
  return userFile("trust", Answers, env);
}
