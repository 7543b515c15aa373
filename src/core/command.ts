import type { RunProposal } from "./chat/approval.ts";
import type { ChatMode } from "./chat/mode.ts";
import type { Image } from "./image.ts";
import type { Steer } from "./run/steer.ts";

/** What a user can ask of a chat, from any front end. Commands are requests; events are what came of them. */
export type Command = LeadCommand | SessionCommand;

/** Of the session itself: the lead has no part in it. */
export type SessionCommand =
  /** The conversation as a file, in the format of its extension; "": a dated Markdown file. */
  { readonly do: "export"; readonly file: string } | { readonly do: "rename"; readonly title: string };

export type LeadCommand =
  | { readonly do: "set_mode"; readonly mode: ChatMode }
  | { readonly do: "say"; readonly text: string; readonly images?: readonly Image[] }
  /** A tool of the lead called by a slash command; `text` is the line as typed. */
  | { readonly do: "call"; readonly text: string; readonly tool: string; readonly input: unknown }
  | {
      readonly do: "answer_approval";
      readonly callId: string;
      readonly allow: boolean;
      readonly note?: string;
      readonly edited?: RunProposal;
      /** To everything of the kind, for as long as the chat is open. */
      readonly forSession?: boolean;
    }
  /** Stop the lead's turn. Runs go on. */
  | { readonly do: "interrupt" }
  /** Back to before the message whose event has this `seq`. A turn under way is stopped, unless it is about files alone. */
  | { readonly do: "rewind"; readonly to: number; readonly what: RewindWhat }
  /** Summarise the conversation so far; `focus`: what must not get lost, or "". */
  | { readonly do: "compact"; readonly focus: string }
  /** Answered from the conversation, and no part of it. */
  | { readonly do: "ask_aside"; readonly question: string }
  /** Stop what the user has running in the shell; the lead goes on. */
  | { readonly do: "stop_shell" }
  | { readonly do: "stop_run"; readonly runId: string }
  | { readonly do: "answer_now"; readonly runId: string }
  | { readonly do: "steer_run"; readonly runId: string; readonly steer: Steer }
  | { readonly do: "resume_run"; readonly runId: string }
  /** What a run changes in the user's files. `run`: its number; "" for the newest. */
  | { readonly do: "changes"; readonly action: ChangesAction; readonly run: string };

/** files: what runs have put into the user's files since. */
export type RewindWhat = "conversation" | "files" | "both";

export type ChangesAction = "show" | "apply" | "undo";
