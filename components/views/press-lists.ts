import { emptyEditor } from "../composer/editor.ts";
import { hints } from "../keymap.ts";
import { isViewKey } from "../keys.ts";
import { liveRuns } from "../screen/activity.ts";
import { type Pressed, send } from "../screen/pressed.ts";
import type { View } from "../screen/screen-state.ts";
import { type FullView, openRunView } from "./full-view.ts";
import { type Waiting, waiting } from "./inbox-view.ts";
import { act, leave, note, pickBy, push, replace } from "./moves.ts";
import { pressOther } from "./press-run.ts";
import { canGoOn, runsShown } from "./runs-view.ts";

/** Any view of the picked run, and `g`: go on with it, or do the same again. */
export function pressRuns(view: View, shown: Extract<FullView, { kind: "runs" }>, chord: string): Pressed | undefined {
  const runs = runsShown(view);
  const picked = pickBy(view, chord, shown.picked, runs.length);
  if (picked !== undefined) return replace(view, { ...shown, picked });
  const run = runs[shown.picked];
  if (!run) return undefined;
  if (isViewKey("open", chord)) return push(view, openRunView("run", run.runId));
  if (!isViewKey("goOn", chord)) return pressOther(view, run.runId, chord, push);
  if (liveRuns(view).some(({ runId }) => runId === run.runId)) return note(view, `Run ${run.number} is under way.`);
  if (canGoOn(run)) return leave(view, send({ do: "resume_run", runId: run.runId }));
  if (!run.again) return note(view, `What run ${run.number} was to do is not known any more.`);
  const { task, purpose, agents, refinement } = run.again;
  const input = { task, title: run.title, purpose, agent_mode: agents === 1 ? "single" : "multi", refinement };
  return leave(view, send({ do: "call", text: `/run ${task}`, tool: "launch_run", input }));
}

export function pressDeliverables(
  view: View,
  shown: Extract<FullView, { kind: "deliverables" }>,
  chord: string,
): Pressed | undefined {
  const { deliverables } = view.screen.fetched;
  const list = deliverables?.is === "there" ? deliverables.value : [];
  const picked = pickBy(view, chord, shown.picked, list.length);
  if (picked !== undefined) return replace(view, { ...shown, picked });
  const name = list[shown.picked]?.name;
  return name === undefined || !isViewKey("open", chord)
    ? undefined
    : push(view, { kind: "deliverable", name, top: 0 });
}

/** `y` and `n` answer only when they are pressed twice: nothing is approved by a key that was meant for the composer. */
export function pressInbox(
  view: View,
  shown: Extract<FullView, { kind: "inbox" }>,
  chord: string,
): Pressed | undefined {
  const all = waiting(view);
  const picked = pickBy(view, chord, shown.picked, all.length);
  if (picked !== undefined) return replace(view, { kind: "inbox", picked, armed: undefined });
  const one = all[shown.picked];
  if (!one) return undefined;
  if (isViewKey("open", chord)) return toChat(view, one);
  const allow = isViewKey("allow", chord);
  if (!allow && !isViewKey("refuse", chord)) return undefined;
  if (one.kind === "question")
    return note(view, hints(view.keymap, "It asks for words", ["send", "opens an answer to it"]));
  const armed = replace(view, { ...shown, armed: { callId: one.callId, allow } });
  if (shown.armed?.callId !== one.callId || shown.armed.allow !== allow) {
    return note({ ...view, screen: armed.screen }, allow ? "y again approves it" : "n again declines it");
  }
  const answered = replace(view, {
    kind: "inbox",
    picked: Math.max(0, Math.min(shown.picked, all.length - 2)),
    armed: undefined,
  });
  const command = { do: "answer_approval", callId: one.callId, allow } as const;
  return act({ ...view, screen: answered.screen }, allow ? "approved" : "declined", send(command));
}

/** To the card that asks, or to an answer that is begun in the composer; a draft that is there stays. */
function toChat(view: View, one: Waiting): Pressed {
  const { screen } = view;
  const begun = "/answer ";
  const editor =
    one.kind === "question" && screen.editor.text === ""
      ? { ...emptyEditor, text: begun, cursor: begun.length }
      : screen.editor;
  return { screen: { ...screen, views: [], editor }, effects: [] };
}
