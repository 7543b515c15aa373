import { isViewKey } from "../keys.ts";
import { liveRuns } from "../run/live-runs.ts";
import { type Pressed, send } from "../screen/pressed.ts";
import type { View } from "../screen/screen-state.ts";
import { type FullView, openRunView } from "./full-view.ts";
import { leave, note, pickBy, push, replace } from "./moves.ts";
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
