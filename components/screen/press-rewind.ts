import type { Checkpoint } from "../../src/core/chat/state.ts";
import type { FilesBack } from "../../src/core/front-end.ts";
import type { RewindWhat } from "../../src/core/command.ts";
import { emptyEditor } from "../composer/editor.ts";
import { isKey } from "../keys.ts";
import type { Loaded } from "./loaded.ts";
import { moved, pickBy } from "./pick.ts";
import { edit } from "./press-editor.ts";
import { type Pressed, send, stay } from "./pressed.ts";
import type { Overlay, ScreenState, View } from "./screen-state.ts";

type Places = Extract<Overlay, { kind: "rewind" }>;
type Choice = Extract<Overlay, { kind: "rewind_what" }>;

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

/** A message is picked; what runs have changed in the files since then is looked up before anything is done. */
export function pressPlaces(view: View, picker: Places, chord: string): Pressed | undefined {
  const { screen } = view;
  if (isKey("stop", chord) || isKey("cancel", chord)) return close(screen);
  if (screen.editor.text !== "") return undefined;
  const places = placesOf(view);
  const by = pickBy(chord);
  if (by !== 0) return show(screen, { ...picker, picked: moved(picker.picked, by, places.length) });
  if (!isKey("send", chord)) return undefined;
  const place = places[picker.picked];
  if (!place) return close(screen);
  const next: Overlay = { kind: "rewind_what", top: 0, picked: 0, place, files: { is: "loading" } };
  return { ...show(screen, next), effects: [{ do: "load_files_back", place }] };
}

/** What can be taken back, the harmless first. Files only where runs have changed some and nobody has since. */
export function rewindChoices(files: Loaded<FilesBack>): readonly RewindWhat[] {
  const hasFiles = files.is === "there" && files.value.runs.length > 0 && files.value.refusal === undefined;
  return hasFiles ? ["conversation", "both", "files"] : ["conversation"];
}

export function pressWhat(view: View, choice: Choice, chord: string): Pressed | undefined {
  const { screen } = view;
  if (isKey("stop", chord) || isKey("cancel", chord)) return openRewind(view, "");
  if (screen.editor.text !== "") return undefined;
  const choices = rewindChoices(choice.files);
  const by = pickBy(chord);
  if (by !== 0) return show(screen, { ...choice, picked: moved(choice.picked, by, choices.length) });
  if (!isKey("send", chord)) return undefined;
  const what = choices[choice.picked];
  if (choice.files.is === "loading" || what === undefined) return stay(view);
  return goBack(screen, choice.place, what);
}

/** The files have been looked up: without any there is nothing to choose. */
export function filesFound(screen: ScreenState, place: Checkpoint, files: Loaded<FilesBack>): Pressed {
  const { overlay } = screen;
  if (overlay?.kind !== "rewind_what" || overlay.place.seq !== place.seq) return { screen, effects: [] };
  const none = files.is === "there" && files.value.runs.length === 0;
  return none ? goBack(screen, place, "conversation") : show(screen, { ...overlay, files });
}

/** What was said there comes back into the composer, to be said differently. */
function goBack(screen: ScreenState, place: Checkpoint, what: RewindWhat): Pressed {
  const closed = { ...screen, overlay: undefined };
  return {
    screen: what === "files" ? closed : edit(closed, { type: "replace", text: place.text }),
    effects: [send({ do: "rewind", to: place.seq, what })],
  };
}

function show(screen: ScreenState, overlay: Overlay): Pressed {
  return { screen: { ...screen, overlay }, effects: [] };
}

function close(screen: ScreenState): Pressed {
  return { screen: { ...screen, overlay: undefined }, effects: [] };
}
