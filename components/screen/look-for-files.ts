import { mentionAt } from "../composer/mention.ts";
import type { Pressed } from "./pressed.ts";

/** Asks for the files that a changed @word may mean; forgets them once no such word is at the cursor. */
export function lookForFiles({ screen, effects }: Pressed): Pressed {
  const query = screen.search ? undefined : mentionAt(screen.editor)?.query;
  if (query === screen.files?.query) return { screen, effects };
  if (query === undefined) return { screen: { ...screen, files: undefined }, effects };
  const files = { query, paths: screen.files?.paths ?? [] };
  return { screen: { ...screen, files }, effects: [...effects, { do: "find_files", query }] };
}
