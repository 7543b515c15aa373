import * as z from "zod";
import { FaultSchema } from "../fault-schema.ts";
import { Image } from "../image.ts";
import { NativeParts, ToolCall } from "../message.ts";
import { Usage } from "../model.ts";
import { RunReport } from "../run/report.ts";
import type { Stamp } from "../log.ts";
import { stamped } from "../stamped.ts";
import { ApprovalAsk, RunProposal } from "./approval.ts";
import { CHAT_MODES } from "./mode.ts";

/**
 * Everything that can happen in a chat. The journal of a session holds these and nothing else: agents' streams stay in
 * the runs. Add to it; never change the meaning of what is there.
 */
export const ChatEvent = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("session_started"),
    session: z.string(),
    project: z.string(),
    directory: z.string(),
    lead: z.object({ model: z.string(), backend: z.string(), simulated: z.boolean() }),
  }),
  /** `note`: what the lead is told on coming back; it answers by saying where things stand. */
  z.object({
    type: z.literal("session_resumed"),
    note: z.string().optional(),
    /** "yesterday 18:20", for the user. */
    lastHere: z.string().optional(),
  }),
  /** `note`: as for `session_resumed`; absent when the lead opened the project itself and reads of it as a tool result. */
  z.object({
    type: z.literal("project_opened"),
    project: z.string(),
    root: z.string(),
    note: z.string().optional(),
  }),
  z.object({ type: z.literal("session_renamed"), title: z.string().min(1) }),
  /** From now on, until the next one. A session begins in "ask". */
  z.object({ type: z.literal("mode_changed"), mode: z.enum(CHAT_MODES) }),
  /** What stands before it is a copy of the session `from`; from here on it is the one named `session`. */
  z.object({ type: z.literal("session_forked"), session: z.string(), from: z.string() }),
  /** The text calls the images by their names. */
  z.object({ type: z.literal("user_said"), text: z.string(), images: z.array(Image).optional() }),
  /** The user went back to before the message with the `seq` `to`: for the lead, what came since was never said. */
  z.object({ type: z.literal("rewound"), to: z.int().nonnegative() }),
  /** The user called a tool of the lead with a slash command; `text` is the line as typed. */
  z.object({ type: z.literal("user_called"), text: z.string(), call: ToolCall }),
  z.object({
    type: z.literal("lead_said"),
    /** How many of the chat's messages the model had when it replied: what came later is still to be answered. Absent: all. */
    saw: z.int().nonnegative().optional(),
    text: z.string(),
    calls: z.array(ToolCall),
    native: NativeParts.optional(),
    usage: Usage.nullable(),
    costUsd: z.number().nullable(),
    latencyMs: z.number(),
  }),
  z.object({ type: z.literal("approval_asked"), callId: z.string(), ask: ApprovalAsk }),
  z.object({
    type: z.literal("approval_answered"),
    callId: z.string(),
    allow: z.boolean(),
    /** What the user typed as a reason. */
    note: z.string().optional(),
    /** The proposal as the user edited it; absent when nothing was changed. */
    edited: RunProposal.optional(),
    /** Everything of the kind is allowed for as long as the chat stays open. */
    forSession: z.boolean().optional(),
  }),
  z.object({ type: z.literal("tool_started"), callId: z.string(), summary: z.string() }),
  z.object({
    type: z.literal("tool_finished"),
    callId: z.string(),
    output: z.string(),
    failed: z.boolean(),
    images: z.array(Image).optional(),
    durationMs: z.number(),
  }),
  /** `journal` and `logDir` are absolute paths. */
  z.object({
    type: z.literal("run_launched"),
    runId: z.string(),
    number: z.int().positive(),
    title: z.string(),
    journal: z.string(),
    logDir: z.string(),
    agents: z.array(z.string()),
  }),
  z.object({ type: z.literal("run_finished"), report: RunReport }),
  /** The user made another answer the result of a run that had ended. `instead`: the winner before; null when there was none. */
  z.object({ type: z.literal("winner_changed"), report: RunReport, instead: z.string().nullable() }),
  /** What a run changes in the user's files was looked at (`diff`, clipped), put into them, or taken back. */
  z.object({
    type: z.literal("changes_reviewed"),
    action: z.enum(["shown", "applied", "undone"]),
    number: z.int().positive(),
    /** "M src/a.ts": a line for each change. */
    lines: z.array(z.string()),
    /** Never applied, and why. */
    leftOut: z.array(z.string()),
    diff: z.string(),
  }),
  z.object({ type: z.literal("turn_failed"), fault: FaultSchema }),
  /** `text`: what the lead had written so far; `saw` as in `lead_said`. */
  z.object({ type: z.literal("turn_interrupted"), text: z.string(), saw: z.int().nonnegative().optional() }),
  z.object({ type: z.literal("compaction_asked"), focus: z.string().optional() }),
  /** `text` stands in place of the first `upTo` messages for the lead from now on; the journal keeps them. */
  z.object({
    type: z.literal("conversation_compacted"),
    by: z.enum(["user", "limit"]),
    upTo: z.int().positive(),
    text: z.string(),
    /** What of the older part is still known word for word, as phrases for the user. */
    kept: z.array(z.string()),
    files: z.array(z.string()),
    /** Of the older part: still shown to the lead, with `text`. */
    images: z.array(Image).optional(),
    /** How many images the lead does not see any more. */
    imagesLeftOut: z.int().positive().optional(),
    tokensBefore: z.number(),
    tokensAfter: z.number(),
    usage: Usage.nullable(),
    costUsd: z.number().nullable(),
  }),
  /** A question of the user beside the conversation was answered. */
  z.object({
    type: z.literal("answered_aside"),
    question: z.string(),
    text: z.string(),
    usage: Usage.nullable(),
    costUsd: z.number().nullable(),
  }),
  z.object({ type: z.literal("compaction_failed"), fault: FaultSchema }),
  /** Something that the user asked for outside the lead's turn was done: "exported to chat.md". */
  z.object({ type: z.literal("command_done"), text: z.string() }),
  /** Something that the user asked for outside the lead's turn could not be done: stop a run, resume one, … */
  z.object({ type: z.literal("command_failed"), fault: FaultSchema }),
]);
export type ChatEvent = z.infer<typeof ChatEvent>;

/** A journal line. */
export type ChatRecord = ChatEvent & Stamp;
export const ChatRecord = stamped(ChatEvent);
