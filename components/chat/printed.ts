import type { ChatItem } from "../../src/core/chat/state.ts";
import { blockEnds } from "../text/block-ends.ts";

/** What is printed once, in order. */
export type Entry =
  /** `before`: what stands before it in the conversation. Of a reply, what its parts have left to print. */
  | { readonly kind: "item"; readonly item: ChatItem; readonly before: ChatItem["kind"] | undefined }
  /** Finished blocks of a reply that is being written, or whose end has yet to be printed. */
  | { readonly kind: "part"; readonly text: string }
  /** The reply whose parts are printed above came to nothing. */
  | { readonly kind: "broken" };

export type Printed = {
  readonly entries: readonly Entry[];
  /** How many items of the chat are among them, or were left out. */
  readonly items: number;
  /** What of the reply under way is printed, from its beginning. */
  readonly reply: string;
};

export type Settled = {
  readonly items: readonly ChatItem[];
  /** What the lead is writing; "" while none of it is to be printed. */
  readonly text: string;
  /** Characters of replies that may be printed now: to lay out a long one at once would hold up the keys. */
  readonly room: number;
};

/** Prints what has settled since. `more`: there was no room for all of it. */
export function print(before: Printed, { items, text, room }: Settled): Printed & { readonly more: boolean } {
  const entries = [...before.entries];
  let [done, reply, left] = [before.items, before.reply, room];

  for (; done < items.length; done += 1) {
    const item = items[done] as ChatItem;
    const kindBefore = items[done - 1]?.kind;
    if (item.kind !== "lead" && item.kind !== "interrupted") {
      entries.push({ kind: "item", item, before: kindBefore });
      if (item.kind === "fault") reply = "";
      continue;
    }
    const rest = restOf(item.text.trimStart());
    if (rest.length > left && printBlocks(rest)) return { entries, items: done, reply, more: true };
    const isAllPrinted = reply !== "" && rest.trim() === "" && item.kind === "lead";
    if (!isAllPrinted) entries.push({ kind: "item", item: { ...item, text: rest }, before: kindBefore });
    left -= rest.length;
    reply = "";
  }
  const rest = text === "" ? "" : restOf(text.trimStart());
  const printed = printBlocks(rest);
  const more = blockEnds(rest.slice(printed)).length > 0;
  return { entries: entries.length === before.entries.length ? before.entries : entries, items: done, reply, more };

  function restOf(whole: string): string {
    if (!whole.startsWith(reply)) {
      entries.push({ kind: "broken" });
      reply = "";
    }
    return whole.slice(reply.length);
  }

  /** As many finished blocks as there is room for, one in any case; how many characters of the rest they are. */
  function printBlocks(rest: string): number {
    const ends = blockEnds(rest);
    const end = ends.findLast((each) => each <= left) ?? ends[0] ?? 0;
    if (end > 0) entries.push({ kind: "part", text: rest.slice(0, end) });
    reply += rest.slice(0, end);
    left -= end;
    return end;
  }
}
