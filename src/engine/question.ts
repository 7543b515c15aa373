import type { Message } from "../core/message.ts";
import type { RunState } from "../core/run/state.ts";

/** A message that tells of the question, and shows the images that came with it. */
export function questionMessage({ images }: Pick<RunState, "images">, text: string): Message {
  return { role: "user", text, ...(images.length > 0 && { images }) };
}
