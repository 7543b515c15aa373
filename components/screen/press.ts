import { isKey, keys, PREFIX_CHORD } from "../keys.ts";
import type { Stroke } from "../composer/strokes.ts";
import { pressAgents } from "./press-agents.ts";
import { pressCard, submitReason } from "./press-approval.ts";
import { pressCompletion } from "./press-completion.ts";
import { lookForFiles } from "./look-for-files.ts";
import { pressDraft } from "./press-draft.ts";
import { dropImage, lookForImages, pressImage } from "./press-image.ts";
import { edit, editKey, insert, MOST_TYPED, pasteInto } from "./press-editor.ts";
import { toolGroups } from "../views/details-view.ts";
import { type FullView, openRunView } from "../views/full-view.ts";
import { pressFullView } from "../views/press-view.ts";
import { newestRun } from "../views/seen-run.ts";
import { liveRuns } from "../run/live-runs.ts";
import { pressPicker, searchSessions } from "./press-picker.ts";
import { pressMode } from "./press-mode.ts";
import { pressOverlay } from "./press-overlay.ts";
import { type Pressed, stay } from "./pressed.ts";
import { pressSearch } from "./press-search.ts";
import { pressVim, restVim, typeInVim } from "./press-vim.ts";
import { pressStop } from "./press-stop.ts";
import { followChat, type View } from "./screen-state.ts";
import { submit } from "./submit.ts";

/**
 * What one key, a typed text or a paste does. Pure: everything that leaves the screen is returned as an effect.
 * The order below is the precedence of what can want a key.
 */
export function press(given: View, stroke: Stroke): Pressed {
  const { screen: found, now } = given;
  if (stroke.kind === "key" && stroke.chord === PREFIX_CHORD) {
    return { screen: { ...found, prefixed: true }, effects: [] };
  }
  if (found.prefixed) return press({ ...given, screen: { ...found, prefixed: false } }, prefixed(stroke));
  const followed = followChat(found, given, now);
  // A second press must see what the first one armed; every other key disarms.
  const armed = stroke.kind === "key" && stroke.chord === followed.armed?.chord ? followed.armed : undefined;
  const pasting = followed.pasting && (stroke.kind === "paste" || isTooMuch(stroke));
  const view = { ...given, screen: { ...followed, armed, notice: "", pasting } };
  const taken = pressCard(view, stroke);
  if (taken) return taken;
  const routed = route({ ...view, screen: { ...view.screen, typedAt: now } }, stroke);
  const pressed = searchSessions(lookForImages(lookForFiles(restVim(routed))));
  return { ...pressed, screen: { ...pressed.screen, approval: quiet(pressed.screen.approval) } };
}

/** The second half of a key of two strokes, when there is such a key; else what it would be alone. */
function prefixed(stroke: Stroke): Stroke {
  if (stroke.kind !== "key") return stroke;
  const chord = `${PREFIX_CHORD} ${stroke.chord}`;
  const isWhole = Object.values(keys).some(({ chords }) => (chords as readonly string[]).includes(chord));
  return isWhole ? { kind: "key", chord } : stroke;
}

function route(view: View, stroke: Stroke): Pressed {
  const inView = pressFullView(view, stroke);
  if (inView) return inView;
  if (stroke.kind === "paste") return dropImage(pasteInto(view, stroke.text, stroke.bracketed), stroke.text);
  if (stroke.kind === "text") {
    if (view.screen.pasting || view.now < view.screen.pasteUntil) return pasteInto(view, stroke.text, false);
    if (stroke.text === "?" && view.screen.editor.text === "" && !view.screen.search) return toggleShortcuts(view);
    return typeInVim(view, stroke.text) ?? insert(view, stroke.text);
  }
  const { chord } = stroke;
  if (chord === "enter" && view.now < view.screen.pasteUntil) return pasteInto(view, "\n", false);
  return (
    pressPicker(view, chord) ??
    pressOverlay(view, chord) ??
    pressSearch(view, chord) ??
    pressCompletion(view, chord) ??
    pressMode(view, chord) ??
    pressVim(view, chord) ??
    pressStop(view, chord) ??
    pressEnter(view, chord) ??
    pressDraft(view, chord) ??
    pressImage(view, chord) ??
    pressView(view, chord) ??
    pressAgents(view, chord) ??
    editKey(view, chord) ??
    stay(view)
  );
}

function isTooMuch(stroke: Stroke): boolean {
  return stroke.kind === "text" && stroke.text.length > MOST_TYPED;
}

function pressEnter(view: View, chord: string): Pressed | undefined {
  if (isKey("newline", chord)) return insert(view, "\n");
  if (!isKey("send", chord)) return undefined;
  const { text, cursor } = view.screen.editor;
  if (text[cursor - 1] === "\\")
    return insert({ ...view, screen: edit(view.screen, { type: "erase", to: "left" }) }, "\n");
  return submitReason(view) ?? submit(view);
}

function pressView(view: View, chord: string): Pressed | undefined {
  if (view.screen.search) return undefined;
  if (isKey("details", chord)) {
    return { screen: { ...view.screen, overlay: undefined, views: [detailsOf(view)] }, effects: [] };
  }
  if (isKey("suspend", chord)) return { screen: view.screen, effects: [{ do: "suspend" }] };
  if (isKey("redraw", chord)) return { screen: view.screen, effects: [{ do: "redraw" }] };
  if (!isKey("team", chord)) return undefined;
  const last = view.chat.items.findLast((item) => item.kind === "user");
  if (last?.kind !== "user" || view.screen.editor.text !== "") return stay(view);
  return { screen: edit(view.screen, { type: "replace", text: `/run ${last.text}` }), effects: [] };
}

/** A run under way, or the one that the last turn brought; else what the lead's tools said. */
function detailsOf(view: View): FullView {
  const runId = newestRun(view);
  if (liveRuns(view).length > 0 && runId !== undefined) return openRunView("run", runId);
  const { items } = view.chat;
  const turn = items.slice(items.findLastIndex(({ kind }) => kind === "user") + 1);
  const newest = turn.some(({ kind }) => kind === "run") || toolGroups(view.chat).length === 0;
  if (runId !== undefined && newest) return openRunView("votes", runId);
  return { kind: "details", back: 0, top: 0 };
}

function toggleShortcuts(view: View): Pressed {
  const open = view.screen.overlay?.kind === "shortcuts";
  return { screen: { ...view.screen, overlay: open ? undefined : { kind: "shortcuts", top: 0 } }, effects: [] };
}

function quiet<Card extends { readonly note: string } | undefined>(card: Card): Card {
  return card === undefined || card.note === "" ? card : { ...card, note: "" };
}
