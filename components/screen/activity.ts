import type { OpenCall } from "../../src/core/chat/state.ts";
import { SHELL } from "../../src/core/chat/user-tools.ts";
import { liveRuns } from "../run/live-runs.ts";
import type { View } from "./screen-state.ts";

export type RunningCall = Extract<OpenCall, { stage: "running" }>;

export function runningCall({ chat }: Pick<View, "chat">): RunningCall | undefined {
  return chat.calls.filter((call) => call.stage === "running").find(({ call }) => call.name !== SHELL);
}

/** The command of the user that goes on. */
export function runningShell({ chat }: Pick<View, "chat">): RunningCall | undefined {
  return chat.calls.filter((call) => call.stage === "running").find(({ call }) => call.name === SHELL);
}

/** The lead is at work, on its own, for a slash command or a side question: there is something that Esc can stop. */
export function tailBusy(view: Pick<View, "lead" | "chat">): boolean {
  return view.lead.activity !== "idle" || view.lead.aside !== undefined || runningCall(view) !== undefined;
}

/** Something on the screen changes with time alone. */
export function isAlive(view: Pick<View, "lead" | "chat" | "runs">): boolean {
  return tailBusy(view) || runningShell(view) !== undefined || liveRuns(view).length > 0;
}
