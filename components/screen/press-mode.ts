import { type ChatMode, modeAfter } from "../../src/core/chat/mode.ts";
import { plural } from "../../src/core/text.ts";
import { isKey } from "../keys.ts";
import { hints } from "../keymap.ts";
import { liveRuns } from "../run/live-runs.ts";
import { type Pressed, send } from "./pressed.ts";
import type { View } from "./screen-state.ts";

/** Shift+Tab goes through the modes. The draft stays. */
export function pressMode(view: View, chord: string): Pressed | undefined {
  if (!isKey("mode", chord)) return undefined;
  const mode = modeAfter(view.chat.mode);
  return {
    screen: { ...view.screen, notice: modeNotice(view, mode) },
    effects: [send({ do: "set_mode", mode })],
  };
}

/** What the mode means that begins now, in a line. */
export function modeNotice(view: View, mode: ChatMode): string {
  if (mode === "ask") return "ask: runs wait for your yes";
  if (mode === "auto") return "auto: runs start, and change your files, without asking";
  const acting = liveRuns(view).filter(({ state }) => !state.settings.planningMode);
  const goOn = acting.length === 0 ? "" : `; ${plural(acting.length, "run")} under way may go on`;
  return hints(view.keymap, `plan: nothing is written or executed${goOn}`, "/plan leaves");
}
