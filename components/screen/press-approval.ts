import type { Stroke } from "../composer/strokes.ts";
import { emptyEditor, expand } from "../composer/editor.ts";
import {
  answerCommand,
  type ApprovalAnswer,
  type ApprovalState,
  GRACE_MS,
  pressApproval,
} from "../approval/approval-state.ts";
import { graphemes } from "../text/width.ts";
import { type Pressed, send } from "./pressed.ts";
import type { ScreenState, View } from "./screen-state.ts";

/**
 * The card's share of the keys. It has none while the composer holds text, in the first moments after it opened, and
 * shortly after any key that was not for it: whoever is typing goes on typing.
 */
export function pressCard(view: View, stroke: Stroke): Pressed | undefined {
  const { screen } = view;
  const { approval } = screen;
  if (!approval || screen.overlay || screen.views.length > 0 || !isAwake(view, approval)) return undefined;
  const chord = cardChord(stroke);
  const move = chord === undefined ? undefined : pressApproval(approval, chord);
  if (!move) return undefined;
  if (!move.answer) return { screen: { ...screen, approval: move.card }, effects: [] };
  return answer(view, move.card, move.answer);
}

export function isAwake({ screen, now }: Pick<View, "screen" | "now">, card: ApprovalState): boolean {
  return screen.editor.text === "" && !screen.search && now >= wakesAt(screen, card);
}

/** Unix milliseconds; Infinity once the question is answered. */
export function wakesAt({ typedAt }: Pick<ScreenState, "typedAt">, { openedAt }: ApprovalState): number {
  return Math.max(openedAt, typedAt) + GRACE_MS;
}

/** Enter with the card asking for a reason: the answer is no, and the composer holds why. */
export function submitReason(view: View): Pressed | undefined {
  const { approval, editor } = view.screen;
  if (approval?.mode !== "reason") return undefined;
  const note = expand(editor).trim();
  return answer({ ...view, screen: { ...view.screen, editor: emptyEditor } }, approval, { allow: false }, note);
}

function answer(view: View, card: ApprovalState, given: ApprovalAnswer, note = ""): Pressed {
  // The card stays until the chat says that the question is answered, but takes no more keys.
  const screen = { ...view.screen, typedAt: view.now, approval: { ...card, mode: "ask", openedAt: Infinity } as const };
  return { screen, effects: [send(answerCommand(card.asked, given, note))] };
}

/** A single character can be a key of the card. More at once are typed text, a paste is a paste. */
function cardChord(stroke: Stroke): string | undefined {
  if (stroke.kind === "key") return stroke.chord;
  if (stroke.kind === "paste" || graphemes(stroke.text).length !== 1) return undefined;
  return stroke.text === " " ? "space" : stroke.text;
}
