import { clip, oneLine } from "../text.ts";
import type { ChatState } from "./state.ts";

const TITLE_CHARS = 120;

/** As the user called the session, else what the user said first. */
export function sessionTitle({ title, items }: Pick<ChatState, "title" | "items">): string {
  if (title !== "") return title;
  const said = items.find((item) => item.kind === "user");
  return said?.kind === "user" ? clip(oneLine(said.text), TITLE_CHARS) : "A conversation with massgen";
}
