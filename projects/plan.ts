import { readFile } from "node:fs/promises";
import * as z from "zod";
import { FaultError } from "../src/core/fault.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import { filepathsJson, planJson } from "./layout.ts";
import type { Project } from "./open.ts";

/** plan.json: the current plan and how far it is. */
export const Plan = z.object({
  title: z.string(),
  phases: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      tasks: z.array(
        z.object({
          id: z.string(),
          title: z.string(),
          state: z.enum(["todo", "doing", "done", "blocked", "dropped"]),
          /** Ids of tasks that come first. */
          after: z.array(z.string()).default([]),
          files: z.array(z.string()).default([]),
          /** How one can tell that it is done: a command, or a sentence. */
          check: z.string().default(""),
          /** The run that did it. */
          run: z.string().nullable().default(null),
        }),
      ),
    }),
  ),
});
export type Plan = z.infer<typeof Plan>;

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
