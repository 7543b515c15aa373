import { appendFile, readFile, rm } from "node:fs/promises";
import { createTwoFilesPatch } from "diff";
import * as z from "zod";
import { FaultError } from "../src/core/fault.ts";
import { writeAtomic } from "./atomic-write.ts";
import { diskFault, errorCode } from "./disk-fault.ts";
import { contextHistoryPath, contextMdPath, contextUndoPath } from "./layout.ts";
import { withLock } from "./lock.ts";
import { editSection, fitSections, sectionTitle, type SectionEdit } from "./markdown-sections.ts";
import { ensureProject, type Project } from "./open.ts";

/** Bytes of CONTEXT.md that a model is shown. */
const BUDGET = 16 * 1024;

export type ContextMd = {
  /** All of it; "" when there is none. */
  readonly text: string;
  /** The same within the budget, long sections cut in the middle. */
  readonly shown: string;
};

export async function readContext(project: Project, budget = BUDGET): Promise<ContextMd> {
  const text = await readText(contextMdPath(project.root));
  return { text, shown: fitSections(text, budget) };
}

/**
 * A small edit of one section, found by its heading in any case; a missing one is added. "append" only adds, and adds
 * nothing when the section already ends so. What "replace" takes out is kept in deliverables/context-history.md first.
 * Resolves with a unified diff, "" when nothing changed. Durable, and safe with several programs at once.
 */
export async function updateContext(project: Project, edit: SectionEdit): Promise<string> {
  if (sectionTitle(edit.section) === "" || edit.section.includes("\n")) {
    throw new FaultError({
      code: "usage",
      message: "CONTEXT.md is edited by section, and none was named",
      hint: "Name one: Goals, Decisions, Constraints, State or Open questions.",
    });
  }
  await ensureProject(project);
  const path = contextMdPath(project.root);
  return withLock(`${path}.lock`, async () => {
    const before = await readText(path);
    const { after, removed } = editSection(before, edit);
    if (after === before) return "";
    if (removed !== "") await keepRemoved(project, edit.section, removed);
    await writeAtomic(contextUndoPath(project.root), `${JSON.stringify({ before, after })}\n`, { mode: 0o600 });
    await writeAtomic(path, after, { durable: true });
    return unifiedDiff(before, after);
  });
}

/** Takes the last `updateContext` back. Throws FaultError when there is none, or when the file was edited since. */
export async function undoContext(project: Project): Promise<string> {
  const path = contextMdPath(project.root);
  const undoPath = contextUndoPath(project.root);
  const nothing = new FaultError({
    code: "usage",
    message: "No change of CONTEXT.md to take back",
    hint: `See ${path}.`,
  });
  if ((await readText(undoPath)) === "") throw nothing;
  return withLock(`${path}.lock`, async () => {
    const undo = parseUndo(await readText(undoPath));
    if (undo === undefined) throw nothing;
    const now = await readText(path);
    if (now !== undo.after) {
      throw new FaultError({
        code: "denied",
        message: `${path} was edited after the last change, so that change is not taken back`,
        hint: "Edit the file yourself; what was replaced is in deliverables/context-history.md.",
      });
    }
    await writeAtomic(path, undo.before, { durable: true });
    await rm(undoPath, { force: true });
    return unifiedDiff(now, undo.before);
  });
}

async function keepRemoved(project: Project, section: string, removed: string): Promise<void> {
  const path = contextHistoryPath(project.root);
  const entry = `## ${sectionTitle(section)}, replaced ${new Date().toISOString()}\n\n${removed}\n\n`;
  await appendFile(path, entry).catch((error: unknown) => {
    throw diskFault(error, "write", path);
  });
}

const Undo = z.object({ before: z.string(), after: z.string() });

function parseUndo(text: string): z.infer<typeof Undo> | undefined {
  try {
    return Undo.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function unifiedDiff(before: string, after: string): string {
  return createTwoFilesPatch("CONTEXT.md", "CONTEXT.md", before, after, "before", "after", { context: 2 });
}

async function readText(path: string): Promise<string> {
  return readFile(path, "utf8").catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return "";
    throw diskFault(error, "read", path);
  });
}
