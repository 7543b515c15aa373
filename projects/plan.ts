import { readFile } from "node:fs/promises";
import * as z from "zod";
import { FaultError } from "../src/core/fault.ts";
import { Plan } from "../src/core/plan.ts";
import { writeAtomic } from "./atomic-write.ts";
import { saveDeliverable } from "./deliverables.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import { filepathsJson, planJson } from "./layout.ts";
import { ensureProject, type Project } from "./open.ts";

/** An entry of filepaths.json: a path that matters, relative to the working directory. */
export const FilePath = z.object({
  path: z.string(),
  kind: z.enum(["file", "directory"]),
  description: z.string().default(""),
});
export type FilePath = z.infer<typeof FilePath>;

/** Undefined when the project has no plan. Throws FaultError when its plan.json is not one. */
export async function readPlan(project: Project): Promise<Plan | undefined> {
  return readJson(planJson(project.root), Plan);
}

/**
 * Makes a plan the project's current one. It and the one before, as far as that was worked through by then, are kept as
 * versions of the deliverable plan.json. Resolves with the path of the project's plan.json.
 */
export async function savePlan(project: Project, plan: Plan, by: { author: string; run: string }): Promise<string> {
  const path = planJson(project.root);
  await ensureProject(project);
  const before = await readFile(path, "utf8").catch(() => undefined);
  const content = `${JSON.stringify(plan, null, 2)}\n`;
  if (before === content) return path;
  if (before !== undefined) await saveDeliverable(project, { name: "plan.json", content: before, author: "" });
  await saveDeliverable(project, { name: "plan.json", content, ...by });
  await writeAtomic(path, content, { durable: true });
  return path;
}

/** Throws FaultError when filepaths.json is not a list of paths. */
export async function readFilePaths(project: Project): Promise<FilePath[]> {
  return (await readJson(filepathsJson(project.root), z.array(FilePath))) ?? [];
}

async function readJson<Value>(path: string, schema: z.ZodType<Value>): Promise<Value | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return undefined;
    throw diskFault(error, "read", path);
  });
  if (text === undefined) return undefined;
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    const why = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new FaultError(
      { code: "disk", message: `${path}: ${why}`, hint: "Correct the file, or delete it." },
      { cause },
    );
  }
}
