import type { ApprovalAsk, RunProposal } from "../core/chat/approval.ts";
import { modeLabel } from "../core/chat/approval.ts";
import type { ChatMode } from "../core/chat/mode.ts";
import { clip, oneLine } from "../core/text.ts";

/** Runs start unasked in auto mode, unless they reach further than the configuration; commands never do. */
export function mustAsk(ask: ApprovalAsk, mode: ChatMode): boolean {
  return mode !== "auto" || ask.kind === "command" || (ask.widens ?? []).length > 0;
}

/** Whether the user has said yes to everything of the kind already. */
export function isGranted(ask: ApprovalAsk, granted: readonly string[]): boolean {
  const covers = ask.kind === "command" ? (ask.covers ?? []) : [];
  return covers.length > 0 && covers.every((one) => granted.includes(one));
}

/** What the lead reads when the user declined. `note` is the reason that was typed, if any. */
export function refusal(note: string): string {
  const reason = note.trim() === "" ? "" : ` Their reason: ${note.trim()}`;
  return `The user declined.${reason}\nDo not ask for the same again: propose something else, or ask what they would rather have.`;
}

/** What the user changed in a proposed run, a line each, for the lead. Empty when nothing that matters was changed. */
export function changesIn(proposed: RunProposal, edited: RunProposal): string[] {
  const lines = [
    line("task", oneLine(proposed.task), clip(oneLine(edited.task), 400)),
    line("agents", names(proposed), names(edited)),
    line("mode", modeLabel(proposed), modeLabel(edited)),
    line("purpose", proposed.purpose, edited.purpose),
    line("context", proposed.context ?? "none", edited.context ?? "none"),
    line("files", paths(proposed), paths(edited)),
    line("overrides", JSON.stringify(proposed.coordinationOverrides), JSON.stringify(edited.coordinationOverrides)),
    line("cost cap in USD", proposed.maxCostUsd ?? "none", edited.maxCostUsd ?? "none"),
    line("time limit in seconds", proposed.timeoutSeconds ?? "none", edited.timeoutSeconds ?? "none"),
    line("execute after planning", proposed.executeAfterPlanning, edited.executeAfterPlanning),
  ];
  return lines.flat();
}

function line(what: string, before: string | number | boolean, after: string | number | boolean): string[] {
  return before === after ? [] : [`- ${what}: ${after} (you had proposed: ${clip(String(before), 200)})`];
}

function names({ agents }: RunProposal): string {
  return agents
    .filter(({ on }) => on)
    .map(({ id }) => id)
    .join(", ");
}

function paths({ contextPaths }: RunProposal): string {
  return contextPaths.length === 0
    ? "none"
    : contextPaths.map(({ path, permission }) => `${path} ${permission}`).join(", ");
}
