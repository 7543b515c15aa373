import {
  type ApprovalAnswer,
  type ApprovalState,
  editable,
  forAllOf,
  isEdited,
  toggle,
} from "../approval/approval-state.ts";

/** What a typed line does to an open question: `card` as it stands after it, or the answer to it. */
export type LineMove = {
  readonly card: ApprovalState;
  readonly answer?: ApprovalAnswer;
  /** Why not. */
  readonly note?: string;
};

const ANSWER = /^\s*(1|y|yes|2|e|edit|3|n|no)(?:\s+(.*))?$/i;
const IN_EDIT = /^\s*(\d+|y|yes|n|no)?(?:\s+(.*))?$/i;

/** Undefined: the line is not for the question. */
export function answerLine(card: ApprovalState, line: string): LineMove | undefined {
  return card.mode === "edit" ? whileEditing(card, line) : whenAsked(card, line);
}

function whenAsked(card: ApprovalState, line: string): LineMove | undefined {
  const [, choice, note = ""] = ANSWER.exec(line) ?? [];
  if (choice === undefined) return undefined;
  if (!/^(2|e)/i.test(choice)) return answered(card, /^(1|y)/i.test(choice), note);
  if (forAllOf(card.asked) !== undefined) return { card, answer: { allow: true, forAll: true } };
  return card.proposal ? { card: { ...card, mode: "edit", note: "" } } : undefined;
}

function whileEditing(card: ApprovalState, line: string): LineMove | undefined {
  if (line.trim() === "") return { card: { ...card, mode: "ask", note: "" } };
  const [, choice, note = ""] = IN_EDIT.exec(line) ?? [];
  if (choice === undefined) return undefined;
  if (!/^\d/.test(choice)) return answered(card, /^y/i.test(choice), note);
  const field = editable(card)[Number(choice) - 1];
  if (!field) return { card: { ...card, note: `there is no ${choice} to switch` } };
  return { card: toggle({ ...card, note: "" }, field) };
}

function answered(card: ApprovalState, allow: boolean, note: string): LineMove {
  const edited = allow && isEdited(card) ? card.proposal : undefined;
  return { card, answer: { allow, ...(edited ? { edited } : {}) }, note: note.trim() };
}
