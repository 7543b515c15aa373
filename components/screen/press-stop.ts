import { emptyEditor, expand } from "../composer/editor.ts";
import { isKey } from "../keys.ts";
import { runningShell, tailBusy } from "./activity.ts";
import { liveRuns } from "../run/live-runs.ts";
import { openRewind } from "./press-rewind.ts";
import { type Effect, type Pressed, send, stay } from "./pressed.ts";
import type { Armed, View } from "./screen-state.ts";

const QUIT_WINDOW_MS = 1000;
const STOP_WINDOW_MS = 4000;

/** Esc, Ctrl+C and Ctrl+D: each stops the nearest thing, and what cannot be taken back only when pressed twice. */
export function pressStop(view: View, chord: string): Pressed | undefined {
  if (isKey("stop", chord)) return escape(view);
  if (isKey("cancel", chord)) return cancel(view);
  if (isKey("leave", chord) && view.screen.editor.text === "") return leave(view, chord);
  return undefined;
}

/** The lead's turn; else one run, asked once; else the draft, asked once. */
function escape(view: View): Pressed {
  const { screen, now } = view;
  if (screen.approval && screen.approval.mode !== "ask") return backToAsk(view);
  if (runningShell(view)) {
    return { screen: { ...screen, notice: "stopping the command" }, effects: [send({ do: "stop_shell" })] };
  }
  if (tailBusy(view))
    return { screen: { ...screen, notice: "stopped the lead" }, effects: [send({ do: "interrupt" })] };
  const armed = stillArmed(view);
  if (armed?.for === "clear") return clear(view);
  if (armed?.for === "stop" && armed.runId !== undefined) {
    const effects = [send({ do: "stop_run", runId: armed.runId })];
    return { screen: { ...screen, armed: undefined, notice: "stopping the run; what it has is kept" }, effects };
  }
  const until = now + STOP_WINDOW_MS;
  if (screen.editor.text !== "") return arm(view, { for: "clear", chord: "escape", until });
  if (armed?.for === "rewind") return openRewind(view, "");
  const run = liveRuns(view).at(-1);
  if (run) return arm(view, { for: "stop", chord: "escape", until, runId: run.runId });
  return view.chat.checkpoints.length === 0 ? stay(view) : arm(view, { for: "rewind", chord: "escape", until });
}

/** Cancels work, else clears the draft; either way a second press within a second leaves. */
function cancel(view: View): Pressed {
  if (stillArmed(view)?.for === "quit") return quit(view);
  const until = view.now + QUIT_WINDOW_MS;
  const ready = arm(view, { for: "quit", chord: "ctrl+c", until });
  if (runningShell(view)) return { ...ready, effects: [send({ do: "stop_shell" })] };
  if (tailBusy(view)) return { ...ready, effects: [send({ do: "interrupt" })] };
  if (view.screen.editor.text !== "") {
    const cleared = clear(view);
    return { screen: { ...cleared.screen, armed: ready.screen.armed }, effects: cleared.effects };
  }
  const back = view.screen.approval ? backToAsk({ ...view, screen: ready.screen }) : ready;
  return back;
}

function leave(view: View, chord: string): Pressed {
  if (liveRuns(view).length === 0 || stillArmed(view)?.for === "quit") return quit(view);
  return arm(view, { for: "quit", chord, until: view.now + STOP_WINDOW_MS });
}

export function quit(view: View): Pressed {
  return { screen: { ...view.screen, armed: undefined, leaving: true }, effects: [{ do: "quit" }] };
}

/** The draft goes where Up finds it again. */
function clear(view: View): Pressed {
  const { screen } = view;
  const sent = [...screen.sent, expand(screen.editor)];
  return { screen: { ...screen, sent, editor: emptyEditor, browsing: undefined, armed: undefined }, effects: [] };
}

function backToAsk(view: View): Pressed {
  const { approval } = view.screen;
  if (!approval) return stay(view);
  return { screen: { ...view.screen, approval: { ...approval, mode: "ask", focus: 0 } }, effects: [] };
}

function arm(view: View, armed: Armed): Pressed {
  const effects: readonly Effect[] = [];
  return { screen: { ...view.screen, armed }, effects };
}

function stillArmed({ screen: { armed }, now }: View): Armed | undefined {
  return armed && now < armed.until ? armed : undefined;
}
