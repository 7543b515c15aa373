import { isViewKey } from "../keys.ts";
import type { Answer } from "../../src/core/run/state.ts";
import { liveRuns } from "../run/live-runs.ts";
import { type Pressed, send } from "../screen/pressed.ts";
import type { View } from "../screen/screen-state.ts";
import { answerName } from "../run/names.ts";
import { compared } from "./compare-view.ts";
import type { FullView } from "./full-view.ts";
import { act, leave, note, replace } from "./moves.ts";
import { type SeenRun, seenRun } from "./seen-run.ts";

type Comparing = Extract<FullView, { kind: "compare" }>;

/** Which answer stands at the right, only differences, and `w`, twice: that answer wins. */
export function pressCompare(view: View, shown: Comparing, chord: string): Pressed | undefined {
  const seen = seenRun(view, shown.runId);
  const found = seen.is === "there" ? compared(seen.run, shown) : undefined;
  if (seen.is !== "there" || !found) return undefined;
  const calm = { ...shown, armed: false };
  const others = found.all.length - 1;
  const by = isViewKey("right", chord) ? 1 : isViewKey("left", chord) ? -1 : 0;
  if (by !== 0) return replace(view, { ...calm, picked: ((shown.picked - 1 + by + others) % others) + 1, top: 0 });
  if (isViewKey("differences", chord))
    return replace(view, { ...calm, onlyDifferences: !shown.onlyDifferences, top: 0 });
  if (!isViewKey("win", chord)) return undefined;
  const name = answerName(found.right.agent, found.right.label);
  if (shown.armed) return choose({ ...view, screen: replace(view, calm).screen }, seen.run, found.right, name);
  const armed = replace(view, { ...shown, armed: true });
  return note({ ...view, screen: armed.screen }, `w again makes ${name} the winner`);
}

/** A run under way ends with the chosen answer. Of one that is over it is the result from now on, and the lead goes on from it. */
function choose(view: View, run: SeenRun, { agent }: Answer, name: string): Pressed {
  const { runId, number, state } = run;
  const live = liveRuns(view).some((one) => one.runId === runId);
  const chosen = send({ do: "steer_run", runId, steer: { do: "choose", agent } });
  if (live && state.phase.kind === "coordinating") return act(view, `${name} wins; the run ends with it`, chosen);
  if (live) return note(view, "The winner is presenting already; choose again when the run is over.");
  if (state.phase.kind !== "ended") return note(view, `Run ${number} is on hold. Go on with it first: /runs, then g.`);
  return leave(view, chosen);
}
