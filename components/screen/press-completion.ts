import { isKey } from "../keys.ts";
import { parseSlash } from "../../src/core/chat/slash.ts";
import { type Choice, type Choices, openChoices } from "./choices.ts";
import { edit } from "./press-editor.ts";
import type { Pressed } from "./pressed.ts";
import { submit } from "./submit.ts";
import type { ScreenState, View } from "./screen-state.ts";

/** The list's share of the keys: arrows pick, Tab and Enter take, Esc closes. */
export function pressCompletion(view: View, chord: string): Pressed | undefined {
  const { screen } = view;
  const choices = openChoices(view);
  if (!choices) return undefined;
  const { length } = choices.list;
  const picked = Math.min(screen.completion.picked, length - 1);
  const pick = (by: number): Pressed => {
    const next = (picked + by + length) % length;
    return { screen: { ...screen, completion: { ...screen.completion, picked: next } }, effects: [] };
  };
  const chosen = choices.list[picked];
  if (isKey("later", chord)) return pick(1);
  if (isKey("earlier", chord)) return pick(-1);
  if (chord === "escape") {
    return { screen: { ...screen, completion: { picked: 0, closedFor: screen.editor.text } }, effects: [] };
  }
  if (!chosen) return undefined;
  if (isKey("complete", chord)) return { screen: take(screen, chosen), effects: [] };
  return isKey("send", chord) ? enter(view, choices, chosen, picked) : undefined;
}

/** Enter takes what is picked. What stands there in full already is sent, and so is a command that needs no more. */
function enter(view: View, choices: Choices, chosen: Choice, picked: number): Pressed | undefined {
  const { screen } = view;
  if (choices.kind !== "command") {
    return choices.exact && picked === 0 ? undefined : { screen: take(screen, chosen), effects: [] };
  }
  const typedInFull = picked === 0 && parseSlash(screen.editor.text)?.kind !== "unknown";
  if (typedInFull && screen.editor.text !== "/") return submit(view);
  const taken = take(screen, chosen);
  return chosen.sends === true ? submit({ ...view, screen: taken }) : { screen: taken, effects: [] };
}

function take(screen: ScreenState, chosen: Choice): ScreenState {
  return edit(screen, chosen.edit);
}
