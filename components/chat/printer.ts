import type { ChatFrontEnd } from "../../src/core/front-end.ts";
import { tailText } from "./lead-tail.ts";
import { print, type Printed } from "./printed.ts";

const MAX_AT_ONCE = 200;
/** About a window full of prose: it is laid out between two keys. */
const ROOM = 2000;
/** Until there is room again. */
const PAUSE_MS = 30;
/** As often as the text under way is looked at. */
const LOOK_MS = 100;

/** What of a chat is printed. Finished blocks of a reply are as soon as they are there, so that only its end is drawn again and again. */
export type Printer = {
  /** The oldest items of a long session are not printed at all: laying them out takes seconds, and they are in its file. */
  readonly skipped: number;
  readonly get: () => Printed;
  readonly subscribe: (listener: () => void) => () => void;
  /** Begins to follow the chat; returns what ends that. */
  readonly follow: () => () => void;
  /** Everything that has settled, however long it takes. */
  readonly finish: () => void;
};

export function createPrinter({ chat, lead }: Pick<ChatFrontEnd, "chat" | "lead">): Printer {
  const skipped = Math.max(0, chat.get().items.length - MAX_AT_ONCE);
  let printed: Printed = print(
    { entries: [], items: skipped, reply: "" },
    { items: chat.get().items, text: "", room: Infinity },
  );
  let [looking, pausing]: (NodeJS.Timeout | undefined)[] = [];
  const listeners = new Set<() => void>();

  function step(text: string, room = ROOM): void {
    if (pausing !== undefined && room !== Infinity) return;
    const { more, ...next } = print(printed, { items: chat.get().items, text, room });
    if (more) {
      pausing = setTimeout(() => {
        pausing = undefined;
        look();
      }, PAUSE_MS);
    }
    if (next.entries.length === printed.entries.length && next.items === printed.items) return;
    printed = next;
    for (const listener of listeners) listener();
  }

  function look(): void {
    looking = undefined;
    const view = { lead: lead.get(), chat: chat.get() };
    step(view.lead.activity === "writing" ? tailText(view) : "");
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
          if (lead.get().activity === "writing") looking ??= setTimeout(look, LOOK_MS);
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
