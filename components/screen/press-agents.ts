import { keys } from "../keys.ts";
import { liveRuns } from "../run/live-runs.ts";
import type { Pressed } from "./pressed.ts";
import type { View } from "./screen-state.ts";

/** While a run goes on: Alt and a digit is that agent alone; the arrows, where nothing is typed, are all side by side. */
export function pressAgents(view: View, chord: string): Pressed | undefined {
  const run = liveRuns(view).at(-1);
  if (!run || view.screen.search) return undefined;
  const wanted = (keys.agent.chords as readonly string[]).indexOf(chord);
  if (wanted >= 0) return wanted < run.state.agents.length ? open(view, run.runId, wanted, true) : undefined;
  if (view.screen.editor.text !== "") return undefined;
  if (chord === "right") return open(view, run.runId, 0, false);
  return chord === "left" ? open(view, run.runId, run.state.agents.length - 1, false) : undefined;
}

function open(view: View, runId: string, agent: number, zoom: boolean): Pressed {
  const views = [{ kind: "run", runId, agent, back: 0, zoom }] as const;
  return { screen: { ...view.screen, overlay: undefined, views }, effects: [] };
}
