import type { Checkpoint } from "../../src/core/chat/state.ts";
import { emptyEditor, expand } from "../composer/editor.ts";
import { isKey } from "../keys.ts";
import { edit } from "./press-editor.ts";
import { type Pressed, send, stay } from "./pressed.ts";
import type { ScreenState, SessionPicker, View } from "./screen-state.ts";

/** The keys of the two lists to pick from: sessions, and messages to go back to. What is typed searches the sessions. */
export function pressPicker(view: View, chord: string): Pressed | undefined {
  const { overlay } = view.screen;
  if (overlay?.kind === "rewind") return pressRewind(view, overlay, chord);
  if (overlay?.kind !== "resume") return undefined;
  return overlay.renames === undefined ? pressSessions(view, overlay, chord) : pressTitle(view, overlay, chord);
}

function pressSessions(view: View, picker: SessionPicker, chord: string): Pressed | undefined {
  const { screen } = view;
  if (isKey("stop", chord) || isKey("cancel", chord)) {
    return { screen: { ...screen, overlay: undefined, editor: emptyEditor }, effects: [] };
  }
  const sessions = picker.sessions.is === "there" ? picker.sessions.value : [];
  const by = pickBy(chord);
  if (by !== 0) {
    return {
      screen: { ...screen, overlay: { ...picker, picked: moved(picker.picked, by, sessions.length) } },
      effects: [],
    };
  }
  const chosen = sessions[picker.picked];
  if (isKey("renameSession", chord) && chosen) {
    const named = edit(screen, { type: "replace", text: chosen.title });
    return { screen: { ...named, overlay: { ...picker, renames: chosen.id } }, effects: [] };
  }
  if (!isKey("send", chord)) return undefined;
  if (!chosen) return stay(view);
  return {
    screen: { ...screen, editor: emptyEditor },
    effects: [{ do: "open_session", target: { kind: "existing", id: chosen.id } }],
  };
}

/** While a session is being renamed, the composer holds its title. */
function pressTitle(view: View, picker: SessionPicker, chord: string): Pressed | undefined {
  const back = {
    ...edit(view.screen, { type: "replace", text: picker.query }),
    overlay: { ...picker, renames: undefined },
  };
  if (isKey("stop", chord) || isKey("cancel", chord)) return { screen: back, effects: [] };
  if (!isKey("send", chord)) return pickBy(chord) === 0 ? undefined : stay(view);
  const title = expand(view.screen.editor).trim();
  const { renames: id = "", query } = picker;
  return { screen: back, effects: title === "" ? [] : [{ do: "rename_session", id, title, query }] };
}

/** A list that is open follows what is typed. */
export function searchSessions(pressed: Pressed): Pressed {
  const { screen, effects } = pressed;
  const { overlay } = screen;
  const query = expand(screen.editor).trim();
  if (overlay?.kind !== "resume" || overlay.renames !== undefined || overlay.query === query) return pressed;
  return {
    screen: { ...screen, overlay: { ...overlay, query } },
    effects: [...effects, { do: "load_sessions", query }],
  };
}

export function openRewind(view: View, line: string): Pressed {
  const { screen } = view;
  if (placesOf(view).length === 0)
    return { screen: { ...screen, notice: "there is nothing to go back to yet" }, effects: [] };
  const cleared: ScreenState = { ...screen, editor: emptyEditor, browsing: undefined, armed: undefined };
  return {
    screen: { ...cleared, overlay: { kind: "rewind", top: 0, picked: 0 } },
    effects: line === "" ? [] : [{ do: "remember", line }],
  };
}

/** The newest first. */
export function placesOf({ chat }: Pick<View, "chat">): readonly Checkpoint[] {
  return chat.checkpoints.toReversed();
}

/** What was said there comes back into the composer, to be said differently. */
function pressRewind(
  view: View,
  picker: { readonly kind: "rewind"; readonly top: number; readonly picked: number },
  chord: string,
): Pressed | undefined {
  const { screen } = view;
  const closed = { ...screen, overlay: undefined };
  if (isKey("stop", chord) || isKey("cancel", chord)) return { screen: closed, effects: [] };
  if (screen.editor.text !== "") return undefined;
  const places = placesOf(view);
  const by = pickBy(chord);
  if (by !== 0)
    return {
      screen: { ...screen, overlay: { ...picker, picked: moved(picker.picked, by, places.length) } },
      effects: [],
    };
  if (!isKey("send", chord)) return undefined;
  const place = places[picker.picked];
  if (!place) return { screen: closed, effects: [] };
  return {
    screen: edit(closed, { type: "replace", text: place.text }),
    effects: [send({ do: "rewind", to: place.seq })],
  };
}

function pickBy(chord: string): number {
  return { up: -1, down: 1, pageup: -10, pagedown: 10, "shift+tab": -1, tab: 1 }[chord] ?? 0;
}

function moved(picked: number, by: number, count: number): number {
  return Math.max(0, Math.min(count - 1, picked + by));
}
