import type { Message, NativeParts, ToolCall } from "../core/message.ts";
import type { ModelRequest, ModelSpec } from "../core/model.ts";

/**
 * The request in the form that every provider accepts: no lone surrogates, no blank messages, no two user messages
 * in a row. Calls and their results stay as they are.
 */
export function acceptable({ system, messages, tools }: ModelRequest): ModelRequest {
  const kept: Message[] = [];
  for (const message of messages.map(wellFormed)) {
    if (isBlank(message)) continue;
    const last = kept.at(-1);
    if (last?.role === "user" && message.role === "user") {
      kept[kept.length - 1] = joined(last, message);
      continue;
    }
    kept.push(message);
  }
  if (kept.length === 0) kept.push({ role: "user", text: "Begin." });
  return { system: system.toWellFormed(), messages: kept, tools };
}

type UserMessage = Extract<Message, { role: "user" }>;

function joined(one: UserMessage, other: UserMessage): UserMessage {
  const images = [...(one.images ?? []), ...(other.images ?? [])];
  return { role: "user", text: `${one.text}\n\n${other.text}`, ...(images.length > 0 && { images }) };
}

/** For wires that take no images in results: a user message behind the results shows them. */
export function imagesBehindResults(messages: readonly Message[]): readonly Message[] {
  const placed: Message[] = [];
  let shown: UserMessage | undefined;
  for (const message of [...messages, undefined]) {
    if (message?.role === "tool") {
      const images = message.images ?? [];
      const text = `What ${message.name} shows:`;
      if (images.length > 0)
        shown = shown ? joined(shown, { role: "user", text, images }) : { role: "user", text, images };
      placed.push({ ...message, images: undefined });
      continue;
    }
    const isUser = message?.role === "user";
    if (shown) placed.push(isUser ? joined(shown, message) : shown);
    if (message && !(isUser && shown)) placed.push(message);
    shown = undefined;
  }
  return placed;
}

function isBlank(message: Message): boolean {
  switch (message.role) {
    case "user":
      return message.text.trim() === "" && (message.images ?? []).length === 0;
    case "assistant":
      return message.text.trim() === "" && message.calls.length === 0;
    case "tool":
      return false;
  }
}

function wellFormed(message: Message): Message {
  switch (message.role) {
    case "user":
      return { ...message, text: message.text.toWellFormed() };
    case "assistant":
      return { ...message, text: message.text.toWellFormed() };
    case "tool":
      return { ...message, output: message.output.toWellFormed() };
  }
}

/** A call's arguments as the object that wires demand; what a model sent instead of one is shown back to it. */
export function argumentsObject({ input }: ToolCall): Record<string, unknown> {
  const whole = JSON.stringify(input, (_, value: unknown) =>
    typeof value === "string" ? value.toWellFormed() : value,
  );
  const clean: unknown = whole === undefined ? {} : JSON.parse(whole);
  if (typeof clean === "object" && clean !== null && !Array.isArray(clean)) return clean as Record<string, unknown>;
  return { invalid_arguments: clean };
}

/** Opaque parts are only of use to the very model that made them: others refuse foreign signatures. */
export function nativeParts(wire: string, spec: ModelSpec, parts: unknown): NativeParts {
  return { wire: `${wire}/${spec.model}`, parts };
}

/** The parts of an assistant message that this model made, or undefined. */
export function ownNative(
  wire: string,
  spec: ModelSpec,
  native: NativeParts | undefined,
): readonly unknown[] | undefined {
  if (native?.wire !== `${wire}/${spec.model}` || !Array.isArray(native.parts)) return undefined;
  return native.parts;
}

/** Wires without a flag for a failed call say it in words. */
export function outputText({ output, failed }: Extract<Message, { role: "tool" }>): string {
  return failed ? `The call failed: ${output}` : output;
}

/** Neighbours of one role become one message: their blocks are joined, in order. */
export function mergeTurns<Role, Block>(
  turns: readonly { readonly role: Role; readonly blocks: readonly Block[] }[],
): { role: Role; blocks: Block[] }[] {
  const merged: { role: Role; blocks: Block[] }[] = [];
  for (const { role, blocks } of turns) {
    if (blocks.length === 0) continue;
    const last = merged.at(-1);
    if (last?.role === role) last.blocks.push(...blocks);
    else merged.push({ role, blocks: [...blocks] });
  }
  return merged;
}
