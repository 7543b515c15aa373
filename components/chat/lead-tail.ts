import type { ChatItem } from "../../src/core/chat/state.ts";
import { oneLine } from "../../src/core/text.ts";
import { runningCall } from "../screen/activity.ts";
import type { View } from "../screen/screen-state.ts";
import { age } from "../text/age.ts";
import { blockEnds } from "../text/block-ends.ts";
import { indent, type Row, row, span } from "../text/rows.ts";
import { safe } from "../text/width.ts";
import { leadRows } from "./item-rows.ts";

/** The last `height` rows, or some more, of what the lead is writing. */
export type LeadTail = (text: string, width: number, height: number) => readonly Row[];

/** Keeps the rows of the blocks that are finished: only the block being written is laid out again for each frame. */
export function createLeadTail(): LeadTail {
  let kept: { readonly text: string; readonly width: number; readonly rows: readonly Row[] } = {
    text: "",
    width: 0,
    rows: [],
  };
  return (whole, width, height) => {
    const text = recent(whole, width * height);
    const finished = text.slice(0, blockEnds(text).at(-1) ?? 0);
    if (finished !== kept.text || width !== kept.width) {
      kept = { text: finished, width, rows: leadRows(finished, width) };
    }
    const open = leadRows(text.slice(finished.length), width);
    const rows = kept.rows.length > 0 && open.length > 0 ? [...kept.rows, [], ...open] : [...kept.rows, ...open];
    return indent(rows, span("  "), span("  "));
  };
}

/** The end of a long text, from the last block that begins before the last so many characters do. */
function recent(text: string, characters: number): string {
  if (text.length <= characters) return text;
  const before = text.slice(0, text.length - characters);
  return text.slice(blockEnds(before).at(-1) ?? 0);
}

/** The text under way; empty once the same text stands in the transcript. */
export function tailText({ lead, chat }: Pick<View, "lead" | "chat">): string {
  const text = lead.text.trim();
  return text === settledText(chat.items.at(-1)) ? "" : text;
}

function settledText(item: ChatItem | undefined): string | undefined {
  return item?.kind === "lead" || item?.kind === "interrupted" ? item.text.trim() : undefined;
}

/** "◐ thinking · 3s": what the lead does, or undefined while it rests. */
export function leadState(view: Pick<View, "lead" | "chat" | "now">): Row | undefined {
  const { lead, now } = view;
  const call = runningCall(view);
  if (call && lead.note === "") return busy(oneLine(safe(call.summary)), now - call.since);
  switch (lead.activity) {
    case "idle":
      return undefined;
    case "retrying":
      return row(span("⚠ ", "warn"), oneLine(safe(lead.note)));
    default:
      return busy(lead.activity === "tool" ? oneLine(safe(lead.note)) : lead.activity, now - lead.since);
  }
}

/** The question beside the conversation that is being answered, and the end of what is written of its answer. */
export function asideRows({ lead: { aside } }: Pick<View, "lead">, width: number, max: number): readonly Row[] {
  if (!aside) return [];
  const asked = row(span("◐ ", "busy"), span(`btw: ${oneLine(safe(aside.question))}`, "dim"));
  const written = leadRows(aside.text, width - 2).slice(-max);
  return [asked, ...indent(max > 0 ? written : [], span("│ ", "dim"), span("│ ", "dim"))];
}

function busy(what: string, ms: number): Row {
  return row(span("◐ ", "busy"), span(what), span(` · ${age(ms)}`, "dim"));
}
