import type { Capability } from "./tool.ts";

/** The tools that permission rules can name, and what each can do. */
export const TOOL_NAMES: Readonly<Record<string, Capability>> = {
  read_file: "read",
  list_directory: "read",
  glob: "read",
  search_files: "read",
  git_status: "read",
  git_diff: "read",
  command_output: "read",
  write_file: "write",
  edit_file: "write",
  multi_edit: "write",
  run_command: "execute",
  stop_command: "coordinate",
  web_fetch: "network",
  update_plan: "coordinate",
};

export const CAPABILITIES: readonly Capability[] = ["read", "write", "execute", "network", "coordinate"];

const WITHOUT_PATTERN = new Set(["git_status", "command_output", "stop_command", "update_plan", "coordinate"]);

/** What stands in the brackets of a rule for this tool or capability. */
export function patternKind(name: string): "command" | "host" | "path" | "none" {
  if (name === "run_command" || name === "execute") return "command";
  if (name === "web_fetch" || name === "network") return "host";
  return WITHOUT_PATTERN.has(name) ? "none" : "path";
}

/** What a rule with a path for this tool or capability is about. */
export function pathAccess(name: string): "read" | "write" | undefined {
  const capability = TOOL_NAMES[name] ?? name;
  return patternKind(name) === "path" && (capability === "read" || capability === "write") ? capability : undefined;
}
