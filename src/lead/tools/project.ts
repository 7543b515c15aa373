import * as z from "zod";
import { defineTool, type Tool } from "../../core/tool.ts";
import type { ProjectPort } from "../ports.ts";
import { projectText } from "../project-text.ts";

/** The lead's memory: it lives in the project's files, not in the conversation. */
export function projectTools(project: ProjectPort): readonly Tool[] {
  return [
    defineTool({
      name: "open_project",
      description:
        "Open another project by its name or by words of it. Returns its CONTEXT.md, plan, deliverables and last runs.",
      capability: "coordinate",
      input: z.object({ name: z.string().trim().min(1) }),
      summary: ({ name }) => `open project ${name}`,
      run: async ({ name }) => projectText(await project.open(name)),
    }),
    defineTool({
      name: "create_project",
      description: "Start a new project and open it: a folder with CONTEXT.md, deliverables and the history of runs.",
      capability: "write",
      input: z.object({
        name: z.string().trim().min(1).describe('Short, for a folder: "grpc-migration"'),
        goals: z.string().trim().min(1).describe("What the user wants to reach; goes into CONTEXT.md"),
      }),
      summary: ({ name }) => `create project ${name}`,
      async run(input) {
        const { name, root } = await project.create(input);
        return `Project ${name} created in ${root}; CONTEXT.md holds its goals. It is open now.`;
      },
    }),
    defineTool({
      name: "update_context",
      description:
        "One small edit of CONTEXT.md, the project's memory: goals, decisions, constraints, state, open questions. Long detail belongs into deliverables.",
      capability: "write",
      input: z.object({
        section: z.string().trim().min(1).describe('A heading: "Decisions", "State", …'),
        text: z.string().trim().min(1),
        mode: z.enum(["append", "replace"]).default("append"),
      }),
      summary: ({ section }) => `update CONTEXT.md, ${section}`,
      async run(input) {
        const diff = await project.updateContext(input);
        return diff.trim() === ""
          ? "CONTEXT.md says that already; nothing was changed."
          : `CONTEXT.md changed:\n${diff}`;
      },
    }),
    defineTool({
      name: "save_deliverable",
      description:
        "Keep an output of record in the project: a plan, a report, a decision. The same name again becomes a new version.",
      capability: "write",
      input: z.object({
        name: z.string().trim().min(1).describe('File name: "migration_plan.md"'),
        content: z.string().min(1),
        run: z.string().optional().describe("Id of the run that made it"),
      }),
      summary: ({ name }) => `save ${name}`,
      async run({ name, content, run }) {
        const { file, version } = await project.saveDeliverable({
          name,
          content,
          ...(run === undefined ? {} : { run }),
        });
        return `Saved as ${file} (version ${version}).`;
      },
    }),
  ];
}
