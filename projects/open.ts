import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { basename, isAbsolute, join, resolve } from "node:path";
import { FaultError } from "../src/core/fault.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import { contextMdPath, deliverablesDir, filepathsJson, projectRoot, projectsRoot, slug } from "./layout.ts";

/** A folder that remembers. `root` need not exist yet; `cwd` is where the user works. Both absolute. */
export type Project = { readonly name: string; readonly root: string; readonly cwd: string };

/**
 * A project by name (under `<cwd>/workspace/projects`) or by folder (anything with a "/" in it, or "."). Without `create`
 * nothing is made on disk, and the folder may not exist. Throws FaultError when something else is in its place.
 */
export async function openProject(
  cwd: string,
  nameOrDir: string,
  { create = false }: { create?: boolean } = {},
): Promise<Project> {
  const here = resolve(cwd);
  const isDir = isAbsolute(nameOrDir) || /[/\\]/.test(nameOrDir) || nameOrDir === "." || nameOrDir === "..";
  const root = isDir ? resolve(here, nameOrDir) : projectRoot(here, nameOrDir);
  const project: Project = { name: basename(root) || slug(here), root, cwd: here };
  if (create) {
    await ensureProject(project);
    return project;
  }
  const found = await stat(root).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw diskFault(error, "open project", root);
  });
  if (found === undefined || found.isDirectory()) return project;
  throw new FaultError({
    code: "disk",
    message: `${root} is a file, so it cannot be a project`,
    hint: "Move it, or choose another project name with --project.",
  });
}

/** Makes the project's folder and whatever is missing in it. What is there stays as it is. */
export async function ensureProject(project: Project, goals = ""): Promise<void> {
  const { root } = project;
  try {
    await mkdir(deliverablesDir(root), { recursive: true });
    await writeIfMissing(join(root, ".gitignore"), IGNORED);
    await writeIfMissing(filepathsJson(root), "[]\n");
    await writeIfMissing(contextMdPath(root), contextTemplate(project.name, goals));
  } catch (error) {
    throw diskFault(error, "set up project", root);
  }
}

/** A new project. Throws FaultError when there is one of that name. */
export async function createProject(cwd: string, spec: { name: string; goals: string }): Promise<Project> {
  const project = await openProject(cwd, slug(spec.name));
  try {
    await mkdir(projectsRoot(project.cwd), { recursive: true });
    await mkdir(project.root);
  } catch (error) {
    if (errorCode(error) !== "EEXIST") throw diskFault(error, "create project", project.root);
    throw new FaultError(
      {
        code: "usage",
        message: `There is a project "${project.name}" already: ${project.root}`,
        hint: "Open it, or choose another name.",
      },
      { cause: error },
    );
  }
  await ensureProject(project, spec.goals);
  return project;
}

/** The projects of a working directory, by name. Projects in folders of their own are not among them. */
export async function listProjects(cwd: string): Promise<Project[]> {
  const here = resolve(cwd);
  const entries = await readdir(projectsRoot(here), { withFileTypes: true }).catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return [];
    throw diskFault(error, "list projects in", projectsRoot(here));
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map(({ name }) => ({ name, root: join(projectsRoot(here), name), cwd: here }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The one project that the words of a user mean: "the gRPC migration" finds grpc-migration. Undefined for none, or several alike. */
export async function findProject(cwd: string, words: string): Promise<Project | undefined> {
  const projects = await listProjects(cwd);
  const exact = projects.find(({ name }) => name === slug(words));
  if (exact) return exact;
  const said = wordsOf(words);
  const ranked = projects
    .map((project) => ({ project, score: matchScore(said, wordsOf(project.name)) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score);
  const [best, second] = ranked;
  return best && best.score !== second?.score ? best.project : undefined;
}

/** How much of the name was said, 0 to 1. Half a match counts only when nothing else was said: "auth migration" is another project. */
function matchScore(said: readonly string[], named: readonly string[]): number {
  const hits = named.filter((name) => said.some((word) => isSameWord(word, name))).length;
  const strange = said.some((word) => !named.some((name) => isSameWord(word, name)));
  return hits < named.length && strange ? 0 : hits / named.length;
}

/** "migrate" and "migration" are the same word here: four letters in common, and most of the shorter one. */
function isSameWord(a: string, b: string): boolean {
  if (a === b) return true;
  const shorter = Math.min(a.length, b.length);
  let common = 0;
  while (common < shorter && a[common] === b[common]) common++;
  return common >= 4 && common >= shorter * 0.75;
}

function wordsOf(text: string): string[] {
  return slug(text)
    .split(/[-._]+/)
    .filter((word) => !COMMON.has(word));
}

const COMMON = new Set(
  "a an and continue for go in my new of on open our project resume start the to with work".split(" "),
);

async function writeIfMissing(path: string, content: string): Promise<void> {
  await writeFile(path, content, { flag: "wx" }).catch((error: unknown) => {
    if (errorCode(error) !== "EEXIST") throw error;
  });
}

/** Conversations and logs are personal; the rest of a project is worth sharing. */
const IGNORED = `/sessions/
/runs/
/.context-undo.json
/CONTEXT.md.lock
/deliverables/index.json.lock
.*.tmp
`;

function contextTemplate(name: string, goals: string): string {
  const sections = ["Goals", "Decisions", "Constraints", "State", "Open questions"];
  const body = sections.map((section) => `## ${section}\n`);
  if (goals.trim() !== "") body[0] = `## Goals\n\n${goals.trim()}\n`;
  return `# ${name}\n\n${body.join("\n")}`;
}
