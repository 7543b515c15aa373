import { isAbsolute, join, relative, resolve, sep } from "node:path";
import { clip, oneLine } from "../core/text.ts";
import type { AgentFiles } from "../core/workspace.ts";

/**
 * How a path that a model wrote is meant: below the agent's root, unless it is absolute. No "~", no variables. Where the
 * agent has a copy of the user's files, theirs are never meant.
 */
export function toAbsolute(files: AgentFiles, path: string): string {
  const absolute = inCopy(files, resolve(files.root, path));
  return /[/\\]$/.test(path) && !absolute.endsWith(sep) ? absolute + sep : absolute;
}

function inCopy({ root, copies = [] }: AgentFiles, path: string): string {
  if (isBelow(root, path)) return path; // which may itself lie below the user's files
  const copy = copies.find(({ from }) => isBelow(from, path));
  return copy ? join(copy.path, relative(copy.from, path)) : path;
}

function isBelow(directory: string, path: string): boolean {
  const below = relative(directory, path);
  return below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

/** How a path is shown: relative to the agent's root where it lies below it, "." for the root itself. */
export function toShown(files: AgentFiles, path: string): string {
  const shown = relative(files.root, path);
  if (shown === "") return ".";
  return shown === ".." || shown.startsWith(`..${sep}`) || isAbsolute(shown) ? path : shown.replaceAll("\\", "/");
}

/** For the one line that a screen shows. */
export function brief(text: string): string {
  return clip(oneLine(text), 80);
}
