import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { faultText, toFault } from "../../src/core/fault.ts";
import { createStore, type Store } from "../../src/core/store.ts";
import type { Stroke } from "../composer/strokes.ts";
import { createFetch } from "./fetch.ts";
import { press } from "./press.ts";
import type { Effect } from "./pressed.ts";
import { followChat, newScreen, type Overlay, type ScreenState, type View } from "./screen-state.ts";

export type Size = { readonly columns: number; readonly rows: number };

/** The screen's own state and the one place that acts on it. */
export type Shell = {
  readonly screen: Store<ScreenState, (state: ScreenState) => ScreenState>;
  readonly view: (size: Size) => View;
  /** Each stroke sees what the one before did, also within one read of the terminal. */
  readonly type: (strokes: readonly Stroke[], size: Size) => void;
  /** Begins to follow the chat; returns what ends it. */
  readonly follow: () => () => void;
};

/** `redraw` is the terminal's part of an effect. Who mounts this ends the screen once the state says `leaving`. */
export function createShell(
  frontEnd: ChatFrontEnd,
  terminal: { readonly now: () => number; readonly redraw: () => void },
): Shell {
  const screen = createStore<ScreenState, (state: ScreenState) => ScreenState>(
    (state, change) => change(state),
    newScreen,
  );
  const earlier = [...frontEnd.history];
  const catchUp = (): void => {
    const next = followChat(screen.get(), frontEnd.chat.get(), terminal.now());
    if (next !== screen.get()) screen.apply(() => next);
  };
  const view = (size: Size): View => ({
    screen: screen.get(),
    chat: frontEnd.chat.get(),
    lead: frontEnd.lead.get(),
    runs: frontEnd.runs.get(),
    start: frontEnd.start,
    info: frontEnd.info.get(),
    history: [...earlier, ...screen.get().sent],
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
      case "quit":
        return frontEnd.quit();
      case "find_files":
        return void findFiles(effect.query);
      case "load_sessions":
        return void load(frontEnd.pastSessions(), (sessions) => ({ kind: "resume", top: 0, picked: 0, sessions }));
      case "open_session":
        return void openSession(effect.id);
    }
  };
  /** A view that was closed or changed in the meantime stays so. */
  const show = (overlay: Overlay): void =>
    screen.apply((state) => (state.overlay?.kind === overlay.kind ? { ...state, overlay } : state));

  async function load<Value>(
    asked: Promise<Value>,
    overlay: (value: { is: "there"; value: Value } | { is: "failed"; text: string }) => Overlay,
  ): Promise<void> {
    const result = await asked.then(
      (value) => overlay({ is: "there", value }),
      (error: unknown) => overlay({ is: "failed", text: faultText(toFault(error)) }),
    );
    show(result);
  }

  /** Looks again while the directory is still being read. What is typed meanwhile asks for itself. */
  async function findFiles(query: string): Promise<void> {
    const asked = (): boolean => screen.get().files?.query === query;
    for (let reading = true; reading && asked();) {
      const found = await frontEnd.findFiles(query);
      if (asked()) screen.apply((state) => ({ ...state, files: { query, paths: found.paths } }));
      reading = found.reading;
    }
  }

  async function openSession(id: string): Promise<void> {
    screen.apply((state) => ({ ...state, opening: true }));
    const failed = await frontEnd.openSession(id).then(
      () => undefined,
      (error: unknown) => faultText(toFault(error)),
    );
    const overlay: Overlay | undefined =
      failed === undefined
        ? undefined
        : { kind: "resume", top: 0, picked: 0, sessions: { is: "failed", text: failed } };
    screen.apply((state) => ({ ...state, opening: false, overlay }));
  }

  return {
    screen,
    view,
    type(strokes, size) {
      for (const stroke of strokes) {
        const { screen: next, effects } = press(view(size), stroke);
        screen.apply(() => next);
        effects.forEach(perform);
      }
      fetch();
    },
    follow() {
      catchUp();
      const unfollow = [
        frontEnd.chat.subscribe(catchUp),
        frontEnd.chat.subscribe(fetch),
        frontEnd.runs.subscribe(fetch),
      ];
      return () => unfollow.forEach((end) => end());
    },
  };
}
