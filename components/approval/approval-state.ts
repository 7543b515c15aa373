import type { ApprovalAsk, RunProposal } from "../../src/core/chat/approval.ts";
import type { Command } from "../../src/core/command.ts";
import type { Asked } from "./asked.ts";

/** The card over one question. `proposal` is the one asked about, as edited so far; undefined for a command. */
export type ApprovalState = {
  readonly asked: Asked;
  readonly ask: ApprovalAsk;
  readonly openedAt: number;
  readonly mode: "ask" | "edit" | "reason";
  readonly focus: number;
  readonly proposal: RunProposal | undefined;
  /** Why the last key did nothing: "at least one agent takes part". */
  readonly note: string;
};

/** `forAll`: to all of the kind, until the run ends or the chat is closed. */
export type ApprovalAnswer = { readonly allow: boolean; readonly edited?: RunProposal; readonly forAll?: boolean };

/** `answer` closes the card. */
export type ApprovalMove = { readonly card: ApprovalState; readonly answer?: ApprovalAnswer };

/** Without typing for this long, in ms, the card takes keys. Until then they are the composer's. */
export const GRACE_MS = 400;

/** A yes to all of the kind, and how long it holds. */
export type ForAll = "For the whole run" | "For this session";

export type Choice = "Approve" | ForAll | "Edit" | "Cancel";

/** What Space can change in edit mode, in the order of the card. */
export type Field =
  | { readonly kind: "agent"; readonly index: number }
  | { readonly kind: "refinement" }
  | { readonly kind: "path"; readonly index: number }
  | { readonly kind: "choice"; readonly choice: Choice };

export function openApproval(asked: Asked, now: number): ApprovalState {
  const { ask } = asked;
  const proposal = ask.kind === "run" ? ask.proposal : undefined;
  return { asked, ask, openedAt: now, mode: "ask", focus: 0, proposal, note: "" };
}

/** Where the focus can be, first to last. */
export function fieldsOf({ mode, proposal, asked }: ApprovalState): readonly Field[] {
  if (mode === "reason") return [];
  const forAll = forAllOf(asked);
  if (!proposal) return [choice("Approve"), ...(forAll === undefined ? [] : [choice(forAll)]), choice("Cancel")];
  if (mode === "ask") return [choice("Approve"), choice("Edit"), choice("Cancel")];
  return [...editable({ proposal }), choice("Approve"), choice("Cancel")];
}

/** Undefined where only this one can be agreed to. */
export function forAllOf({ run, ask }: Pick<Asked, "run" | "ask">): ForAll | undefined {
  if (run) return "For the whole run";
  return ask.kind === "command" && (ask.covers ?? []).length > 0 ? "For this session" : undefined;
}

/** What of the proposal can be switched, in the order of the card. */
export function editable({ proposal }: Pick<ApprovalState, "proposal">): readonly Field[] {
  if (!proposal) return [];
  return [
    ...proposal.agents.map((_, index): Field => ({ kind: "agent", index })),
    { kind: "refinement" },
    ...proposal.contextPaths.map((_, index): Field => ({ kind: "path", index })),
  ];
}

/** What a key does to the card; undefined when the key is none of its. Whether the card takes keys at all is the caller's to know. */
export function pressApproval(card: ApprovalState, chord: string): ApprovalMove | undefined {
  if (card.mode === "reason") return undefined;
  const fields = fieldsOf(card);
  const quiet = { ...card, note: "" };
  const move = (by: number): ApprovalMove => ({
    card: { ...quiet, focus: (card.focus + by + fields.length) % fields.length },
  });
  if (["tab", "right", "down"].includes(chord)) return move(1);
  if (["shift+tab", "left", "up"].includes(chord)) return move(-1);
  const field = fields[card.focus];
  if (chord === "enter" && field) return field.kind === "choice" ? choose(quiet, field.choice) : toApprove(quiet);
  if (chord === "escape") return card.mode === "edit" ? { card: { ...quiet, mode: "ask", focus: 0 } } : refuse(quiet);
  if (card.mode === "edit") return chord === "space" && field ? { card: toggle(quiet, field) } : undefined;
  const wanted = choiceOf(fields, chord);
  return wanted === undefined ? undefined : choose(quiet, wanted);
}

/** "y", "a", "e", "n", or a choice's number. */
function choiceOf(fields: readonly Field[], chord: string): Choice | undefined {
  const choices = fields.flatMap((field) => (field.kind === "choice" ? [field.choice] : []));
  const wanted = choices.find((one) => LETTERS[one] === chord);
  return wanted ?? choices[Number(chord) - 1];
}

export const LETTERS: Readonly<Record<Choice, string>> = {
  Approve: "y",
  "For the whole run": "a",
  "For this session": "a",
  Edit: "e",
  Cancel: "n",
};

function choose(card: ApprovalState, wanted: Choice): ApprovalMove {
  if (wanted === "Edit") return { card: { ...card, mode: "edit", focus: 0 } };
  if (wanted === "Cancel") return { card: { ...card, mode: "reason" } };
  if (wanted !== "Approve") return { card, answer: { allow: true, forAll: true } };
  const edited = isEdited(card) ? card.proposal : undefined;
  return { card, answer: { allow: true, ...(edited ? { edited } : {}) } };
}

function refuse(card: ApprovalState): ApprovalMove {
  return { card, answer: { allow: false } };
}

/** Enter on a field approves nothing: it leads to the button that does. */
function toApprove(card: ApprovalState): ApprovalMove {
  const focus = fieldsOf(card).findIndex((field) => field.kind === "choice");
  return { card: { ...card, focus } };
}

export function toggle(card: ApprovalState, field: Field): ApprovalState {
  const { proposal } = card;
  if (!proposal || field.kind === "choice") return card;
  if (field.kind === "refinement") return { ...card, proposal: { ...proposal, refinement: !proposal.refinement } };
  if (field.kind === "path") {
    const contextPaths = proposal.contextPaths.map((path, index) =>
      index === field.index ? ({ ...path, permission: path.permission === "read" ? "write" : "read" } as const) : path,
    );
    return { ...card, proposal: { ...proposal, contextPaths } };
  }
  const agents = proposal.agents.map((agent, index) => (index === field.index ? { ...agent, on: !agent.on } : agent));
  if (!agents.some(({ on }) => on)) return { ...card, note: "at least one agent takes part" };
  return { ...card, proposal: { ...proposal, agents } };
}

/** The command that gives an answer, whoever asked. */
export function answerCommand(
  { key, run }: Pick<Asked, "key" | "run">,
  { allow, forAll, edited }: ApprovalAnswer,
  note = "",
): Command {
  if (run) {
    const more = { ...(forAll && { forRun: true }), ...(note !== "" && { reason: note }) };
    return { do: "steer_run", runId: run.runId, steer: { do: "permit", ask: run.id, allow, ...more } };
  }
  const more = { ...(edited && { edited }), ...(forAll && { forSession: true }), ...(note !== "" && { note }) };
  return { do: "answer_approval", callId: key, allow, ...more };
}

/** Toggling there and back again is no edit. */
export function isEdited({ ask, proposal }: ApprovalState): boolean {
  return ask.kind === "run" && JSON.stringify(proposal) !== JSON.stringify(ask.proposal);
}

function choice(name: Choice): Field {
  return { kind: "choice", choice: name };
}
