import type { ChatFrontEnd, SessionTarget } from "../../src/core/front-end.ts";
import type { Checkpoint } from "../../src/core/chat/state.ts";
import { faultText, toFault } from "../../src/core/fault.ts";
import type { PageName } from "../../src/core/page.ts";
import { oneLine } from "../../src/core/text.ts";
import { createStore, type Store } from "../../src/core/store.ts";
import { vimInsert } from "../composer/vim-state.ts";
import { expand } from "../composer/editor.ts";
import type { Stroke } from "../composer/strokes.ts";
import { setTheme } from "../theme.ts";
import { createFetch } from "./fetch.ts";
import { type Keymap, readKeymap } from "../keymap.ts";
import { rewrite } from "./press-editor.ts";
import { filesFound } from "./press-rewind.ts";
import { press } from "./press.ts";
import { placeImage } from "./press-image.ts";
import { settle } from "./loaded.ts";
import type { Effect, Pressed } from "./pressed.ts";
import { queueMoves, sendQueued } from "./queue.ts";
import { followChat, newPicker, newScreen, type ScreenState, type View } from "./screen-state.ts";
import { submit } from "./submit.ts";

export type Size = { readonly columns: number; readonly rows: number };

/** The screen's own state and the one place that acts on it. */
export type Shell = {
  readonly keymap: Keymap;
  readonly screen: Store<ScreenState, (state: ScreenState) => ScreenState>;
  readonly view: (size: Size) => View;
  /** Each stroke sees what the one before did, also within one read of the terminal. */
  readonly type: (strokes: readonly Stroke[], size: Size) => void;
  /** Begins to follow the chat; returns what ends it. */
  readonly follow: (size: () => Size) => () => void;
};

/** `redraw` is the terminal's part of an effect. Who mounts this ends the screen once the state says `leaving`. */
export function createShell(
  frontEnd: ChatFrontEnd,
  terminal: {
    readonly now: () => number;
    readonly redraw: () => void;
    /** Absent: it has no clipboard. */
    readonly copy?: ((text: string) => void) | undefined;
    /** Gives the terminal away for as long as the work takes. */
    readonly handOver: (work: () => Promise<void>) => Promise<void>;
    /** Stops the program until its shell continues it. */
    readonly stop?: (() => Promise<void>) | undefined;
  },
): Shell {
  const screen = createStore<ScreenState, (state: ScreenState) => ScreenState>((state, change) => change(state), {
    ...newScreen,
    vim: frontEnd.preferences.vim ? vimInsert : undefined,
    theme: frontEnd.preferences.theme,
  });
  const earlier = [...frontEnd.history];
  const keymap = readKeymap(frontEnd.keyBindings.bindings, frontEnd.keyBindings.file);
  const catchUp = (): void => {
    const shown = { chat: frontEnd.chat.get(), runs: frontEnd.runs.get() };
    const next = followChat(screen.get(), shown, terminal.now());
    if (next !== screen.get()) screen.apply(() => next);
  };
  const view = (size: Size): View => ({
    screen: screen.get(),
    chat: frontEnd.chat.get(),
    lead: frontEnd.lead.get(),
    runs: frontEnd.runs.get(),
    start: frontEnd.start,
    info: frontEnd.info.get(),
    saving: frontEnd.saving.get(),
    history: [...earlier, ...screen.get().sent],
    keymap,
    now: terminal.now(),
    ...size,
  });
  const fetch = createFetch(frontEnd, screen, () => view({ columns: 80, rows: 24 }));
  const perform = (effect: Effect): void => {
    switch (effect.do) {
      case "send":
        return frontEnd.send(effect.command);
      case "remember":
        return frontEnd.remember(effect.line);
      case "redraw":
        return terminal.redraw();
      case "suspend":
        return void suspend();
      case "quit":
        return frontEnd.quit();
      case "find_files":
        return void findFiles(effect.query);
      case "attach_image":
        return void attachImage(effect);
      case "prefer":
        setTheme(effect.preferences.theme ?? frontEnd.start.theme);
        return frontEnd.prefer(effect.preferences);
      case "copy":
        if (terminal.copy) return terminal.copy(effect.text);
        return screen.apply((state) => ({
          ...state,
          notice: "This terminal has no clipboard; /export writes a file.",
        }));
      case "load_files_back":
        return void loadFilesBack(effect.place);
      case "load_page":
        return void loadPage(effect.name);
      case "edit_outside":
        return void editOutside();
      case "load_sessions":
        return void loadSessions(effect.query);
      case "rename_session":
        return void renameSession(effect);
      case "open_session":
        return void openSession(effect.target);
    }
  };
  const act = ({ screen: next, effects }: Pressed): void => {
    screen.apply(() => next);
    effects.forEach(perform);
  };

  /** Looks again while the directory is still being read. What is typed meanwhile asks for itself. */
  async function findFiles(query: string): Promise<void> {
    const asked = (): boolean => screen.get().files?.query === query;
    for (let reading = true; reading && asked();) {
      const found = await frontEnd.findFiles(query);
      if (asked()) screen.apply((state) => ({ ...state, files: { query, paths: found.paths } }));
      reading = found.reading;
    }
  }

  async function attachImage(effect: Extract<Effect, { do: "attach_image" }>): Promise<void> {
    const attached = await settle(frontEnd.attachImage(effect.source));
    screen.apply((state) => {
      if (attached.is === "there") return placeImage(state, attached.value, effect);
      return effect.quiet || attached.is !== "failed"
        ? state
        : { ...state, notice: oneLine(attached.text.replace("\n", ". ")) };
    });
  }

  async function editOutside(): Promise<void> {
    let notice = "";
    await terminal
      .handOver(async () => {
        const { editor } = screen.get();
        const text = await frontEnd.editText(expand(editor));
        if (text !== expand(editor)) screen.apply((state) => rewrite(state, text));
      })
      .catch((error: unknown) => {
        notice = oneLine(faultText(toFault(error)));
      });
    screen.apply((state) => ({ ...state, notice }));
  }

  async function suspend(): Promise<void> {
    if (terminal.stop) await terminal.handOver(terminal.stop).catch(() => undefined);
  }

  /** What was searched for since then makes this out of date. */
  async function loadSessions(query: string): Promise<void> {
    const sessions = await settle(frontEnd.pastSessions(query));
    screen.apply((state) => {
      const { overlay } = state;
      if (overlay?.kind !== "resume" || overlay.query !== query) return state;
      return { ...state, overlay: { ...overlay, sessions, picked: 0 } };
    });
  }

  async function loadFilesBack(place: Checkpoint): Promise<void> {
    const files = await settle(frontEnd.filesBack(place.at));
    act(filesFound(screen.get(), place, files));
  }

  async function loadPage(name: PageName): Promise<void> {
    const content = await settle(frontEnd.page(name));
    screen.apply((state) => {
      const { overlay } = state;
      return overlay?.kind === "page" && overlay.name === name ? { ...state, overlay: { ...overlay, content } } : state;
    });
  }

  async function renameSession({ id, title, query }: Extract<Effect, { do: "rename_session" }>): Promise<void> {
    const renamed = await settle(frontEnd.renameSession(id, title));
    if (renamed.is === "failed") screen.apply((state) => ({ ...state, notice: renamed.text }));
    await loadSessions(query);
  }

  async function openSession(target: SessionTarget): Promise<void> {
    screen.apply((state) => ({ ...state, opening: true }));
    const opened = await settle(frontEnd.openSession(target));
    const overlay = opened.is === "failed" ? { ...newPicker, sessions: opened } : undefined;
    screen.apply((state) => ({ ...state, opening: false, overlay }));
  }

  return {
    keymap,
    screen,
    view,
    type(strokes, size) {
      for (const stroke of strokes) {
        const known = bound(keymap, stroke);
        if (known) act(press(view(size), known));
      }
      fetch();
    },
    follow(size) {
      catchUp();
      if (frontEnd.start.pick) {
        screen.apply((state) => ({ ...state, overlay: newPicker }));
        void loadSessions("");
      }
      const sendNext = (): void => {
        if (!queueMoves({ screen: screen.get(), chat: frontEnd.chat.get() })) return;
        const sent = sendQueued(view(size()), submit);
        if (sent) act(sent);
      };
      const unfollow = [
        frontEnd.chat.subscribe(catchUp),
        frontEnd.chat.subscribe(fetch),
        // What is said is an event of its own, and this one is still being told.
        frontEnd.chat.subscribe(() => queueMicrotask(sendNext)),
        frontEnd.runs.subscribe(catchUp),
        frontEnd.runs.subscribe(fetch),
      ];
      return () => unfollow.forEach((end) => end());
    },
  };
}

function bound({ chordOf }: Keymap, stroke: Stroke): Stroke | undefined {
  if (stroke.kind !== "key") return stroke;
  const chord = chordOf(stroke.chord);
  return chord === undefined ? undefined : { kind: "key", chord };
}
