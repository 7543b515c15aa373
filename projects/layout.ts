import { homedir } from "node:os";
import { join } from "node:path";
import { FaultError } from "../src/core/fault.ts";

export function projectsRoot(cwd: string): string {
  return join(cwd, "workspace", "projects");
}

/** For files that nobody will miss. */
export function scratchRoot(cwd: string): string {
  return join(cwd, "workspace", "scratch");
}

export function projectRoot(cwd: string, name: string): string {
  return join(projectsRoot(cwd), slug(name));
}

/** The folder that holds one log folder per run. */
export function massgenLogs(cwd: string): string {
  return join(cwd, ".massgen", "massgen_logs");
}

/** The folder that holds the files of each run's agents, by the name of its log folder. */
export function massgenWorkspaces(cwd: string): string {
  return join(cwd, ".massgen", "workspaces");
}

/** Where state that belongs to the user, not to a project, is kept: `$XDG_STATE_HOME/massgen`, else `~/.local/state/massgen`. */
export function userStateDir(env: Readonly<Record<string, string | undefined>>): string {
  const stateHome = env["XDG_STATE_HOME"];
  // The XDG rules: a relative path there is invalid and ignored.
  if (stateHome?.startsWith("/")) return join(stateHome, "massgen");
  return join(env["HOME"] || homedir(), ".local", "state", "massgen");
}

// Below: paths inside a project, whose folder is `root`.

export function contextMdPath(root: string): string {
  return join(root, "CONTEXT.md");
}

/** What the last change of CONTEXT.md replaced. */
export function contextUndoPath(root: string): string {
  return join(root, ".context-undo.json");
}

/** Everything that was ever replaced in CONTEXT.md. */
export function contextHistoryPath(root: string): string {
  return join(deliverablesDir(root), "context-history.md");
}

export function filepathsJson(root: string): string {
  return join(root, "filepaths.json");
}

export function planJson(root: string): string {
  return join(root, "plan.json");
}

export function runsDir(root: string): string {
  return join(root, "runs");
}

export function runDir(root: string, id: string): string {
  return join(runsDir(root), plainName(id));
}

export function runJournal(root: string, id: string): string {
  return join(runDir(root, id), "journal.jsonl");
}

export function runDescription(root: string, id: string): string {
  return join(runDir(root, id), "run_description.json");
}

export function sessionsDir(root: string): string {
  return join(root, "sessions");
}

export function sessionDir(root: string, id: string): string {
  return join(sessionsDir(root), plainName(id));
}

export function sessionJournal(root: string, id: string): string {
  return join(sessionDir(root, id), "journal.jsonl");
}

/** Held by the program that writes the session's journal. */
export function sessionLock(root: string, id: string): string {
  return join(sessionDir(root, id), "lock");
}

export function deliverablesDir(root: string): string {
  return join(root, "deliverables");
}

export function deliverablesIndex(root: string): string {
  return join(deliverablesDir(root), "index.json");
}

/**
 * A project's name as the name of its folder: lower case, letters and digits of any script, "-" between words.
 * Never empty, never hidden, at most 64 characters and 180 bytes.
 */
export function slug(name: string): string {
  const words = name
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}._]+/gu, "-")
    .replace(/[-._]*-[-._]*|\.{2,}/g, "-")
    .replace(/^[-._]+/, "");
  const cut = clipBytes(Array.from(words).slice(0, 64).join(""), 180).replace(/[-._]+$/, "");
  if (cut === "") return "project";
  return DEVICE.test(cut) ? `project-${cut}` : cut;
}

/** Names that Windows keeps for devices, with any extension. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/;

/** The longest start of `text` that takes at most `max` bytes in UTF-8. */
export function clipBytes(text: string, max: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= max) return text;
  let end = max;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString("utf8", 0, end);
}

/** Throws for an id that would lead out of the folder it names an entry of. Ids come from files, models and users. */
function plainName(id: string): string {
  if (/^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u.test(id)) return id;
  throw new FaultError({
    code: "usage",
    message: `${JSON.stringify(id)} is not the id of a run or session`,
    hint: "Ids consist of letters, digits, -, _ and dots.",
  });
}
