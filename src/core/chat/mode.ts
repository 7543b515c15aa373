import type { Fault } from "../fault.ts";
import type { Capability } from "../tool.ts";
import { NOTE, SHELL } from "./user-tools.ts";

/** How far the lead may go without the user. In the order in which a key goes through them. */
export const CHAT_MODES = ["ask", "plan", "auto"] as const;
export type ChatMode = (typeof CHAT_MODES)[number];

/** For the user, wherever a mode is explained. */
export const MODE_HELP: Readonly<Record<ChatMode, string>> = {
  ask: "runs, and commands of the lead, start after you approve them; what runs change waits for /apply",
  plan: "nothing is written or executed: the lead reads and plans, and runs only plan",
  auto: "runs start without asking, and what they change is put into your files at their end; commands of the lead run in a sandbox, or ask where there is none",
};

export function readMode(text: string): ChatMode | undefined {
  return CHAT_MODES.find((mode) => mode === text.trim().toLowerCase());
}

export function modeAfter(mode: ChatMode): ChatMode {
  return CHAT_MODES[(CHAT_MODES.indexOf(mode) + 1) % CHAT_MODES.length] ?? "ask";
}

/** What the user types with "!" or "#" is their own doing, whatever the mode. */
export function isForbiddenIn(
  mode: ChatMode,
  tool: { readonly name: string; readonly capability: Capability },
): boolean {
  if (mode !== "plan" || tool.name === SHELL || tool.name === NOTE) return false;
  return tool.capability === "write" || tool.capability === "execute";
}

/** Why something is not done in plan mode. Read by the lead and by the user. */
export function planModeFault(what: string): Fault {
  return {
    code: "denied",
    message: `${what}: the mode is plan, nothing is written or executed`,
    hint: "Only the user leaves plan mode, with /plan or Shift+Tab.",
  };
}
