import type { PermissionAsk, RunState } from "../core/run/state.ts";
import { clip, oneLine, plural } from "../core/text.ts";
import { writeError } from "./output.ts";

/** The calls that were denied because nobody could be asked, in order. */
export function deniedByPolicy({ permissionAsks }: RunState): readonly PermissionAsk[] {
  return permissionAsks.filter(({ answer }) => answer?.by === "policy");
}

/** Says at the end of a run what it had to do without, and how to let it next time. */
export function reportDenied(state: RunState): void {
  const denied = deniedByPolicy(state);
  if (denied.length === 0) return;
  const each = denied.map(({ agent, title }) => `  ${agent}: ${clip(oneLine(title), 160)}\n`);
  writeError(
    `${plural(denied.length, "tool call")} denied, since nobody could be asked:\n${[...new Set(each)].join("")}Allow them with rules in permissions.allow, such as run_command(npm test), or work in the chat, which asks you.\n`,
  );
}
