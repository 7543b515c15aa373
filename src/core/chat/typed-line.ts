import type { Command } from "../command.ts";
import { NOTE, SHELL } from "./user-tools.ts";

/**
 * What a line without a slash asks for: "!" runs the rest in a shell, "# " notes the rest in CONTEXT.md. Undefined when it
 * is text to say; "#12 is broken" is, and so is a document that begins with a heading.
 */
export function parseMark(line: string): { readonly kind: "shell" | "note"; readonly command: Command } | undefined {
  const text = line.trim();
  const command = /^!\s*(\S[^]*)$/.exec(text)?.[1];
  if (command !== undefined) return { kind: "shell", command: { do: "call", text, tool: SHELL, input: { command } } };
  const note = /^#\s+(\S.*)$/.exec(text)?.[1];
  return note === undefined
    ? undefined
    : { kind: "note", command: { do: "call", text, tool: NOTE, input: { text: note } } };
}
