import type { Stroke } from "../composer/strokes.ts";
import { isKey, isViewKey } from "../keys.ts";
import { liveRuns } from "../screen/activity.ts";
import { type Effect, type Pressed, send } from "../screen/pressed.ts";
import type { View } from "../screen/screen-state.ts";
import { graphemes } from "../text/width.ts";
import { toolGroups } from "./details-view.ts";
import { feedRows } from "./feed-rows.ts";
import { lastTop } from "./full-view-rows.ts";
import { type FullView, openRunView, type RunViewKind } from "./full-view.ts";
import { canGoOn, runsShown } from "./runs-view.ts";
import { seenRun } from "./seen-run.ts";
import { bodySize } from "./view-frame.ts";

/** An open view takes every key; what is typed in one go is a key for each character. */
export function pressFullView(view: View, stroke: Stroke): Pressed | undefined {
  if (view.screen.views.length === 0) return undefined;
  if (stroke.kind === "paste") return stay(view);
  const chords =
    stroke.kind === "key" ? [stroke.chord] : graphemes(stroke.text).map((key) => (key === " " ? "space" : key));
  return chords.reduce<Pressed>((done, chord) => {
    const { screen, effects } = pressOne({ ...view, screen: done.screen }, chord);
    return { screen, effects: [...done.effects, ...effects] };
  }, stay(view));
}

function pressOne(view: View, chord: string): Pressed {
  const shown = view.screen.views.at(-1);
  if (!shown) return stay(view);
  if (isViewKey("back", chord))
    return { screen: { ...view.screen, views: view.screen.views.slice(0, -1) }, effects: [] };
  if (isKey("redraw", chord)) return { screen: view.screen, effects: [{ do: "redraw" }] };
  return pressIn(view, shown, chord) ?? pressScroll(view, shown, chord) ?? stay(view);
}

function pressIn(view: View, shown: FullView, chord: string): Pressed | undefined {
  switch (shown.kind) {
    case "run":
      return pressRun(view, shown, chord) ?? pressOther(view, shown.runId, chord, replace);
    case "votes":
      return pressOther(view, shown.runId, chord, replace);
    case "runs":
      return pressRuns(view, shown, chord);
    case "details": {
      const back = shown.back + (isViewKey("left", chord) ? 1 : isViewKey("right", chord) ? -1 : 0);
      if (back === shown.back) return undefined;
      return replace(view, { ...shown, back: clamp(back, toolGroups(view.chat).length - 1), top: 0 });
    }
    default:
      return undefined;
  }
}

/** To another view of the same run. */
function pressOther(view: View, runId: string, chord: string, go: typeof replace): Pressed | undefined {
  const kinds = ["run", "votes"] as const satisfies readonly RunViewKind[];
  const kind = kinds.find((one) => isViewKey(one, chord));
  if (kind) return go(view, openRunView(kind, runId));
  const run = liveRuns(view).find((live) => live.runId === runId);
  if (!isViewKey("answerNow", chord) || run?.state.phase.kind !== "coordinating") return undefined;
  return act(view, "the run wraps up", send({ do: "answer_now", runId }));
}

function pressRun(view: View, shown: Extract<FullView, { kind: "run" }>, chord: string): Pressed | undefined {
  const seen = seenRun(view, shown.runId);
  if (seen.is !== "there") return undefined;
  const { agents } = seen.run.state;
  const by = isViewKey("next", chord) ? 1 : isViewKey("previous", chord) ? -1 : 0;
  if (by !== 0) return replace(view, { ...shown, agent: (shown.agent + by + agents.length) % agents.length, back: 0 });
  if (isViewKey("open", chord)) return replace(view, { ...shown, zoom: !shown.zoom });
  const rows = scrollBy(view, chord);
  if (rows === 0) return undefined;
  const { width, height } = bodySize(view);
  // Wider than any column, so that the start can always be reached; what is too much is cut when it is drawn.
  const most = feedRows(seen.run, agents[shown.agent]?.id ?? "", Math.min(width, 40), 5000).length;
  return replace(view, { ...shown, back: clamp(shown.back - rows, Math.max(0, most - Math.floor(height / 2))) });
}

function pressRuns(view: View, shown: Extract<FullView, { kind: "runs" }>, chord: string): Pressed | undefined {
  const runs = runsShown(view);
  const moved = pickBy(view, chord, shown.picked, runs.length);
  if (moved !== undefined) return replace(view, { ...shown, picked: moved });
  const run = runs[shown.picked];
  if (!run) return undefined;
  if (isViewKey("open", chord)) return push(view, openRunView("run", run.runId));
  if (!isViewKey("goOn", chord)) return pressOther(view, run.runId, chord, push);
  const isLive = liveRuns(view).some(({ runId }) => runId === run.runId);
  if (isLive) return note(view, `Run ${run.number} is under way.`);
  if (canGoOn(run)) return leave(view, send({ do: "resume_run", runId: run.runId }));
  if (!run.again) return note(view, `What run ${run.number} was to do is not known any more.`);
  const { task, purpose, agents, refinement } = run.again;
  const input = { task, title: run.title, purpose, agent_mode: agents === 1 ? "single" : "multi", refinement };
  return leave(view, send({ do: "call", text: `/run ${task}`, tool: "launch_run", input }));
}

function pressScroll(view: View, shown: FullView, chord: string): Pressed | undefined {
  if (!("top" in shown)) return undefined;
  const rows = scrollBy(view, chord);
  return rows === 0 ? undefined : replace(view, { ...shown, top: clamp(shown.top + rows, lastTop(view, shown)) });
}

/** Rows that a key scrolls: down is positive, Home and End go all the way. */
function scrollBy(view: View, chord: string): number {
  const page = Math.max(1, bodySize(view).height - 2);
  if (isViewKey("up", chord)) return -1;
  if (isViewKey("down", chord)) return 1;
  if (isViewKey("pageUp", chord)) return -page;
  if (isViewKey("pageDown", chord)) return page;
  if (isViewKey("first", chord)) return -100_000;
  return isViewKey("last", chord) ? 100_000 : 0;
}

function pickBy(view: View, chord: string, picked: number, count: number): number | undefined {
  const by = scrollBy(view, chord);
  return by === 0 ? undefined : clamp(picked + by, count - 1);
}

function replace(view: View, next: FullView): Pressed {
  return { screen: { ...view.screen, views: [...view.screen.views.slice(0, -1), next] }, effects: [] };
}

function push(view: View, next: FullView): Pressed {
  return { screen: { ...view.screen, views: [...view.screen.views, next] }, effects: [] };
}

/** Back to the chat, where what comes of it shows. */
function leave(view: View, effect: Effect): Pressed {
  return { screen: { ...view.screen, views: [] }, effects: [effect] };
}

function act(view: View, notice: string, effect: Effect): Pressed {
  return { screen: { ...view.screen, notice }, effects: [effect] };
}

function note(view: View, notice: string): Pressed {
  return { screen: { ...view.screen, notice }, effects: [] };
}

function stay(view: View): Pressed {
  return { screen: view.screen, effects: [] };
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}
