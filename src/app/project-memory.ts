import { join } from "node:path";
import { readFile } from "node:fs/promises";
import { readContext, updateContext } from "../../projects/context-md.ts";
import { listDeliverables, saveDeliverable } from "../../projects/deliverables.ts";
import { deliverablesDir, planJson } from "../../projects/layout.ts";
import { createProject, findProject, listProjects, type Project } from "../../projects/open.ts";
import { describeRun, readRunDescription } from "../../projects/run-history.ts";
import { FaultError } from "../core/fault.ts";
import type { ProjectOverview, ProjectPort, RunsPort } from "../lead/ports.ts";

/** The open project, for the lead. `switchTo` makes another project the open one. */
export function createProjectMemory(options: {
  readonly project: () => Project;
  readonly switchTo: (project: Project) => Promise<void>;
  readonly runs: Pick<RunsPort, "list">;
  /** It came with a folder that the user has not agreed to: nothing of it is read out. */
  readonly isForeign: (project: Project) => boolean;
  /** A project was begun. */
  readonly onNew: (project: Project) => Promise<void>;
}): ProjectPort {
  const { project, switchTo } = options;
  return {
    current: () => refOf(project()),
    overview,
    async create(spec) {
      const made = await createProject(project().cwd, spec);
      await options.onNew(made);
      await switchTo(made);
      return refOf(made);
    },
    async open(nameOrWords) {
      await switchTo(await find(project().cwd, nameOrWords));
      return overview();
    },
    updateContext: (edit) => updateContext(project(), edit),
    async saveDeliverable({ name, content, run }) {
      const { root } = project();
      const { file, version } = await saveDeliverable(project(), { name, content, author: "lead", run });
      if (run !== undefined) await noteInRun(project(), run, file);
      return { file: join(deliverablesDir(root), file), version };
    },
  };

  async function overview(): Promise<ProjectOverview> {
    const { root, cwd, name } = project();
    const [context, deliverables, runs, others, plan] = await Promise.all([
      readContext(project()),
      listDeliverables(project()),
      options.runs.list(),
      listProjects(cwd),
      readFile(planJson(root), "utf8").catch(() => undefined),
    ]);
    if (options.isForeign(project())) return { name, root, contextMd: "", deliverables: [], runs: [], others: [] };
    const newest = deliverables.filter(
      (one) => !deliverables.some((two) => two.name === one.name && two.version > one.version),
    );
    return {
      name,
      root,
      contextMd: context.shown,
      deliverables: newest.map(({ name: title, file, version }) => ({
        name: title,
        file: join(deliverablesDir(root), file),
        version,
      })),
      plan,
      runs,
      others: others.filter((other) => other.root !== root).map((other) => other.name),
    };
  }
}

function refOf({ name, root }: Project): { name: string; root: string } {
  return { name, root };
}

async function find(cwd: string, nameOrWords: string): Promise<Project> {
  const found = await findProject(cwd, nameOrWords);
  if (found) return found;
  const names = (await listProjects(cwd)).map(({ name }) => name);
  throw new FaultError({
    code: "tool",
    message: `No project here is called "${nameOrWords}"`,
    hint: names.length > 0 ? `Projects: ${names.join(", ")}.` : "There is none yet; create_project makes one.",
  });
}

/** The run's record names what came of it. A run that is no longer there does not keep the deliverable from being saved. */
async function noteInRun(project: Project, run: string, file: string): Promise<void> {
  try {
    const description = await readRunDescription(project, run);
    if (description.deliverables.includes(file)) return;
    await describeRun(project, { ...description, deliverables: [...description.deliverables, file] });
  } catch {
    // its description is gone or broken, which /runs shows
  }
}
