import { realpath, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import * as z from "zod";
import { contextMdPath, deliverablesIndex, planJson, runDescription } from "../../projects/layout.ts";
import { listProjects, type Project } from "../../projects/open.ts";
import { listRuns } from "../../projects/run-history.ts";
import type { Environment } from "./config-directory.ts";
import type { TrustedFile } from "./trusted-files.ts";
import { type UserFile, userFile } from "./user-file.ts";

/** Real paths, of projects that were begun here, and of those that came with a folder and were agreed to. */
const Known = z.object({ own: z.array(z.string()).default([]), agreed: z.array(z.string()).default([]) });
type Known = z.infer<typeof Known>;

type ForeignProject = Project & { readonly memory: readonly TrustedFile[] };

/**
 * Projects that came with a folder. What they remember is read to the lead, so that it needs the user's consent; projects
 * that were begun here are theirs: what is in them changes with every run, and nobody is asked about that. One that
 * remembers nothing is nobody's.
 */
export async function foreignProjects(dir: string, env: Environment): Promise<readonly ForeignProject[]> {
  const projects = await listProjects(dir).catch(() => []);
  if (projects.length === 0) return [];
  const { own, agreed } = await knownProjects(env).read();
  const known = new Set([...own, ...agreed]);
  const keys = await Promise.all(projects.map(keyOf));
  const unknown = projects.filter((_, index) => !known.has(keys[index] ?? ""));
  const memories = await Promise.all(unknown.map(memoryOf));
  return unknown.flatMap((project, index) => {
    const memory = memories[index] ?? [];
    return memory.length === 0 ? [] : [{ ...project, memory }];
  });
}

/** Opens a project as far as it is the user's to open; says of this and others of its folder whether they are foreign. */
export async function foreignBeside(project: Project, env: Environment): Promise<(one: Project) => boolean> {
  await claimIfNew(project, env);
  const foreign = new Set((await foreignProjects(project.cwd, env)).map(({ root }) => root));
  return ({ root }) => foreign.has(root);
}

/** What of foreign projects there is to agree to. */
export async function foreignMemory(dir: string, env: Environment): Promise<readonly TrustedFile[]> {
  return (await foreignProjects(dir, env)).flatMap(({ memory }) => memory);
}

/** A project that has nothing but runs is known by the first of them. */
const MAX_RUNS = 5;

/** What the lead would read of a project when it is opened. */
async function memoryOf(project: Project): Promise<readonly TrustedFile[]> {
  const { cwd, root } = project;
  const present = async (paths: readonly string[]): Promise<readonly TrustedFile[]> => {
    const found = await Promise.all(
      paths.map(async (path) => {
        const stats = await stat(path).catch(() => undefined);
        return stats?.isFile() ? [{ name: relative(cwd, path), size: stats.size }] : [];
      }),
    );
    return found.flat();
  };
  const memory = await present([contextMdPath(root), planJson(root), deliverablesIndex(root)]);
  if (memory.length > 0) return memory;
  const runs = await listRuns(project).catch(() => []);
  return (await present(runs.map(({ id }) => runDescription(root, id)))).slice(0, MAX_RUNS);
}

/** A project that is not there yet, or that says nothing yet, becomes the user's own. */
export async function claimIfNew(project: Project, env: Environment): Promise<void> {
  const isThere = await stat(project.root).catch(() => undefined);
  if (isThere === undefined || (await memoryOf(project)).length === 0) await claim([project], env);
}

/** The user agreed to those of the folder whose memory is named so. */
export async function agreeToNamed(dir: string, names: readonly string[], env: Environment): Promise<void> {
  const foreign = await foreignProjects(dir, env);
  const agreed = foreign.filter(({ memory }) => memory.some(({ name }) => names.includes(name)));
  await add("agreed", agreed, env);
}

/** Those of the folder that the user agreed to are no longer used. Their own stay theirs. */
export async function disagree(dir: string, env: Environment): Promise<void> {
  const keys = await Promise.all((await listProjects(dir).catch(() => [])).map(keyOf));
  const known = await knownProjects(env).read();
  const agreed = known.agreed.filter((key) => !keys.includes(key));
  if (agreed.length < known.agreed.length) await knownProjects(env).write({ ...known, agreed });
}

/** They are the user's own from now on. Where that cannot be kept, the user is asked about them some day. */
export async function claim(projects: readonly Project[], env: Environment): Promise<void> {
  await add("own", projects, env).catch(() => {}); // a home that cannot be written to keeps nothing
}

async function add(to: keyof Known, projects: readonly Project[], env: Environment): Promise<void> {
  const keys = await Promise.all(projects.map(keyOf));
  const known = await knownProjects(env).read();
  if (keys.every((key) => known.own.includes(key) || known.agreed.includes(key))) return;
  await knownProjects(env).write({ ...known, [to]: [...new Set([...known[to], ...keys])] });
}

/** Its real place; its root need not exist yet. */
async function keyOf({ cwd, root }: Project): Promise<string> {
  return join(await realpath(cwd), relative(cwd, root));
}

/** What cannot be read knows none. */
function knownProjects(env: Environment): UserFile<Known> {
  return userFile("projects", Known, env);
}
