import type { ChatEvent } from "../core/chat/events.ts";
import type { ChatState } from "../core/chat/state.ts";
import type { ModelClient } from "../core/model.ts";
import type { Store } from "../core/store.ts";
import type { Tool } from "../core/tool.ts";
import type { RunsPort } from "./ports.ts";

export type LeadOptions = {
  /** The chat. Whoever applies an event to it, the session or the app, wakes the lead when there is something for it to do. */
  readonly log: Pick<Store<ChatState, ChatEvent>, "get" | "apply" | "subscribe">;
  readonly model: ModelClient;
  /** Asked before every model call, so that it can tell of an edited CONTEXT.md. */
  readonly system: () => string | Promise<string>;
  readonly tools: readonly Tool[];
  /** Tools that the user alone can call, and what ends the command that one of them runs. */
  readonly userTools?: { readonly tools: readonly Tool[]; readonly stopShell: () => void };
  readonly runs: Pick<RunsPort, "cancel" | "answerNow" | "steer" | "changes" | "takeBack" | "resume">;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Resolves when all events so far are on disk; awaited before a tool may change anything. Default: at once. */
  readonly flush?: () => Promise<void>;
  /** How much of the conversation the model is sent. Default 100,000; halved when the model says that it is too much. */
  readonly budgetTokens?: () => number | Promise<number>;
};
