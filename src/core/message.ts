import * as z from "zod";
import type { Image } from "./image.ts";

/** `input` is whatever JSON the model sent; a tool checks it against its schema. Ids are unique within one conversation. */
export const ToolCall = z.object({ id: z.string(), name: z.string(), input: z.unknown() });
export type ToolCall = z.infer<typeof ToolCall>;

/**
 * What a provider wants to get back verbatim in the next request (signed thinking, encrypted reasoning).
 * Opaque JSON: sent only to the wire that made it, left out for every other one.
 */
export const NativeParts = z.object({ wire: z.string(), parts: z.unknown() });
export type NativeParts = z.infer<typeof NativeParts>;

/**
 * What a model reads and writes. Every assistant call is followed by exactly one tool message with its id
 * before the next user or assistant message.
 */
export type Message =
  | { readonly role: "user"; readonly text: string; readonly images?: readonly Image[] | undefined }
  | {
      readonly role: "assistant";
      readonly text: string;
      readonly calls: readonly ToolCall[];
      readonly native?: NativeParts | undefined;
    }
  | {
      readonly role: "tool";
      readonly callId: string;
      readonly name: string;
      readonly output: string;
      readonly failed: boolean;
      /** What the tool shows beside its output. */
      readonly images?: readonly Image[] | undefined;
    };
