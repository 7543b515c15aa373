import { emptyEditor, expand } from "../composer/editor.ts";
import { isKey } from "../keys.ts";
import { moved, pickBy } from "./pick.ts";
import { edit } from "./press-editor.ts";
import { type Pressed, stay } from "./pressed.ts";
import { pressPlaces, pressWhat } from "./press-rewind.ts";
import type { SessionPicker, View } from "./screen-state.ts";

/** The keys of the lists to pick from: sessions, messages to go back to, and what to take back. What is typed searches the sessions. */
export function pressPicker(view: View, chord: string): Pressed | undefined {
  const { overlay } = view.screen;
  if (overlay?.kind === "rewind") return pressPlaces(view, overlay, chord);
  if (overlay?.kind === "rewind_what") return pressWhat(view, overlay, chord);
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
