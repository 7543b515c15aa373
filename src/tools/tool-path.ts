import { isAbsolute, relative, resolve, sep } from "node:path";
import { clip, oneLine } from "../core/text.ts";
import type { AgentFiles } from "../core/workspace.ts";

/** How a path that a model wrote is meant: below the agent's root, unless it is absolute. No "~", no variables. */
export function toAbsolute(files: AgentFiles, path: string): string {
  const absolute = resolve(files.root, path);
  return /[/\\]$/.test(path) && !absolute.endsWith(sep) ? absolute + sep : absolute;
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
