import type { RunProposal } from "../core/chat/approval.ts";
import type { ChatState, OpenCall } from "../core/chat/state.ts";
import { leadCalls, owesReply } from "../core/chat/turn.ts";
import { SHELL } from "../core/chat/user-tools.ts";
import type { ToolCall } from "../core/message.ts";
import { never } from "../core/never.ts";

export type Step =
  | { readonly do: "ask_model" }
  | { readonly do: "compact"; readonly focus: string | undefined }
  | { readonly do: "check_call"; readonly call: ToolCall }
  /** `proposed` and `edited`: a run as the user was asked for it, and as the user changed it. */
  | {
      readonly do: "run_tool";
      readonly call: ToolCall;
      readonly proposed: RunProposal | undefined;
      readonly edited: RunProposal | undefined;
    }
  | { readonly do: "refuse"; readonly call: ToolCall; readonly note: string }
  | { readonly do: "wait" };

const wait: Step = { do: "wait" };

/** The lead's next step: its calls one after the other, then its model. Depends on the state alone, so a reloaded chat goes on where it stopped. */
export function nextStep(chat: ChatState): Step {
  const [open] = leadCalls(chat);
  if (open) return stepOf(open);
  if (chat.compaction) return { do: "compact", focus: chat.compaction.focus };
  return owesReply(chat) ? { do: "ask_model" } : wait;
}

/** The next step of what the user called, in the shell or else. It never waits for the lead, nor the lead for it. */
export function nextUserStep(chat: ChatState, where: "shell" | "elsewhere"): Step {
  const steps = chat.calls
    .filter(({ byUser, call }) => byUser && (call.name === SHELL) === (where === "shell"))
    .map(stepOf);
  return steps.find((step) => step.do !== "wait") ?? wait;
}

function stepOf(open: OpenCall): Step {
  const { call } = open;
  switch (open.stage) {
    case "new":
      return { do: "check_call", call };
    case "allowed":
      return { do: "run_tool", call, proposed: open.proposed, edited: open.edited };
    case "refused":
      return { do: "refuse", call, note: open.note };
    case "asked":
    case "running":
      return wait;
    default:
      return never(open);
  }
}
