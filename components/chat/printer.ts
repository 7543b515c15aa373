import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { tailText } from "./lead-tail.ts";
import { print, type Printed } from "./printed.ts";

/** The oldest items of a long session: laying them out takes seconds, and they are in its file. */
const MAX_AT_ONCE = 40;
/** Characters: what can be laid out between two keys. The first time takes longest, and every time draws a frame. */
const ROOM = { first: 1000, usual: 6000, whileTyping: 1000 };
/** Until there is room again. */
const PAUSE_MS = 30;
/** As often as words that come in are shown. */
const LOOK_MS = 100;

/**
 * What of a chat is printed. Finished blocks of a reply are as soon as they are there, so that only its end is drawn
 * again and again. Tells its listeners whenever the reply under way should be drawn, too: both in one frame.
 */
export type Printer = {
  /** `behind`: finished blocks of the reply wait for their turn, and its end behind them. */
  readonly get: () => Printed & { readonly behind: boolean };
  readonly subscribe: (listener: () => void) => () => void;
  /** How many of the oldest items are not printed. */
  readonly skipped: number;
  /** Begins to follow the chat; returns what ends that. */
  readonly follow: () => () => void;
  /** Prints everything that has settled, however long it takes. */
  readonly finish: () => void;
};

/** `isTyping`: somebody waits for an echo. */
export function createPrinter({ chat, lead }: Pick<ChatFrontEnd, "chat" | "lead">, isTyping: () => boolean): Printer {
  const skipped = Math.max(0, chat.get().items.length - MAX_AT_ONCE);
  let printed: ReturnType<Printer["get"]> = {
    ...print({ entries: [], items: skipped, reply: "" }, { items: chat.get().items, text: "", room: Infinity }),
    behind: false,
  };
  let { activity } = lead.get();
  let [looking, pausing]: (NodeJS.Timeout | undefined)[] = [];
  const listeners = new Set<() => void>();

  function roomNow(): number {
    if (isTyping()) return ROOM.whileTyping;
    return printed.reply === "" ? ROOM.first : ROOM.usual;
  }

  function step(text: string, room = roomNow()): void {
    if (pausing === undefined || room === Infinity) {
      const { more, ...next } = print(printed, { items: chat.get().items, text, room });
      if (more) pausing = setTimeout(goOn, PAUSE_MS);
      printed = { ...next, behind: more };
    }
    for (const listener of listeners) listener();
  }

  function goOn(): void {
    pausing = undefined;
    look();
  }

  function look(): void {
    clearTimeout(looking);
    looking = undefined;
    const view = { lead: lead.get(), chat: chat.get() };
    ({ activity } = view.lead);
    step(activity === "writing" ? tailText(view) : "");
  }

  return {
    skipped,
    get: () => printed,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    follow() {
      step("");
      const unfollow = [
        chat.subscribe(() => step("")),
        lead.subscribe(() => {
          // What the lead does is shown at once, and its words when there are some more of them.
          if (lead.get().activity !== activity) look();
          else looking ??= setTimeout(look, LOOK_MS);
        }),
      ];
      return () => {
        unfollow.forEach((end) => end());
        clearTimeout(looking);
        clearTimeout(pausing);
      };
    },
    finish: () => step("", Infinity),
  };
}
