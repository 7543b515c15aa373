import { withoutKeys } from "../../components/keymap.ts";
import { overlayRows, overlayTitle } from "../../components/overlay/overlay-rows.ts";
import type { View } from "../../components/screen/screen-state.ts";
import type { Row } from "../../components/text/rows.ts";
import { viewLines } from "../../components/views/full-view-rows.ts";
import type { FullView } from "../../components/views/full-view.ts";
import { needOf } from "../../components/views/needs.ts";
import { rowText } from "./plain-rows.ts";

/** What the open view says, in lines. Empty: none is open. Undefined: it is still being read. */
export function openViewText(given: View): string | undefined {
  const view = { ...given, keymap: withoutKeys(given.keymap) };
  const { overlay, views } = view.screen;
  const full = views.at(-1);
  if (full) {
    if (needOf(view)) return undefined;
    const { title, body } = viewLines(view, full);
    return text(`${title}. ${HINTS[full.kind] ?? ""}`, isList(full) ? numbered(body) : body);
  }
  if (!overlay) return "";
  if (overlay.kind === "page" && overlay.content.is === "loading") return undefined;
  if (overlay.kind === "rewind_what" && overlay.files.is === "loading") return undefined;
  const hint = (HINTS as Readonly<Record<string, string>>)[overlay.kind] ?? "";
  return text(`${overlayTitle(overlay, view.keymap).title}. ${hint}`, overlayRows(view, overlay));
}

/** It waits for a number; everything else is read once from top to bottom, and has been seen then. */
export function isList({ kind }: FullView): boolean {
  return kind === "deliverables";
}

const HINTS: Readonly<{ [Kind in FullView["kind"] | "resume" | "rewind" | "rewind_what"]?: string }> = {
  runs: "/votes 2, say, shows the votes of run 2; /compare and /timeline its answers and what happened.",
  deliverables: "Type a number to read one, or an empty line to go back.",
  inbox: "/allow and /deny answer what is asked for.",
  resume: "Type a number to open one, words to search, or an empty line to go back.",
  rewind: "Type a number, 1 is the newest, or an empty line to go back.",
  rewind_what: "Type 1 for the first, 2 for the second, or an empty line to go back.",
};

function numbered(rows: readonly Row[]): readonly Row[] {
  return rows.map((line, index) => [{ text: `${index + 1}. ${rowText(line).replace(/^[\s❯]+/, "")}` }]);
}

function text(title: string, rows: readonly Row[]): string {
  const lines = rows.map(rowText).filter((line) => line !== "");
  return [title.trim(), ...lines].join("\n");
}
