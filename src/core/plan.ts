import * as z from "zod";
import { plural } from "./text.ts";

const PlanTask = z.object({
  id: z.string().min(1),
  title: z.string().min(1),
  state: z.enum(["todo", "doing", "done", "blocked", "dropped"]),
  /** Ids of tasks that come first. */
  after: z.array(z.string()).default([]),
  files: z.array(z.string()).default([]),
  /** How one can tell that it is done: a command, or a sentence. */
  check: z.string().default(""),
  /** The run that did it. */
  run: z.string().nullable().default(null),
});

/** plan.json: a plan and how far it is. */
export const Plan = z.object({
  title: z.string(),
  phases: z.array(z.object({ id: z.string(), title: z.string(), tasks: z.array(PlanTask) })),
});
export type Plan = z.infer<typeof Plan>;

/** A plan as a model writes it: nothing of it is done yet. */
export const NewPlan = z.object({
  title: z.string().trim().min(1),
  phases: z
    .array(
      z.object({
        id: z.string().trim().min(1).describe('Unique: "1", "schema"'),
        title: z.string().trim().min(1),
        tasks: z
          .array(
            z.object({
              id: z.string().trim().min(1).describe('Unique in the whole plan: "1.2"'),
              title: z
                .string()
                .trim()
                .min(1)
                .describe("What is to be done, so that somebody who reads only this can do it"),
              after: z.array(z.string()).optional().describe("Ids of the tasks that must be done before"),
              files: z.array(z.string()).optional().describe("Files that it touches"),
              check: z.string().optional().describe("How one can tell that it is done: a command, or a sentence"),
            }),
          )
          .min(1),
      }),
    )
    .min(1),
});
export type NewPlan = z.infer<typeof NewPlan>;

export function startPlan({ title, phases }: NewPlan): Plan {
  return Plan.parse({
    title,
    phases: phases.map((phase) => ({ ...phase, tasks: phase.tasks.map((task) => ({ ...task, state: "todo" })) })),
  });
}

/** What is wrong with a plan that no schema can say, in a sentence; undefined when it can be worked through. */
export function planProblem({ phases }: Pick<Plan, "phases">): string | undefined {
  const tasks = phases.flatMap((phase) => phase.tasks);
  const ids = tasks.map(({ id }) => id);
  const twice = repeated(ids) ?? repeated(phases.map(({ id }) => id));
  if (twice !== undefined) return `the id "${twice}" is there twice`;
  for (const { id, after } of tasks) {
    const unknown = after.find((other) => !ids.includes(other));
    if (unknown !== undefined) return `task "${id}" comes after "${unknown}", which is no task of the plan`;
  }
  const done = new Set<string>();
  for (let before = -1; done.size > before;) {
    before = done.size;
    for (const { id, after } of tasks) if (after.every((other) => done.has(other))) done.add(id);
  }
  const stuck = ids.filter((id) => !done.has(id));
  return stuck.length === 0 ? undefined : `these tasks wait for each other: ${stuck.join(", ")}`;
}

/** "3 phases, 12 tasks". */
export function planSize({ phases }: Pick<Plan, "phases">): string {
  const tasks = phases.reduce((sum, phase) => sum + phase.tasks.length, 0);
  return `${plural(phases.length, "phase")}, ${plural(tasks, "task")}`;
}

/** The plan a line for each phase and task, for people and models. */
export function planText({ title, phases }: Plan): string {
  const tasks = (phase: Plan["phases"][number]): string[] =>
    phase.tasks.map(({ id, title, state, after, files, check }) =>
      [
        `- ${id} [${state}] ${title}`,
        after.length > 0 ? `after ${after.join(", ")}` : "",
        files.length > 0 ? `files ${files.join(", ")}` : "",
        check === "" ? "" : `check: ${check}`,
      ]
        .filter((part) => part !== "")
        .join(" · "),
    );
  return [title, ...phases.flatMap((phase) => [`Phase ${phase.id}: ${phase.title}`, ...tasks(phase)])].join("\n");
}

function repeated(ids: readonly string[]): string | undefined {
  return ids.find((id, index) => ids.indexOf(id) !== index);
}
