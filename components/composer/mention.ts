import { lineStart } from "./boundaries.ts";
import type { Editor } from "./editor.ts";

/** An @word that the cursor stands behind. `from` is where its @ is, `to` the cursor. */
export type Mention = { readonly from: number; readonly to: number; readonly query: string };

/** Not within a word: "me@example.org" mentions nothing. */
const MENTION = /(?<=^|[\s([{,;:'"`])@(?:"([^"\n]*)|([^\s@"]*))$/u;

export function mentionAt({ text, cursor }: Pick<Editor, "text" | "cursor">): Mention | undefined {
  if (/^\S/.test(text.slice(cursor))) return undefined;
  const start = lineStart(text, cursor);
  const found = MENTION.exec(text.slice(start, cursor));
  return found ? { from: start + found.index, to: cursor, query: found[1] ?? found[2] ?? "" } : undefined;
}

/** A file or an agent as it stands in a message; names that a blank would end are quoted. */
export function mentionText(name: string): string {
  return /[\s"]/.test(name) ? `@"${name}"` : `@${name}`;
}
