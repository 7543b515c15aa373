import { answerCommand, type ApprovalAnswer, forAllOf, GRACE_MS } from "../approval/approval-state.ts";
import type { Asked } from "../approval/asked.ts";
import { emptyEditor } from "../composer/editor.ts";
import { hints } from "../keymap.ts";
import { isViewKey } from "../keys.ts";
import { type Pressed, send } from "../screen/pressed.ts";
import type { View } from "../screen/screen-state.ts";
import type { FullView } from "./full-view.ts";
import { type Waiting, waiting } from "./inbox-view.ts";
import { note, pickBy, replace } from "./moves.ts";

type Inbox = Extract<FullView, { kind: "inbox" }>;

/** What a key answers, to what, and what is said before the second press and after it. */
type Reply = {
  readonly to: readonly Asked[];
  readonly answer: ApprovalAnswer;
  readonly before: string;
  readonly after: string;
};

/**
 * A key answers only when it is pressed twice, and then exactly what was listed at the first press: nothing is approved
 * by a key that was meant for the composer, nor by one that came too early to have been meant for a new question.
 */
export function pressInbox(view: View, shown: Inbox, chord: string): Pressed | undefined {
  const all = waiting(view);
  const picked = pickBy(view, chord, shown.picked, all.length);
  if (picked !== undefined) return replace(view, { kind: "inbox", picked, armed: undefined });
  const one = all[shown.picked];
  if (!one) return undefined;
  if (isViewKey("open", chord)) return toChat(view, shown, one);
  const reply = replyOf(view, all, one, chord);
  if (typeof reply === "string") return note(view, reply);
  if (!reply) return undefined;
  if (reply.to.some(({ at }) => view.now < at + GRACE_MS))
    return note(view, "It has only just come: keys in a moment.");
  const keys = reply.to.map(({ key }) => key);
  const { armed } = shown;
  if (armed?.chord !== chord || !armed.keys.every((key) => keys.includes(key))) {
    const { screen } = replace(view, { ...shown, armed: { chord, keys } });
    return note({ ...view, screen }, reply.before);
  }
  const answered = reply.to.filter(({ key }) => armed.keys.includes(key));
  const left = all.length - answered.length;
  const next = replace(view, {
    kind: "inbox",
    picked: Math.max(0, Math.min(shown.picked, left - 1)),
    armed: undefined,
  });
  return {
    screen: { ...next.screen, notice: reply.after },
    effects: answered.map((asked) => send(answerCommand(asked, reply.answer))),
  };
}

/** Undefined: the key answers nothing. A text: why not. */
function replyOf({ keymap }: View, all: readonly Waiting[], one: Waiting, chord: string): Reply | string | undefined {
  const approvals = all.flatMap((each) => (each.kind === "approval" ? [each.asked] : []));
  if (isViewKey("allowAll", chord)) {
    const count = approvals.length;
    return {
      to: approvals,
      answer: { allow: true },
      before: `A again approves all ${count} that are listed`,
      after: `${count} approved`,
    };
  }
  const names = ["allow", "allowRun", "refuse"] as const;
  const name = names.find((each) => isViewKey(each, chord));
  if (!name) return undefined;
  if (one.kind === "question") return hints(keymap, "It asks for words", ["send", "opens an answer to it"]);
  const to = [one.asked];
  switch (name) {
    case "allow":
      return { to, answer: { allow: true }, before: "y again approves it", after: "approved" };
    case "allowRun": {
      const forAll = forAllOf(one.asked);
      if (forAll === undefined) return "There is no kind of it to agree to: y approves this one.";
      const until = one.asked.run ? "the run ends" : "the chat is closed";
      return {
        to,
        answer: { allow: true, forAll: true },
        before: `a again approves it and all of the kind until ${until}`,
        after: `approved ${forAll.toLowerCase()}`,
      };
    }
    case "refuse": {
      const why = one.asked.run ? "; enter declines it with a reason" : "";
      return { to, answer: { allow: false }, before: `n again declines it${why}`, after: "declined" };
    }
  }
}

/** To the card that asks, or to an answer that is begun in the composer; a draft that is there stays. */
function toChat(view: View, { armed }: Inbox, one: Waiting): Pressed {
  const { screen } = view;
  const refuses = one.kind === "approval" && armed?.keys.includes(one.asked.key) && isViewKey("refuse", armed.chord);
  const begun = one.kind === "question" ? "/answer " : refuses && one.asked.run ? `/deny ${one.asked.run.id} ` : "";
  const editor =
    begun !== "" && screen.editor.text === "" ? { ...emptyEditor, text: begun, cursor: begun.length } : screen.editor;
  return { screen: { ...screen, views: [], editor }, effects: [] };
}
