import { completed, completions } from "../composer/completion.ts";
import { isKey } from "../keys.ts";
import { parseSlash } from "../../src/core/chat/slash.ts";
import { edit } from "./press-editor.ts";
import type { Pressed } from "./pressed.ts";
import { submit } from "./submit.ts";
import type { ScreenState, View } from "./screen-state.ts";

/** The open list of slash commands, or undefined. */
export function openCompletions(screen: ScreenState): ReturnType<typeof completions> | undefined {
  const { editor, completion, approval } = screen;
  if (editor.cursor !== editor.text.length || completion.closedFor === editor.text || approval?.mode === "reason")
    return undefined;
  const found = completions(editor.text);
  return found.length === 0 ? undefined : found;
}

export function pressCompletion(view: View, chord: string): Pressed | undefined {
  const { screen } = view;
  const found = openCompletions(screen);
  if (!found) return undefined;
  const picked = Math.min(screen.completion.picked, found.length - 1);
  const pick = (by: number): Pressed => {
    const next = (picked + by + found.length) % found.length;
    return { screen: { ...screen, completion: { ...screen.completion, picked: next } }, effects: [] };
  };
  const chosen = found[picked];
  if (chord === "down") return pick(1);
  if (chord === "up") return pick(-1);
  if (chord === "escape") {
    return { screen: { ...screen, completion: { picked: 0, closedFor: screen.editor.text } }, effects: [] };
  }
  if (!chosen || !(isKey("complete", chord) || isKey("send", chord))) return undefined;
  const filled = edit(screen, { type: "replace", text: completed(chosen) });
  if (isKey("complete", chord)) return { screen: filled, effects: [] };
  const typedInFull = picked === 0 && parseSlash(screen.editor.text)?.kind !== "unknown";
  if (typedInFull && screen.editor.text !== "/") return submit(view);
  return chosen.args.startsWith("<") ? { screen: filled, effects: [] } : submit({ ...view, screen: filled });
}
