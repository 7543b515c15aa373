import { block } from "../core/block.ts";
import type { ProjectOverview } from "./ports.ts";
import { runLine } from "./run-text.ts";

const LAST_RUNS = 8;

/** A project as the lead reads it, in its system prompt and when it opens one. */
export function projectText(project: ProjectOverview): string {
  const deliverables = project.deliverables.map(({ name, version, file }) => `${name} (version ${version}): ${file}`);
  return block(
    "project",
    { name: project.name, root: project.root },
    [
      block("context_md", {}, project.contextMd.trim() || "There is no CONTEXT.md yet: this project is new."),
      ...(project.plan === undefined ? [] : [block("plan", {}, project.plan)]),
      block("deliverables", {}, deliverables.join("\n") || "none"),
      block("last_runs", {}, project.runs.slice(-LAST_RUNS).map(runLine).join("\n") || "none"),
      block("other_projects", {}, project.others.join(", ") || "none"),
    ].join("\n"),
  );
}
