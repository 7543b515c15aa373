import { realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import * as z from "zod";
import { contextMdPath, planJson } from "../../projects/layout.ts";
import { listProjects, type Project } from "../../projects/open.ts";
import type { Environment } from "./config-directory.ts";
import type { TrustedFile } from "./trusted-files.ts";
import { type UserFile, userFile } from "./user-file.ts";

/** Real paths. What cannot be read is nobody's own. */
const Own = z.object({ own: z.array(z.string()).default([]) });

/**
 * Projects that came with a folder. What they remember is read to the lead, so that it needs the user's consent; projects
 * that were begun here are theirs: what is in them changes with every run, and nobody is asked about that.
 */
export async function foreignProjects(dir: string, env: Environment): Promise<readonly Project[]> {
  const projects = await listProjects(dir).catch(() => []);
  if (projects.length === 0) return [];
  const own = new Set((await ownProjects(env).read()).own);
  const keys = await Promise.all(projects.map(keyOf));
  return projects.filter((_, index) => !own.has(keys[index] ?? ""));
}

/** What of foreign projects there is to agree to. */
export async function foreignMemory(dir: string, env: Environment): Promise<readonly TrustedFile[]> {
  const names = (await foreignProjects(dir, env)).flatMap(memoryNames);
  const found = await Promise.all(
    names.map(async (name) => {
      const stats = await stat(join(dir, name)).catch(() => undefined);
      return stats?.isFile() ? [{ name, size: stats.size }] : [];
    }),
  );
  return found.flat();
}

function memoryNames({ cwd, root }: Project): readonly string[] {
  return [contextMdPath(root), planJson(root)].map((path) => relative(cwd, path));
}

/** A project that is not there yet becomes the user's own. */
export async function claimIfNew(project: Project, env: Environment): Promise<void> {
  if ((await stat(project.root).catch(() => undefined)) === undefined) await claim([project], env);
}

/** Those of the folder whose memory is named so are the user's own from now on. */
export async function claimNamed(dir: string, names: readonly string[], env: Environment): Promise<void> {
  const projects = await listProjects(dir).catch(() => []);
  const agreed = projects.filter((project) => memoryNames(project).some((name) => names.includes(name)));
  if (agreed.length > 0) await claim(agreed, env);
}

/** They are the user's own from now on. Where that cannot be kept, the user is asked about them some day. */
export async function claim(projects: readonly Project[], env: Environment): Promise<void> {
  const keys = await Promise.all(projects.map(keyOf));
  const { own } = await ownProjects(env).read();
  if (keys.every((key) => own.includes(key))) return;
  // A home that cannot be written to keeps nothing.
  await ownProjects(env)
    .write({ own: [...new Set([...own, ...keys])] })
    .catch(() => {});
}

/** Its real place; its root need not exist yet. */
async function keyOf({ cwd, root }: Project): Promise<string> {
  return join(await realpath(cwd), relative(cwd, root));
}

function ownProjects(env: Environment): UserFile<z.infer<typeof Own>> {
  return userFile("projects", Own, env);
}
